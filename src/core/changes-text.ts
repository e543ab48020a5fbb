import type { PceEvent, ResourceChange } from './event.ts';
import { serviceName } from './flow.ts';
import { type Dict, dict, list, number, text } from './foreign.ts';
import { type Label, parseLabels } from './label.ts';
import { deltaText, labelDelta } from './label-change.ts';
import { listed } from './text.ts';

/** Attributes and characters that are told: one screen of a phone. */
const MOST = { attributes: 6, characters: 80, items: 5 } as const;

/** Values that must not stand in a message. */
const SECRET = /secret|password|passwd|token|private|certificate|credential|_key$|hash/i;

/** Looks up a label of which only the href is told. */
type Known = (href: string) => Label | undefined;

const NOBODY: Known = () => undefined;

/** `retention_days: 30 → 1, enabled: true → false`; empty when the event names no change. Secrets are not shown. */
export const changesText = ({ resources }: PceEvent, known: Known = NOBODY): string =>
  listed(
    resources.flatMap((change) => attributeTexts(change, known)),
    MOST.attributes,
  );

/** What changed of one object, an attribute each: `enabled: true → false`, `labels: env=dev → env=prod`. Secrets are not shown. */
export const attributeTexts = ({ changes }: ResourceChange, known: Known = NOBODY): string[] =>
  Object.entries(changes).map(([name, change]) =>
    SECRET.test(name) ? `${name}: changed (not shown)` : `${name}: ${ofAttribute(name, change, known)}`,
  );

const ofAttribute = (name: string, change: Dict, known: Known): string => {
  const delta = name.endsWith('labels') ? labelDelta(change, known) : undefined;
  if (delta !== undefined) return deltaText(delta);
  if ('before' in change || 'after' in change)
    return `${words(change['before'], known)} → ${words(change['after'], known)}`;
  const parts = [
    ['added', 'created'],
    ['changed', 'updated'],
    ['removed', 'deleted'],
  ] as const;
  return parts
    .flatMap(([verb, key]) =>
      list(change[key]).length === 0 ? [] : [`${verb} ${words(change[key], known)}`],
    )
    .join(', ');
};

/** A value for people: a name rather than an object, a few items of a list. */
const words = (value: unknown, known: Known): string => {
  const all = wholly(value, known);
  return all.length > MOST.characters ? `${all.slice(0, MOST.characters - 1)}…` : all;
};

const wholly = (value: unknown, known: Known): string => {
  if (value === null || value === undefined || value === '') return 'none';
  if (Array.isArray(value))
    return value.length === 0
      ? 'none'
      : listed(
          value.map((one) => wholly(one, known)),
          MOST.items,
        );
  if (typeof value !== 'object') return String(value);
  return nameOf(dict(value), known) ?? 'an object';
};

/** How people call what a rule or a scope names (facts §9); an object without a name of its own by the first name in it. */
const nameOf = (value: Dict, known: Known): string | undefined => {
  if (value['actors'] === 'ams') return 'all workloads';
  const label = 'label' in value ? value['label'] : 'key' in value && 'value' in value ? value : undefined;
  const [read] = parseLabels([label], known);
  if (read !== undefined && read.key !== '?') return `${read.key}=${read.value}`;
  const proto = number(value['proto']);
  if (proto !== undefined) return portsOf(proto, number(value['port']), number(value['to_port']));
  const inner = Object.values(value)
    .map(dict)
    .flatMap((one) => text(one['name']) ?? text(one['value']) ?? text(one['href']) ?? []);
  return (
    text(value['name']) ??
    text(value['value']) ??
    text(value['hostname']) ??
    text(value['username']) ??
    inner[0] ??
    text(value['href'])
  );
};

const portsOf = (proto: number, port: number | undefined, to: number | undefined): string =>
  port === undefined || to === undefined || to === port
    ? serviceName(proto, port)
    : `${port}-${serviceName(proto, to)}`;
