import { fingerprintOf } from '../../core/alert.ts';
import { openDrafts, putsLive } from '../../core/draft/open.ts';
import type { PceEvent } from '../../core/event.ts';
import type { EventsPiece, Inventory } from '../../core/ports.ts';
import { quarantinedHosts } from '../../core/quarantined.ts';
import type { Observation } from '../../core/rule.ts';
import { affectedHosts, subjectKey } from '../../core/subject.ts';
import { eventLogOf, ingestGap } from '../../rules/ingest-gap.ts';
import type { Mutex } from '../mutex.ts';
import { type Accept, stream } from './accept.ts';
import type { AlertingDeps } from './deps.ts';
import { createEvaluated } from './evaluated.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Definitions §1: how far back the first start reads (as history), and each kind of poll before the cursor. */
export const WINDOW_MS = {
  history: HOUR_MS,
  poll: 2 * MINUTE_MS,
  sweep: 20 * MINUTE_MS,
  /** After a longer absence, what is older than this is told in a digest. */
  single: HOUR_MS,
  /** A relay may deliver what it kept for days: ids are remembered for 25 h, older events are the polls' alone. */
  heard: 24 * HOUR_MS,
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
  /**
   * Looks whether the PCE's newest event is older than one we have seen: it was restored from a backup (definitions §1). Where a person
   * closed that alert as expected, it is compared with what the log holds now.
   */
  lookBack(): Promise<void>;
  /** Reads the next complete hour once it is 20 min over, so that late events are in it; hours missed in an absence are made up. */
  countHour(): Promise<void>;
  /** Stores the cursor, at a clean stop. */
  flush(): Promise<void>;
  status(): AlertingStatus;
  /** The PCE's clock, as its last answer showed it, epoch ms. */
  now(): number;
}

/** A part of the log with the window it was read for, epoch ms. */
interface Part {
  readonly piece: EventsPiece;
  readonly from: number;
  readonly to: number;
}

/** What a part of the log is judged with. Times are epoch ms. */
interface Window {
  /** The cursor before the poll; undefined at the very first. */
  readonly known: number | undefined;
  readonly from: number;
  readonly to: number;
  readonly late: boolean;
  /** Start of the oldest part so far that could not be read completely: the cursor does not pass it. */
  readonly completeFrom: number | undefined;
}

