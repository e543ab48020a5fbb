import type { PceEvent, ResourceChange } from './event.ts';
import { type Dict, dict, list, text } from './foreign.ts';
import { listed } from './text.ts';

/** Attributes and characters that are told: one screen of a phone. */
const MOST = { attributes: 6, characters: 80, items: 5 } as const;

/** Values that must not stand in a message. */
const SECRET = /secret|password|passwd|token|private|certificate|credential|_key$|hash/i;

/** `retention_days: 30 → 1, enabled: true → false`; empty when the event names no change. Secrets are not shown. */
export const changesText = ({ resources }: PceEvent): string =>
  listed(resources.flatMap(ofResource), MOST.attributes);

const ofResource = ({ changes }: ResourceChange): string[] =>
  Object.entries(changes).map(([name, change]) =>
    SECRET.test(name) ? `${name}: changed (not shown)` : `${name}: ${ofAttribute(change)}`,
  );

const ofAttribute = (change: Dict): string => {
  if ('before' in change || 'after' in change)
    return `${words(change['before'])} → ${words(change['after'])}`;
  const parts = [
    ['added', 'created'],
    ['changed', 'updated'],
    ['removed', 'deleted'],
  ] as const;
  return parts
    .flatMap(([verb, key]) => (list(change[key]).length === 0 ? [] : [`${verb} ${words(change[key])}`]))
    .join(', ');
};

/** A value for people: a name rather than an object, a few items of a list. */
const words = (value: unknown): string => {
  const all = wholly(value);
  return all.length > MOST.characters ? `${all.slice(0, MOST.characters - 1)}…` : all;
};

const wholly = (value: unknown): string => {
  if (value === null || value === undefined || value === '') return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : listed(value.map(wholly), MOST.items);
  if (typeof value !== 'object') return String(value);
  return nameOf(dict(value)) ?? 'an object';
};

const nameOf = (value: Dict): string | undefined => {
  const inner = Object.values(value)
    .map(dict)
    .flatMap((one) => text(one['name']) ?? text(one['value']) ?? []);
  return (
    text(value['name']) ??
    text(value['value']) ??
    text(value['hostname']) ??
    text(value['username']) ??
    inner[0] ??
    text(value['href'])
  );
};
