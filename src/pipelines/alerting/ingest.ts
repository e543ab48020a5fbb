import type { PceEvent } from '../../core/event.ts';
import type { EventsAnswer, Inventory } from '../../core/ports.ts';
import { quarantinedHosts } from '../../core/quarantined.ts';
import type { Observation } from '../../core/rule.ts';
import { affectedHosts } from '../../core/subject.ts';
import type { Mutex } from '../mutex.ts';
import { type Accept, stream } from './accept.ts';
import type { AlertingDeps } from './deps.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Definitions §1: how far back the first start reads (as history), and each kind of poll before the cursor. */
export const WINDOW_MS = {
  history: HOUR_MS,
  poll: 2 * MINUTE_MS,
  sweep: 20 * MINUTE_MS,
  /** After a longer absence, what is older than this is told in a digest. */
  single: HOUR_MS,
} as const;
/** The PCE tells its time in whole seconds, and an answer takes a moment. */
const CLOCKS_DIFFER_MS = 2_000;

export interface AlertingStatus {
  readonly cursor: number | undefined;
  readonly lastPollAt: number | undefined;
  /** Rows of the newest poll's answer, those read before included; sweeps do not count. */
  readonly rows: number;
  readonly eventsSeen: number;
  readonly rejected: number;
  /** Events that the last sweep found and no poll had. */
  readonly lastSweepFound: number;
  /** Events that only the daily look back found. */
  readonly late: number;
  /** Start of a gap that could not be closed yet. */
  readonly gapFrom: number | undefined;
  /** Times a gap was opened. */
  readonly gaps: number;
}

/** The events of one PCE: what was read, up to where, and what is missing. */
export interface Ingest {
  /**
   * Reads the events since the cursor, and `overlapMs` before it, for those recorded late. What only the daily look back finds is
   * marked `late`. After a downtime of more than an hour, what is older than that is told as one digest per rule.
   * What was read is judged when `estate` has resolved: before it, machines have no names and labels.
   */
  poll(overlapMs: number, how?: { readonly late?: boolean; readonly estate?: Promise<void> }): Promise<void>;
  /**
   * Judges events that came another way (the syslog stream), each once: by href, whichever way is first. The cursor stays: what was missed is
   * still polled. Before the first poll of this process nothing is judged, because what is history is not known yet.
   */
  heard(events: readonly PceEvent[]): Promise<void>;
  /** Looks whether the PCE's newest event is older than one we have seen: it was restored from a backup (definitions §1). */
  lookBack(): Promise<void>;
  /** Reads the next complete hour once it is 20 min over, so that late events are in it; hours missed in an absence are made up. */
  countHour(): Promise<void>;
  /** Stores the cursor, at a clean stop. */
  flush(): Promise<void>;
  status(): AlertingStatus;
  /** The PCE's clock, as its last answer showed it, epoch ms. */
  now(): number;
}

