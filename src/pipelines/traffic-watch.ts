import type { PceEvent } from '../core/event.ts';
import { DECISIONS, type Flow } from '../core/flow.ts';
import type { Clock, Inventory, Log, Pce, TrafficQuery, TrafficShelf } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import { withPauses } from '../core/steps.ts';
import { type Batch, createBatch } from '../core/traffic/batch.ts';
import { createChangedHosts, trafficGroups, watchGroupsOf } from '../core/traffic/groups.ts';
import { createFlowWatch, type FlowWatch, type Polled } from '../core/traffic/watch.ts';
import type { FlowWitness, Witnessing } from './flow-witness.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Design §6: what a poll looks back over, and how far at most after a gap. */
const WINDOW_MS = { poll: 30 * MINUTE_MS, most: 24 * HOUR_MS } as const;
/** Definitions §5: how far back the first start reads, one query a day. */
const HISTORY_DAYS = 7;
/** Design §6: the next query starts after five times the last one's duration, and after an hour in any case. */
const PACE = { times: 5, mostMs: HOUR_MS } as const;
/** Design §6: more rows than this, twice, and the query is split. */
const MANY_ROWS = 150_000;
/** Queries of one poll at most, once it is split by groups. */
const MOST_QUERIES = 60;

export interface TrafficWatchDeps {
  readonly pce: Pick<Pce, 'name' | 'flows'>;
  readonly inventory: Pick<
    Inventory,
    'labels' | 'label' | 'workload' | 'workloads' | 'byAgent' | 'byHostname' | 'managed'
  >;
  readonly shelf: TrafficShelf;
  readonly settings: Pick<Settings, 'watchGroups' | 'spikeGroups'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The PCE's clock, epoch ms. */
  pceNow(): number;
  /** Judges and commits what a poll meant. */
  judge(polled: Polled): Promise<void>;
  /** Looks whether connections of quarantined hosts still pass. */
  readonly witness: FlowWitness;
  /** Tells people of a trouble of our own. */
  tell(trouble: string): void;
}

/** Watches who begins to talk to whom on one PCE: one query at a time, paced by how long they take. */
export interface TrafficWatch {
  /**
   * Makes the poll that is due; at the first start the days before it are read first. Rejects with PceError or StoreError, and then
   * what it would have found is found by the next one. A signal cancels the query that runs.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Notes hosts whose labels or mode changed: what is blocked on them means little for a day. */
  evaluated(events: readonly PceEvent[]): void;
}

