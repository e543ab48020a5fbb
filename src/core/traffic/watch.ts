import { z } from 'zod';
import type { End } from '../flow.ts';
import { BREATH, type Steps } from '../steps.ts';
import type { Batch, Row } from './batch.ts';
import { createDecisionBook, type HourDecisions, OpenDecisions } from './decisions.ts';
import type { NewEdge } from './edge.ts';
import { type ChangedHosts, StoredChanges } from './groups.ts';
import { createHourBook, type HourSums, OpenHours } from './hours.ts';
import { createKnownEdges, KNOWN_DAYS } from './known.ts';
import { createLedger, decodeLedger } from './ledger.ts';
import { createNews, StoredNews } from './news.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** After a longer gap between two polls, the hours in it were not watched. */
const GAP_MS = 30 * MINUTE_MS;

/** What a poll of traffic meant (definitions §5). */
export interface Polled {
  /** New edges of the last 24 h, the newest poll's among them. */
  readonly edges: readonly NewEdge[];
  /** Hours that are complete, each once. */
  readonly hours: readonly HourSums[];
  /** The same hours by decision, for the series. */
  readonly decisions: readonly HourDecisions[];
  /** Of how many earlier days it is known who talked: fewer than three = still learning. */
  readonly daysKnown: number;
  /** What could not be kept for want of room, for people. */
  readonly leftOut: readonly string[];
}

/** The observations of one PCE's traffic, bounded, and what is to be kept of them over a restart. */
export interface FlowWatch {
  /** The last poll whose rows were taken, epoch ms. */
  readonly polledAt: number | undefined;
  /** Takes the rows of a poll. @param now the PCE's clock, epoch ms */
  take(batch: Batch, now: number): Steps<Polled>;
  /** Takes the rows of an earlier day: they only say what is known. */
  learn(batch: Batch, day: number): Steps<void>;
  /** True when something is known of that UTC day (days since the epoch). */
  knows(day: number): boolean;
  /** What is to be written: the one file, and the days that changed since the last time. */
  changed(): { readonly counters: Uint8Array; readonly days: ReadonlyMap<number, Uint8Array> };
}

export interface FlowWatchOptions {
  /** The groups whose hours are counted that a row with new connections belongs to. */
  groupsOf(row: Row): readonly string[];
  /** The groups of the series it belongs to. */
  seriesOf(row: Row): readonly string[];
  /** Kept with the rest, so that a restart does not take a changed host's blocked connections for an attack. */
  readonly changedHosts: Pick<ChangedHosts, 'restore' | 'encode'>;
}

/** What was kept. */
export interface KeptTraffic {
  readonly counters: Uint8Array | undefined;
  /** By UTC day, days since the epoch. */
  readonly days: ReadonlyMap<number, Uint8Array>;
}

const Head = z.object({
  polledAt: z.number(),
  hours: OpenHours,
  news: StoredNews,
  decisions: OpenDecisions,
  changedHosts: StoredChanges.default([]),
});

/** @param kept of an earlier run; what is lost or unreadable means "first poll" (design §5) */
export const createFlowWatch = (
  { groupsOf, seriesOf, changedHosts }: FlowWatchOptions,
  kept: KeptTraffic,
): FlowWatch => {
  const before = kept.counters === undefined ? undefined : decode(kept.counters);
  changedHosts.restore(before?.head.changedHosts ?? []);
  const ledger = before?.ledger ?? createLedger();
  const hours = createHourBook(before?.head.hours);
  const decisions = createDecisionBook(before?.head.decisions);
  const news = createNews(before?.head.news);
  const known = createKnownEdges(kept.days);
  let polledAt = before?.head.polledAt;
  let full = 0;

  /** An edge that nobody has seen before, or one that is new today and of which more is said. */
  const seeEdge = (row: Row, now: number): void => {
    const { edge, day } = row;
    // A row of the far past or of the future says nothing about who is known.
    if (Math.abs(day - Math.floor(now / DAY_MS)) >= KNOWN_DAYS) return;
    if (known.on(edge, day)) return news.amend(row);
    if (!known.before(edge, day)) {
      // Late rows of yesterday do not make today's edge new again, nor the other way round.
      if (known.on(edge, day + 1)) news.amend(row);
      else news.add(row, now);
    }
    if (!known.add(edge, day)) full += 1;
  };

  return {
    get polledAt() {
      return polledAt;
    },
    knows: (day) => known.has(day),
    *learn({ rows }, day) {
      known.open(day);
      let seen = 0;
      for (const { edge, day: own } of rows.values()) {
        if (seen++ % BREATH === 0) yield;
        // A bucket that began before and goes on says nothing of the days in between.
        if (own <= day) known.add(edge, own);
      }
    },
    *take({ rows }, now) {
      const today = Math.floor(now / DAY_MS);
      const counts = polledAt !== undefined && now - polledAt <= DAY_MS;
      if (polledAt === undefined || now - polledAt > GAP_MS) {
        hours.skip(now);
        decisions.skip(hourOf(now) + 1);
      }
      ledger.close(today);
      known.forget(today);
      let seen = 0;
      let uncounted = 0;
      for (const [key, row] of rows) {
        if (seen++ % BREATH === 0) yield;
        seeEdge(row, now);
        const grown = ledger.growth(row, ledger.delta(key, row));
        if (!counts || grown === 0) continue;
        hours.add(row.lastAt, groupsOf(row), nameOf(row.source), row.service, grown);
        decisions.add(hourOf(row.lastAt), row.decision, seriesOf(row), grown);
      }
      uncounted += ledger.close(today);
      const dropped = news.forget(now);
      const unknown = full;
      full = 0;
      polledAt = now;
      const settled = hours.settled(now);
      return {
        edges: news.all(),
        hours: settled,
        decisions: settled.map(({ hour }) => decisions.close(hour)),
        daysKnown: known.daysBefore(today),
        leftOut: [
          uncounted === 0
            ? []
            : `${uncounted} counters of connections did not fit: some growth is not counted`,
          dropped === 0 ? [] : `${dropped} new connections did not fit: a slow scan among them may be missed`,
          unknown === 0
            ? []
            : `${unknown} connections did not fit into what is known of today: tomorrow they count as new`,
        ].flat(),
      };
    },
    changed() {
      const head: z.infer<typeof Head> = {
        polledAt: polledAt ?? 0,
        hours: hours.encode(),
        news: news.encode(),
        decisions: decisions.encode(),
        changedHosts: changedHosts.encode(),
      };
      return { counters: encode(head, ledger.encode()), days: known.changed() };
    },
  };
};

const nameOf = ({ name }: End): string => name;
const hourOf = (at: number): number => Math.floor(at / HOUR_MS);

/** Four bytes: the length of the head, padded so that the numbers after it stand where they can be read. */
const encode = (head: z.infer<typeof Head>, numbers: Uint8Array): Uint8Array => {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const out = new Uint8Array(4 + text.length + numbers.length);
  new DataView(out.buffer).setUint32(0, text.length);
  out.set(text, 4);
  out.set(numbers, 4 + text.length);
  return out;
};

const decode = (
  bytes: Uint8Array,
): { head: z.infer<typeof Head>; ledger: ReturnType<typeof createLedger> } | undefined => {
  if (bytes.length < 4) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const ledger = decodeLedger(bytes.subarray(4 + length));
  const head = Head.safeParse(parsedOr(new TextDecoder().decode(bytes.subarray(4, 4 + length))));
  return ledger === undefined || !head.success ? undefined : { head: head.data, ledger };
};

const parsedOr = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};