/** @param exclusive one decision after the other, with those of the other observations */
export const createIngest = (deps: AlertingDeps, accept: Accept, exclusive: Mutex): Ingest => {
  const { pce, inventory, store, clock, log } = deps;
  /** Evaluated and committed in this process, by href: not counted again. */
  const evaluated = new Map<string, number>();
  let skewMs = 0;
  let cursor: number | undefined;
  /** Nothing before the first start is told: it is history, for the daily look back too. */
  let origin: number | undefined;
  let status: AlertingStatus = {
    cursor,
    lastPollAt: undefined,
    rows: 0,
    eventsSeen: 0,
    rejected: 0,
    lastSweepFound: 0,
    late: 0,
    gapFrom: undefined,
    gaps: 0,
  };

  const pceNow = (): number => clock.now() + skewMs;

  /** A part of the log that could not be read, and its end, are alerts themselves (definitions §1). */
  const gap = async ({ completeFrom, pceNow: now }: EventsAnswer): Promise<void> => {
    if (completeFrom === undefined && status.gapFrom === undefined) return;
    await accept({ kind: 'ingest', pce: pce.name, now, estate: inventory, gapFrom: completeFrom });
  };

  return {
    async poll(overlapMs, { late = false, estate } = {}) {
      const from = cursor ?? (await store.cursor(pce.name, 'events'));
      origin ??= await store.cursor(pce.name, 'origin');
      const start = (to: number): number =>
        from === undefined ? to - WINDOW_MS.history : Math.max(from - overlapMs, origin ?? 0);
      const read = (to: number): Promise<EventsAnswer> => pce.events(start(to), to);
      let to = pceNow();
      let answer = await read(to);
      skewMs = answer.pceNow - clock.now();
      if (from === undefined && answer.pceNow > to + CLOCKS_DIFFER_MS) {
        // Its clock is ahead of ours: what happened between the two is history as well.
        to = answer.pceNow;
        answer = await read(to);
      }
      deps.reached?.('events read');
      if (answer.rejected.length > 0)
        log.warn(
          { pce: pce.name, rejected: answer.rejected.slice(0, 5), count: answer.rejected.length },
          'rows that are no events',
        );
      await estate;
      await inventory.ensure(unknownHosts(answer.events, inventory));
      await exclusive(async () => {
        const seen = await store.seen(pce.name, answer.events);
        const events = answer.events.filter(({ href }) => !seen.has(href) && !evaluated.has(href));
        const next = Math.max(cursor ?? from ?? 0, Math.min(to, answer.pceNow, answer.completeFrom ?? to));
        const quarantined = quarantinedHosts(await store.quarantines(pce.name));
        const away = from !== undefined && answer.pceNow - from > WINDOW_MS.single;
        await accept(
          { kind: 'events', pce: pce.name, now: answer.pceNow, estate: inventory, events, quarantined },
          {
            cursor: next,
            late,
            history: from === undefined && !deps.backfill,
            ...(from === undefined ? { origin: start(to) } : {}),
            ...(away ? { digestBefore: answer.pceNow - WINDOW_MS.single } : {}),
          },
        );
        cursor = next;
        origin ??= start(to);
        await gap(answer);
        for (const [href, at] of evaluated) if (at < next - 2 * WINDOW_MS.sweep) evaluated.delete(href);
        for (const { href, at } of events) evaluated.set(href, at);
        status = {
          cursor,
          lastPollAt: clock.now(),
          rows: overlapMs === WINDOW_MS.poll ? answer.events.length + answer.rejected.length : status.rows,
          eventsSeen: status.eventsSeen + events.length,
          rejected: status.rejected + answer.rejected.length,
          lastSweepFound: overlapMs === WINDOW_MS.sweep ? events.length : status.lastSweepFound,
          late: status.late + (late ? events.length : 0),
          gapFrom: answer.completeFrom,
          gaps: status.gaps + (answer.completeFrom !== undefined && status.gapFrom === undefined ? 1 : 0),
        };
      });
      await deps.evaluated(answer.events);
    },

    async heard(events) {
      if (cursor === undefined) return;
      await inventory.ensure(unknownHosts(events, inventory));
      await exclusive(async () => {
        const seen = await store.seen(pce.name, events);
        const fresh = events.filter(
          ({ href, at }) => !seen.has(href) && !evaluated.has(href) && at >= (origin ?? 0),
        );
        if (fresh.length === 0) return;
        await accept({ kind: 'events', pce: pce.name, now: pceNow(), estate: inventory, events: fresh });
        // What changed nothing is judged again when it is polled: a line may say less than the event has.
        status = { ...status, eventsSeen: status.eventsSeen + fresh.length };
      });
      await deps.evaluated(events);
    },

    async lookBack() {
      const newest = await pce.newestEventAt();
      if (newest === undefined) return;
      await exclusive(async () => {
        const seen = await store.cursor(pce.name, 'newest');
        await accept({
          kind: 'ingest',
          pce: pce.name,
          now: pceNow(),
          estate: inventory,
          newest,
          newestSeen: seen,
        });
        if (seen === undefined || newest > seen) await deps.commit([stream(pce.name, 'newest', newest)]);
      });
    },

    async countHour() {
      const from = hourDue(await store.cursor(pce.name, 'hours'), pceNow());
      if (from === undefined) return;
      const answer = await pce.events(from, from + HOUR_MS - 1);
      const events = answer.completeFrom === undefined ? answer.events : null;
      await exclusive(async () => {
        await accept({ kind: 'hour', pce: pce.name, now: pceNow(), estate: inventory, from, events });
        await deps.commit([stream(pce.name, 'hours', from + HOUR_MS)]);
      });
      await deps.sampled?.events(from, events);
    },

    flush: () =>
      exclusive(async () => {
        if (cursor === undefined) return;
        await deps.commit([stream(pce.name, 'events', cursor)]);
      }),

    status: () => status,

    now: pceNow,
  };
};

/** The start of the hour to count next: at most a day back, and only when it is over for longer than events are late. */
const hourDue = (counted: number | undefined, now: number): number | undefined => {
  const last = Math.floor((now - WINDOW_MS.sweep) / HOUR_MS) * HOUR_MS - HOUR_MS;
  const next = Math.max(counted ?? last, last - 24 * HOUR_MS);
  return next > last ? undefined : next;
};

/** Hosts the events name that the inventory does not hold: worth one GET each before their labels are needed. */
const unknownHosts = (
  events: Extract<Observation, { kind: 'events' }>['events'],
  inventory: Inventory,
): Set<string> => {
  const hrefs = new Set<string>();
  for (const event of events)
    for (const { subject } of affectedHosts(event, inventory))
      if (subject.href?.includes('/workloads/') && inventory.workload(subject.href) === undefined)
        hrefs.add(subject.href);
  return hrefs;
};