export const createTrafficWatch = (deps: TrafficWatchDeps): TrafficWatch => {
  const { pce, shelf, clock, log } = deps;
  const changed = createChangedHosts();
  const groupsOf = trafficGroups(deps.settings, (href) => changed.has(href, deps.pceNow()));
  const breathe = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));
  let loaded: FlowWatch | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  let split: Split = 'whole';
  let heavy = 0;

  const load = async (): Promise<FlowWatch> => {
    const { lost, ...kept } = await shelf.load(pce.name);
    if (lost.length > 0)
      deps.tell(
        `What I had learnt of the traffic of ${pce.name} is damaged (${lost.join(', ')}): that counts as never seen, and scans are told in a digest until I know three days again.`,
      );
    return createFlowWatch({ groupsOf, seriesOf: watchGroupsOf(deps.settings), changedHosts: changed }, kept);
  };

  /** Runs queries one after the other. @returns true when one of them gave more than is good */
  const read = async (
    queries: readonly TrafficQuery[],
    batch: Batch,
    signal: AbortSignal,
    seen: Witnessing | undefined = undefined,
  ): Promise<{ readonly many: boolean; readonly truncated: number }> => {
    let many = false;
    let truncated = 0;
    const add =
      seen === undefined
        ? batch.add
        : (flow: Flow): void => {
            batch.add(flow);
            seen.take(flow);
          };
    for (const query of queries) {
      batch.nextPart();
      const answer = await pce.flows(query, add, signal);
      many ||= answer.truncated || answer.rows > MANY_ROWS;
      truncated += answer.truncated ? 1 : 0;
    }
    return { many, truncated };
  };

  const save = (watch: FlowWatch): Promise<void> =>
    shelf.save(pce.name, watch.changed(), Math.floor(deps.pceNow() / DAY_MS));

  /** One paced query per day; a day that fails is tried again before the next poll. */
  const readHistory = async (watch: FlowWatch, signal: AbortSignal): Promise<void> => {
    const today = Math.floor(deps.pceNow() / DAY_MS);
    for (let day = today - 1; day >= today - HISTORY_DAYS && !signal.aborted; day -= 1) {
      if (watch.knows(day)) continue;
      const began = clock.mono();
      const batch = createBatch();
      try {
        await read([everything(day * DAY_MS, (day + 1) * DAY_MS - 1)], batch, signal);
        await withPauses(watch.learn(batch, day), breathe);
        await save(watch);
      } catch (err) {
        log.warn({ err, pce: pce.name, day }, 'a day of traffic could not be read yet');
      }
      await clock.sleep(paceMs(clock.mono() - began), signal);
    }
  };

  const poll = async (watch: FlowWatch, signal: AbortSignal): Promise<void> => {
    const now = deps.pceNow();
    const batch = createBatch();
    const from = Math.max(now - WINDOW_MS.most, Math.min(now, watch.polledAt ?? now) - WINDOW_MS.poll);
    const seen = await deps.witness();
    const { many, truncated } = await read(queriesOf(split, from, now, deps), batch, signal, seen);
    if (truncated > 0)
      deps.tell(
        `${pce.name} has more traffic than it hands out at once: ${truncated} of my queries were cut off, and scans in what is missing are not seen.`,
      );
    heavy = many ? heavy + 1 : 0;
    if (heavy >= 2 && split !== 'groups') {
      split = split === 'whole' ? 'decisions' : 'groups';
      heavy = 0;
      log.info({ pce: pce.name, split, rows: batch.count }, 'traffic queries are split');
    }
    const polled = await withPauses(watch.take(batch, now), breathe);
    for (const words of polled.leftOut) deps.tell(`Traffic of ${pce.name}: ${words}.`);
    await deps.judge(polled);
    await seen?.end();
    await save(watch);
  };

  return {
    async run(signal) {
      if (clock.mono() < notBefore) return;
      loaded ??= await load();
      await readHistory(loaded, signal);
      if (signal.aborted) return;
      const began = clock.mono();
      try {
        await poll(loaded, signal);
      } finally {
        notBefore = began + paceMs(clock.mono() - began);
      }
    },
    evaluated: (events) => changed.note(events, deps.inventory),
  };
};

const paceMs = (tookMs: number): number => Math.min(PACE.mostMs, PACE.times * tookMs);

/** One query for all, one per decision, or one per decision and group of hosts. */
type Split = 'whole' | 'decisions' | 'groups';

const everything = (from: number, to: number): TrafficQuery => ({
  from,
  to,
  labels: [],
  decisions: [...DECISIONS],
});

const queriesOf = (
  split: Split,
  from: number,
  to: number,
  { pce, inventory, settings, tell }: TrafficWatchDeps,
): readonly TrafficQuery[] => {
  if (split === 'whole') return [everything(from, to)];
  const byDecision = DECISIONS.map((decision) => ({ from, to, labels: [], decisions: [decision] }));
  if (split === 'decisions') return byDecision;
  const groups = [...inventory.labels()].filter(({ key }) => settings.watchGroups.includes(key));
  const all = groups.flatMap(({ href }) => byDecision.map((query) => ({ ...query, labels: [[href]] })));
  const out = Math.ceil(Math.max(0, all.length - MOST_QUERIES) / DECISIONS.length);
  tell(
    `${pce.name} has so much traffic that I read it by ${settings.watchGroups.join(', ')}: hosts without such a label are left out${out > 0 ? `, and so are ${out} of the groups` : ''}.`,
  );
  return all.slice(0, MOST_QUERIES);
};
