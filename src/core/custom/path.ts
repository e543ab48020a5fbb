import type { PceEvent } from '../event.ts';
import { dict, list } from '../foreign.ts';
import type { Spend } from '../linear-regex.ts';
import { nearest } from '../nearest.ts';

/** One name of a path; `each` = it holds a list, and every entry of it is looked at. */
interface Segment {
  readonly name: string;
  readonly each: boolean;
}

export type Path = readonly Segment[];

/** What stands at the path in an event. A name that is not there gives nothing. */
export const valuesAt = ({ raw }: PceEvent, path: Path, spend: Spend): readonly unknown[] => {
  let values: readonly unknown[] = [raw];
  for (const { name, each } of path) {
    spend(10 * values.length);
    const below = values.flatMap((value) => {
      const holder = dict(value);
      return name in holder ? [holder[name]] : [];
    });
    values = each ? below.flatMap(list) : below;
  }
  return values;
};

/** A value as patterns see it: `true`, `50`, `null`; lists give each of their entries, objects nothing. */
export const textsOf = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return typeof value === 'object' && value !== null ? [] : [String(value)];
};

/** The fields every event has (facts §2.2), by where they stand. What stands deeper differs by type and release. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  '': [
    'resource_changes[]',
    'notifications[]',
    'action',
    'created_by',
    'event_type',
    'status',
    'severity',
    'pce_fqdn',
    'version',
    'timestamp',
    'href',
  ],
  'resource_changes[]': ['resource', 'changes', 'change_type', 'uuid'],
  'notifications[]': ['info', 'notification_type', 'uuid'],
  action: ['api_endpoint', 'api_method', 'http_status_code', 'src_ip', 'info', 'errors[]', 'uuid'],
  created_by: ['user', 'service_account', 'agent', 'ven', 'workload', 'container_cluster', 'system'],
};

export type ParsedPath =
  | { readonly ok: true; readonly path: Path }
  | { readonly ok: false; readonly problem: string; readonly hint: string };

/** Reads `resource_changes[].changes.enforcement_mode`. A field no event has is refused with the nearest ones. */
export const parsePath = (text: string): ParsedPath => {
  const words = text.split('.');
  if (!words.every((word) => /^[\w-]+(\[\])?$/.test(word)))
    return {
      ok: false,
      problem: 'is no path',
      hint: 'names joined by dots, [] after a list: resource_changes[].changes.enabled',
    };
  for (const [depth, word] of words.slice(0, 2).entries()) {
    const known = FIELDS[depth === 0 ? '' : (words[0] ?? '')];
    if (known !== undefined && !known.includes(word)) return unknownField(word, known);
  }
  const path = words.map((word) => ({ name: word.replace('[]', ''), each: word.endsWith('[]') }));
  return { ok: true, path };
};

const unknownField = (word: string, known: readonly string[]): ParsedPath => {
  const near = known.includes(`${word}[]`) ? [`${word}[]`] : nearest(word, known);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `known: ${known.join(', ')}`;
  return { ok: false, problem: `names ${word}, which no event has there`, hint };
};

/** A path that was checked before; throws on one that was not. */
export const pathOf = (text: string): Path => {
  const parsed = parsePath(text);
  if (!parsed.ok) throw new Error(`${text} ${parsed.problem}`);
  return parsed.path;
};
