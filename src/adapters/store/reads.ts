import type { Store } from '../../core/ports.ts';
import { BRAKE, RESTORE, type State } from '../../core/state.ts';
import { alertsBy, deliveriesBy, incidentsBy, responsesBy, rootWord, toldBy } from './indices.ts';

const MINUTE_MS = 60_000;

/** The reading half of the Store port over whatever state `durable` gives at the moment of the question. */
export const readsOf = (durable: () => State): Omit<Store, 'commit' | 'close'> => ({
  cursor: async (pce, stream) => durable().cursors.get(`${pce}|${stream}`),

  seen: async (pce, events) => {
    const minutes = durable().seen.get(pce);
    return new Map(
      events.flatMap(({ href, at }): [string, number | undefined][] => {
        const minute = minutes?.get(Math.floor(at / MINUTE_MS))?.get(href);
        return minute === undefined ? [] : [[href, minute === null ? undefined : minute * MINUTE_MS]];
      }),
    );
  },

  memories: async (pce) => new Map(ofPce(durable().memories, pce)),
  wakesDue: async (pce, now) =>
    [...ofPce(durable().wakes, pce)].flatMap(([rule, at]) => (at <= now ? [rule] : [])),

  alerts: async (fingerprints) => found(fingerprints, (one) => durable().alerts.get(one)),
  alertById: async (id) => alertsBy(durable().alerts, `id|${id}`)[0],
  alertsOfHost: async (pce, href) => alertsBy(durable().alerts, `host|${pce}|${href}`),
  firing: async (pce) => alertsBy(durable().alerts, pce === undefined ? 'firing' : `firing|${pce}`),
  toAttend: async (pce) => alertsBy(durable().alerts, `attend|${pce}`),
  alertsSince: async (at) => [...durable().alerts.values()].filter(({ lastAt }) => lastAt >= at),
  silences: async () => [...durable().silences.values()],
  silence: async (id) => durable().silences.get(id),
  overrides: async () => [...durable().overrides.values()],
  outputRows: async (output) => new Map([...durable().outputs].filter(([, row]) => row.output === output)),
  intakeTaken: async (key) => durable().intakes.has(key),
  unsaid: async () => alertsBy(durable().alerts, 'unsaid'),

  incident: async (id) => durable().incidents.get(id),
  openIncidents: async (keys) => allOf(keys, (key) => incidentsBy(durable().incidents, `open|${key}`)),
  incidentsOf: async (fingerprints) =>
    allOf(fingerprints, (one) => incidentsBy(durable().incidents, `alert|${one}`)),
  incidentByRoot: async (channel, ts) => incidentsBy(durable().incidents, rootWord(channel, ts))[0],
  incidentsToEdit: async () => incidentsBy(durable().incidents, 'to edit'),

  // Equally old ones as they were queued: sorting is stable.
  waiting: async () => deliveriesBy(durable().deliveries, 'waiting').sort((a, b) => a.queuedAt - b.queuedAt),
  dead: async () => deliveriesBy(durable().deliveries, 'dead'),
  delivery: async (key) => durable().deliveries.get(key),
  told: async (incident) => toldBy(durable().told, `incident|${incident}`),
  toldToLookAt: async () => toldBy(durable().told, 'look'),

  tasks: async () => [...durable().tasks.values()],

  response: async (id) => durable().responses.get(id),
  responsesUnfinished: async () => responsesBy(durable().responses, 'unfinished'),
  responsesUntold: async () => responsesBy(durable().responses, 'untold'),
  responsesWatched: async () => responsesBy(durable().responses, 'watched'),
  responsesSince: async (since) =>
    [...durable().responses.values()].filter(({ requestedAt }) => requestedAt >= since),
  batch: async (id) => [...durable().responses.values()].filter((one) => one.id === id || one.batch === id),
  brake: async () => durable().brakes.get(BRAKE),
  card: async (key) => durable().cards.get(key),
  cards: async () => [...durable().cards.values()],
  group: async (id) => durable().groups.get(id),
  groups: async () => [...durable().groups.values()],
  restore: async () => durable().restores.get(RESTORE),
  responsesOf: async (pce, href) => responsesBy(durable().responses, `host|${pce}|${href}`),
  quarantines: async (pce, href) =>
    responsesBy(durable().responses, 'quarantine').filter(
      (one) => (pce === undefined || one.pce === pce) && (href === undefined || one.target.href === href),
    ),
});

/** The rows of a `pce|rule` table that belong to one PCE, by rule. A rule's id holds no bar; a PCE's name may. */
function* ofPce<V>(table: ReadonlyMap<string, V>, pce: string): Generator<readonly [string, V]> {
  for (const [key, value] of table) {
    const bar = key.lastIndexOf('|');
    if (bar === pce.length && key.startsWith(pce)) yield [key.slice(bar + 1), value];
  }
}

const found = <V>(keys: Iterable<string>, look: (key: string) => V | undefined): V[] =>
  [...new Set(keys)].flatMap((key) => look(key) ?? []);

const allOf = <V>(keys: Iterable<string>, look: (key: string) => readonly V[]): V[] => [
  ...new Set([...keys].flatMap(look)),
];
