import type { Person } from '../core/alert.ts';
import type { PceDesk } from '../core/command.ts';
import type { Flow } from '../core/flow.ts';
import { sameAccount } from '../core/person.ts';
import {
  type Clock,
  PceError,
  type QueryStage,
  type TrafficAnswer,
  type TrafficQuery,
} from '../core/ports.ts';
import { BREATH } from '../core/steps.ts';
import { createSlots, type Slots } from './questions/slots.ts';
import { readWhole } from './questions/whole.ts';

const MINUTE_MS = 60_000;
/** Design §6: 2 at once per PCE, the same within 2 min shared, deadline 5 min. */
const AT_ONCE = 2;
const SHARED_MS = 2 * MINUTE_MS;
const DEADLINE_MS = 5 * MINUTE_MS;
/** A window that ends so shortly before it is asked for ends "now". */
const NOW_MS = 5_000;
/** Definitions §8: so many wide questions a person and hour; wide = everything of more than a day, which the PCE works on for long. */
const WIDE = { most: 5, perMs: 60 * MINUTE_MS, overMs: 24 * 60 * MINUTE_MS } as const;
/** Rows that are kept for the next who asks the same; the oldest answers go first. */
const KEPT_ROWS = 400_000;

/** A question that ends without an answer, and not by a fault: its message is for the person who asked. */
export class QuestionEnded extends Error {
  override readonly name = 'QuestionEnded';
}

/** How far a PCE is with what a question asked of it. */
export interface Asked {
  readonly pce: string;
  /** `waiting`: for other questions to this PCE. */
  readonly stage: 'waiting' | QueryStage;
  readonly rows: number;
  readonly sinceMs: number;
}

/** One person's command while it runs. */
export interface Question {
  /** The desks as the command may use them: what it asks of a PCE is shared, paced and can be stopped. */
  readonly desks: readonly PceDesk[];
  /** What it waits for; none when it asked nothing of the kind. */
  asked(): readonly Asked[];
  close(): void;
}

export interface Questions {
  open(id: string, person: Person): Question;
  /** Ends a person's own question. False when there is none by that id any more. */
  stop(id: string, person: Person): boolean;
  /** Gives the memory of answers back that are too old to be shared. */
  tidy(): void;
}

export interface QuestionsDeps {
  readonly desks: readonly PceDesk[];
  readonly clock: Clock;
  readonly watchGroups: readonly string[];
}

interface Reading {
  readonly pce: string;
  readonly query: TrafficQuery;
  /** The window ends when it was asked for. */
  readonly untilNow: boolean;
  readonly at: number;
  readonly stop: AbortController;
  readonly rows: Promise<{ readonly answer: TrafficAnswer; readonly rows: readonly Flow[] }>;
  stage: Asked['stage'];
  count: number;
  /** Questions that wait for it; the last that leaves ends it. */
  readonly waiting: Set<Open>;
  /** Rows, once it is read. */
  kept: number | undefined;
}

interface Open {
  readonly id: string;
  readonly person: Person;
  readonly stop: AbortController;
  readonly readings: Set<Reading>;
}

