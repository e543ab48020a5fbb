import { apply } from '../../core/apply.ts';
import type { State, Transition } from '../../core/state.ts';
import { decodeLine, type JournalLine } from './codec.ts';

const LINE_END = 0x0a;

/** The lines of a segment; undefined for one that is not what was written. */
export interface SegmentReading {
  readonly lines: readonly (JournalLine | undefined)[];
  /** Bytes up to the end of the last line. */
  readonly length: number;
  /** Bytes behind it: a line that a kill or a power cut left half-written or zero-filled, and that nobody was promised. */
  readonly torn: number;
}

export const readSegment = (bytes: Buffer, migrate?: (transition: unknown) => unknown): SegmentReading => {
  const found: { line: JournalLine | undefined; from: number; end: number }[] = [];
  let from = 0;
  for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, from)) {
    found.push({ line: decodeLine(bytes.toString('utf8', from, end), migrate), from, end: end + 1 });
    from = end + 1;
  }
  // A page that never reached the disk reads as zeros, also in front of a line end that did reach it.
  for (let last = found.at(-1); last?.line === undefined && last !== undefined; last = found.at(-1)) {
    if (!bytes.subarray(last.from, last.end).includes(0)) break;
    from = last.from;
    found.pop();
  }
  return { lines: found.map(({ line }) => line), length: from, torn: bytes.length - from };
};

export interface Replay {
  readonly state: State;
  /** Number of the last line applied. */
  readonly n: number;
  /** Lines that were lost: unreadable ones, and numbers that are missing. */
  readonly badLines: number;
  /** Transitions that could be read and no longer fit, or are none this release knows. */
  readonly lostTransitions: number;
}

/**
 * The state after all lines that follow line `n`. What is unreadable is left out and counted, and what follows is applied where it
 * still fits. Then every cursor is set back to where it was before the first loss, so that ingest repeats what may be missing.
 */
export const replay = (base: State, n: number, lines: Iterable<JournalLine | undefined>): Replay => {
  let state = base;
  let last = n;
  let badLines = 0;
  let lostTransitions = 0;
  let unread = 0;
  let safe: Map<string, number> | undefined;

  for (const line of lines) {
    if (line === undefined) {
      unread += 1;
      continue;
    }
    if (line.n <= last) continue;
    const bad = Math.max(unread, line.n - last - 1);
    badLines += bad;
    unread = 0;
    const applied = applyLine(state, line);
    lostTransitions += applied.lost;
    if (bad + applied.lost > 0) safe ??= new Map(state.cursors);
    state = applied.state;
    last = line.n;
    if (safe !== undefined) keepLowest(safe, state.cursors);
  }
  badLines += unread;
  return {
    state: safe === undefined ? state : { ...state, cursors: safe },
    n: last,
    badLines,
    lostTransitions,
  };
};

/** A line as a whole, as it was committed; where that no longer fits, what of it does. */
const applyLine = (state: State, { transitions }: JournalLine): { state: State; lost: number } => {
  const known = transitions.filter((transition) => transition !== undefined);
  const whole = tryApply(state, known);
  if (whole !== undefined) return { state: whole, lost: transitions.length - known.length };
  let lost = transitions.length - known.length;
  let reached = state;
  for (const transition of known) {
    const next = tryApply(reached, [transition]);
    if (next === undefined) lost += 1;
    else reached = next;
  }
  return { state: reached, lost };
};

const tryApply = (state: State, transitions: readonly Transition[]): State | undefined => {
  try {
    return apply(state, transitions);
  } catch {
    return undefined; // A start must not fail over one transition: it is counted as lost, and that is an alarm.
  }
};

const keepLowest = (safe: Map<string, number>, cursors: ReadonlyMap<string, number>): void => {
  for (const [stream, at] of cursors) safe.set(stream, Math.min(at, safe.get(stream) ?? at));
};