/** @param exclusive one decision after the other, with those of the other observations */
export const createIngest = (deps: AlertingDeps, accept: Accept, exclusive: Mutex): Ingest => {
  const { pce, inventory, store, clock, log } = deps;
  /** Evaluated and committed in this process: not counted again. */
  const evaluated = createEvaluated();
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

  const windowTo = (to: number, known: number | undefined, overlapMs: number) => ({
    // A PCE whose clock went back writes events of before the cursor: they are read from its present time on.
    from:
      known === undefined ? to - WINDOW_MS.history : Math.max(Math.min(known, to) - overlapMs, origin ?? 0),
    to,
  });

  /** What is to be read now, part by part, each with the window it belongs to. */
  async function* read(known: number | undefined, overlapMs: number, to: number): AsyncGenerator<Part> {
    const window = windowTo(to, known, overlapMs);
    let first = true;
    for await (const piece of pce.eventPieces(window.from, to)) {
      if (first && known === undefined && piece.pceNow > to + CLOCKS_DIFFER_MS) {
        // Its clock is ahead of ours: what happened between the two is history as well.
        yield* read(known, overlapMs, piece.pceNow);
        return;
      }
      first = false;
      yield { piece, ...window };
    }
  }

  /** A part of the log that could not be read, and its end, are alerts themselves (definitions §1). */
  const gap = async (completeFrom: number | undefined): Promise<void> => {
    if (completeFrom === undefined && status.gapFrom === undefined) return;
    await exclusive(() =>
      accept({ kind: 'ingest', pce: pce.name, now: pceNow(), estate: inventory, gapFrom: completeFrom }),
    );
    const opened = completeFrom !== undefined && status.gapFrom === undefined;
    status = { ...status, gapFrom: completeFrom, gaps: status.gaps + (opened ? 1 : 0) };
  };

  /** The alerts on drafts, where something goes live that may settle them. */
  const draftsFor = async (events: readonly PceEvent[]) =>
    events.some(putsLive) ? { drafts: openDrafts(await store.firing(pce.name)) } : {};

  /** Judges one part of a window and moves the cursor past it, in one commit. @returns how many of its events were new */
  const take = async (piece: EventsPiece, about: Window): Promise<number> => {
    const { known, late, completeFrom, to } = about;
    // Nearly all of a poll was read before (definitions §1: overlap): that is left out first, and again once it is this part's turn.
    const unread = piece.events.filter(({ href }) => !evaluated.has(href));
    await inventory.ensure(unknownHosts(unread, inventory));
    return await exclusive(async () => {
      const seen = await store.seen(pce.name, unread);
      const events = unread.filter(({ href }) => !seen.has(href) && !evaluated.has(href));
      const reached = Math.min(piece.to, to, piece.pceNow, completeFrom ?? piece.to);
      const next = Math.max(cursor ?? known ?? 0, reached);
      // The first window is history as a whole: a cursor within it would make the rest of it news.
      const moves = known !== undefined || piece.to >= to;
      const quarantined = quarantinedHosts(await store.quarantines(pce.name));
      const history = known === undefined && !deps.backfill;
      const away = known !== undefined && piece.pceNow - known > WINDOW_MS.single;
      await accept(
        {
          kind: 'events',
          pce: pce.name,
          now: piece.pceNow,
          estate: inventory,
          events,
          quarantined,
          ...(await draftsFor(events)),
          ...(history ? {} : { answering: true }),
        },
        {
          ...(moves ? { cursor: next } : {}),
          late,
          history,
          ...(known === undefined && moves ? { origin: about.from } : {}),
          ...(away ? { digestBefore: piece.pceNow - WINDOW_MS.single } : {}),
        },
      );
      if (moves) {
        cursor = next;
        origin ??= about.from;
      }
      evaluated.add(events);
      status = {
        ...status,
        cursor,
        lastPollAt: clock.now(),
        eventsSeen: status.eventsSeen + events.length,
        rejected: status.rejected + piece.rejected.length,
        late: status.late + (late ? events.length : 0),
      };
      return events.length;
    });
  };

  return {
    async poll(overlapMs, { late = false, estate } = {}) {
      const known = cursor ?? (await store.cursor(pce.name, 'events'));
      origin ??= await store.cursor(pce.name, 'origin');
      let [rows, found] = [0, 0];
      let completeFrom: number | undefined;
      for await (const { piece, from, to } of read(known, overlapMs, pceNow())) {
        skewMs = piece.pceNow - clock.now();
        deps.reached?.('events read');
        if (piece.rejected.length > 0)
          log.warn(
            { pce: pce.name, rejected: piece.rejected.slice(0, 5), count: piece.rejected.length },
            'rows that are no events',
          );
        if (!piece.complete) completeFrom ??= piece.from;
        await estate;
        rows += piece.events.length + piece.rejected.length;
        found += await take(piece, { known, from, to, late, completeFrom });
        await deps.evaluated(piece.events);
      }
      await gap(completeFrom);
      evaluated.forget((cursor ?? 0) - 2 * WINDOW_MS.sweep);
      if (overlapMs === WINDOW_MS.poll) status = { ...status, rows };
      if (overlapMs === WINDOW_MS.sweep) status = { ...status, lastSweepFound: found };
    },

    async heard(events) {
      if (cursor === undefined) return;
      await inventory.ensure(unknownHosts(events, inventory));
      await exclusive(async () => {
        const seen = await store.seen(pce.name, events);
        const from = Math.max(origin ?? 0, pceNow() - WINDOW_MS.heard);
        // A clock that is further ahead is told of by itself; its events are polled.
        const to = pceNow() + MINUTE_MS;
        const fresh = events.filter(
          ({ href, at }) => !seen.has(href) && !evaluated.has(href) && at >= from && at <= to,
        );
        if (fresh.length === 0) return;
        await accept({
          kind: 'events',
          pce: pce.name,
          now: pceNow(),
          estate: inventory,
          events: fresh,
          ...(await draftsFor(fresh)),
          answering: true,
        });
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
        const [alert] = await store.alerts([
          fingerprintOf(pce.name, ingestGap.id, subjectKey(eventLogOf(pce.name))),
        ]);
        const accepted = alert?.state === 'firing' && alert.closed?.as === 'expected';
        await accept({
          kind: 'ingest',
          pce: pce.name,
          now: pceNow(),
          estate: inventory,
          newest,
          newestSeen: seen,
          accepted,
        });
        if (accepted || seen === undefined || newest > seen)
          await deps.commit([stream(pce.name, 'newest', newest)]);
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
      // Last: a sample that cannot be written must not keep anything from being judged.
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