/** What people ask of traffic, so that many who ask do not cost the PCE more than one (design §6). */
export const createQuestions = ({ desks, clock, watchGroups }: QuestionsDeps): Questions => {
  const slots = new Map<string, Slots>(desks.map(({ pce }) => [pce.name, createSlots(AT_ONCE)]));
  const open = new Set<Open>();
  let readings: readonly Reading[] = [];

  const tidy = (): void => {
    const fresh = readings.filter(({ at, kept }) => kept === undefined || clock.mono() - at <= SHARED_MS);
    let room = KEPT_ROWS;
    readings = fresh
      .toReversed()
      .filter(({ kept = 0 }) => {
        room -= kept;
        return room >= 0;
      })
      .toReversed();
  };
  const forget = (reading: Reading): void => {
    readings = readings.filter((one) => one !== reading);
  };

  const begin = (desk: PceDesk, query: TrafficQuery, untilNow: boolean): Reading => {
    const stop = new AbortController();
    const done = new AbortController();
    const late = new PceError('timeout', `not answered within ${DEADLINE_MS / MINUTE_MS} min`);
    void clock.sleep(DEADLINE_MS, done.signal).then(() => {
      if (!done.signal.aborted) stop.abort(late);
    });
    const read = async () => {
      try {
        const free = await (slots.get(desk.pce.name) ?? createSlots(AT_ONCE)).take(stop.signal);
        try {
          reading.stage = 'queued';
          const part = await readWhole(
            query,
            {
              signal: stop.signal,
              stage(stage) {
                reading.stage = stage;
              },
              count(rows) {
                reading.count = rows;
              },
            },
            { ...desk, watchGroups },
          );
          reading.kept = part.rows.length;
          return part;
        } finally {
          free();
        }
      } catch (err) {
        forget(reading);
        throw stop.signal.aborted ? stop.signal.reason : err;
      } finally {
        done.abort();
        tidy();
      }
    };
    const reading: Reading = {
      pce: desk.pce.name,
      query,
      untilNow,
      at: clock.mono(),
      stop,
      stage: 'waiting',
      count: 0,
      waiting: new Set(),
      kept: undefined,
      rows: Promise.resolve().then(read),
    };
    // Who waits hears of a failure by his own promise.
    reading.rows.catch(() => undefined);
    readings = [...readings, reading];
    return reading;
  };

  const sharedWith = (desk: PceDesk, query: TrafficQuery, untilNow: boolean): Reading | undefined => {
    tidy();
    return readings.find(
      (one) => one.pce === desk.pce.name && !one.stop.signal.aborted && asksTheSame(one, query, untilNow),
    );
  };

  const oneAtATime = ({ person, id }: Open): void => {
    for (const other of open)
      if (other.id !== id && other.readings.size > 0 && sameAccount(other.person, person))
        throw new QuestionEnded(
          'Your question before this one still runs; one at a time. Wait for it, or press Stop below it.',
        );
  };

  const wide: { readonly person: Person; readonly at: number }[] = [];
  /** Counts a wide question that the PCE is to work on. */
  const notTooWide = (person: Person, query: TrafficQuery): void => {
    if (!isWide(query)) return;
    while (wide[0] !== undefined && clock.mono() - wide[0].at >= WIDE.perMs) wide.shift();
    if (wide.filter((one) => sameAccount(one.person, person)).length >= WIDE.most)
      throw new QuestionEnded(
        `You have asked ${WIDE.most} questions about all traffic of more than a day within an hour. Name a label, or a shorter time.`,
      );
    wide.push({ person, at: clock.mono() });
  };

  const flows =
    (desk: PceDesk, question: Open): PceDesk['pce']['flows'] =>
    async (query, row) => {
      oneAtATime(question);
      const untilNow = Math.abs(clock.now() - query.to) <= NOW_MS;
      const known = sharedWith(desk, query, untilNow);
      if (known === undefined) notTooWide(question.person, query);
      const reading = known ?? begin(desk, query, untilNow);
      const shared = reading.waiting.size > 0 || reading.kept !== undefined;
      const askedAt = clock.now() - (clock.mono() - reading.at);
      reading.waiting.add(question);
      question.readings.add(reading);
      try {
        const { answer, rows } = await unlessAborted(reading.rows, question.stop.signal);
        for (const [at, flow] of rows.entries()) {
          if (at % BREATH === BREATH - 1) await clock.sleep(0);
          row(flow);
        }
        return shared ? { ...answer, asOf: askedAt } : answer;
      } finally {
        question.readings.delete(reading);
        reading.waiting.delete(question);
        if (reading.waiting.size === 0 && reading.kept === undefined) reading.stop.abort(STOPPED);
      }
    };

  return {
    open(id, person) {
      const question: Open = { id, person, stop: new AbortController(), readings: new Set() };
      open.add(question);
      return {
        desks: desks.map((desk) => ({ ...desk, pce: { ...desk.pce, flows: flows(desk, question) } })),
        asked: () =>
          [...question.readings].map(({ pce, stage, count, at }) => ({
            pce,
            stage,
            rows: count,
            sinceMs: clock.mono() - at,
          })),
        close: () => void open.delete(question),
      };
    },
    stop(id, person) {
      const question = [...open].find((one) => one.id === id && sameAccount(one.person, person));
      question?.stop.abort(STOPPED);
      return question !== undefined;
    },
    tidy,
  };
};

const STOPPED = new QuestionEnded('Stopped. Nothing was changed, and the PCE no longer works on it.');

const isWide = ({ from, to, labels, workloads = [] }: TrafficQuery): boolean =>
  labels.length + workloads.length === 0 && to - from > WIDE.overMs;

const asksTheSame = (
  { query, untilNow }: Pick<Reading, 'query' | 'untilNow'>,
  other: TrafficQuery,
  otherUntilNow: boolean,
): boolean => {
  const what = ({ labels, workloads, decisions }: TrafficQuery): string =>
    JSON.stringify([labels, workloads ?? [], decisions]);
  if (what(query) !== what(other)) return false;
  if (query.from === other.from && query.to === other.to) return true;
  return untilNow && otherUntilNow && query.to - query.from === other.to - other.from;
};

const unlessAborted = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) return leave();
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
