import type { Alert, Delivery, Incident, Told } from '../../core/alert.ts';

import { needsAttention } from '../../core/dispatch.ts';
import { hasEnded, isQuarantine, type Response } from '../../core/response.ts';

import { partsOf } from '../../core/table.ts';

type Index = ReadonlyMap<string, readonly string[]>;

/**
 * Rows of a table by words that are derived from them. What is derived from a part of a table is kept as long as the part, and tables
 * are never changed, only replaced: so nothing is out of date, and after a commit only what changed is looked at.
 */
const rowsBy = <V>(wordsOf: (row: V) => readonly string[]) => {
  const made = new WeakMap<ReadonlyMap<string, unknown>, Index>();
  const indexOf = (keys: ReadonlyMap<string, unknown>, table: ReadonlyMap<string, V>): Index => {
    const known = made.get(keys);
    if (known !== undefined) return known;
    const index = new Map<string, string[]>();
    for (const key of keys.keys()) {
      const row = table.get(key);
      for (const word of row === undefined ? [] : wordsOf(row)) push(index, word, key);
    }
    made.set(keys, index);
    return index;
  };

  /** In the order of the table, but for rows that came to bear the word later. */
  return (table: ReadonlyMap<string, V>, word: string): V[] => {
    const { base, changed } = partsOf(table);
    const fresh = new Set(indexOf(changed, table).get(word));
    const old = (indexOf(base, base).get(word) ?? []).filter((key) => !changed.has(key) || fresh.delete(key));
    return [...old, ...fresh].flatMap((key) => table.get(key) ?? []);
  };
};

const push = (lists: Map<string, string[]>, word: string, key: string): void => {
  const list = lists.get(word);
  if (list === undefined) lists.set(word, [key]);
  else list.push(key);
};

export const rootWord = (channel: string, ts: string): string => `root|${channel}|${ts}`;

/** `id|…`, `host|pce|href`, `unsaid`, `attend|pce`, and for those that fire `firing` and `firing|pce`. */
export const alertsBy = rowsBy((alert: Alert) => {
  const { id, state, pce, workloads, said } = alert;
  return [
    `id|${id}`,
    ...workloads.map((href) => `host|${pce}|${href}`),
    ...(state === 'firing' ? ['firing', `firing|${pce}`] : []),
    ...(said === undefined ? ['unsaid'] : []),
    ...(needsAttention(alert) ? [`attend|${pce}`] : []),
  ];
});

/** `alert|…` for every alert in it, `open|key`, `root|channel|ts`, `to edit`. */
export const incidentsBy = rowsBy(({ alerts, open, key, root, shown, revision }: Incident) => [
  ...alerts.map((fingerprint) => `alert|${fingerprint}`),
  ...(open ? [`open|${key}`] : []),
  ...(root === undefined ? [] : [rootWord(root.channel, root.ts), ...(shown < revision ? ['to edit'] : [])]),
]);

/** `waiting` or `dead`. */
export const deliveriesBy = rowsBy(({ state }: Delivery) => [state === 'dead' ? 'dead' : 'waiting']);

/** By the id of the incident, and `look`: a second copy may stand in Slack. */
export const toldBy = rowsBy(({ incident, lookAt }: Told) => [
  `incident|${incident}`,
  ...(lookAt === undefined ? [] : ['look']),
]);

/** `host|pce|href`, `unfinished`, `untold`, `quarantine`, `watched`: done, and not all is known yet of what its policy became. */
export const responsesBy = rowsBy(({ state, action, releasedBy, pce, target, policy, untold }: Response) => [
  `host|${pce}|${target.href}`,
  ...(state === 'done' && policy?.settled !== true && releasedBy === undefined ? ['watched'] : []),
  ...(hasEnded({ state }) ? [] : ['unfinished']),
  ...(untold === true ? ['untold'] : []),
  ...(isQuarantine({ action }) && state === 'done' && releasedBy === undefined ? ['quarantine'] : []),
]);
