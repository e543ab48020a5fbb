import { type Decision, type End, type Flow, parseEnd, parseFlow, parseService } from '../../../core/flow.ts';
import type { Label } from '../../../core/label.ts';
import { createMembers } from './members.ts';
import { afterString, BYTE, MORE, ODD, skipSpace, standsAt } from './scan.ts';
import { type SpanMemo, spanMemo } from './span-memo.ts';
import { createTimes } from './time.ts';

/** Reads one row after the other out of bytes. */
export interface RowReader {
  /**
   * The position after the object that opens at `at`; MORE when it does not close before `end`; ODD when it is not in the plain
   * shape that is read here, and `parse` must judge it. `flow` is then the row, undefined when it cannot be used.
   */
  read(bytes: Buffer, at: number, end: number): number;
  /** Reads one row from its text by JSON.parse. */
  parse(json: string): void;
  flow: Flow | undefined;
}

/** Of ends and of services: enough for 100,000 workloads. Of what is only skipped: networks, capabilities. */
const END_BYTES = 48 * 1024 * 1024;
const SERVICE_BYTES = 4 * 1024 * 1024;
const SKIPPED_BYTES = 256 * 1024;
/** Digits of a whole number that a double holds whatever they are. */
const DIGITS = 15;

const KEYS = [
  'src',
  'dst',
  'service',
  'num_connections',
  'policy_decision',
  'flow_direction',
  'dst_bi',
  'dst_bo',
  'timestamp_range',
] as const;
type Key = (typeof KEYS)[number];
const KEY_BYTES = KEYS.map((key) => ({ key, bytes: Buffer.from(`${key}"`) }));
const DECISION_BYTES = (['allowed', 'potentially_blocked', 'blocked', 'unknown'] as const).map((word) => ({
  word,
  bytes: Buffer.from(`"${word}"`),
}));
const DIRECTION_BYTES = (['inbound', 'outbound'] as const).map((word) => ({
  word,
  bytes: Buffer.from(`"${word}"`),
}));
const WORDS = ['null', 'true', 'false'].map((word) => Buffer.from(word));
const FIRST = Buffer.from('"first_detected"');
const LAST = Buffer.from('"last_detected"');

/**
 * A reader of rows that looks only at what a Flow needs. What it accepts is exactly what `parseFlow(JSON.parse(text))` gives;
 * whatever is not plain (an escape in a key, a fraction, a quoted number) it calls ODD instead of judging it.
 * @param known looks labels up that carry only an href
 */
export const createRowReader = (known?: (href: string) => Label | undefined): RowReader => {
  const ends: SpanMemo<End | undefined> = spanMemo((value) => parseEnd(value, known), END_BYTES);
  const services = spanMemo(parseService, SERVICE_BYTES);
  const skipped = spanMemo(() => true, SKIPPED_BYTES);
  const times = createTimes();
  const members = createMembers(keyAt);
  let whole = 0;
  const range = { met: false, firstAt: 0, lastAt: 0 };

  /** A whole number into `whole`. */
  const count = (bytes: Buffer, at: number, end: number): number => {
    let here = at;
    let sum = 0;
    for (;;) {
      const digit = (bytes[here] as number) - BYTE.zero;
      if (digit < 0 || digit > 9) break;
      sum = sum * 10 + digit;
      here += 1;
    }
    if (here >= end) return MORE;
    if (here === at || here - at > DIGITS || (here - at > 1 && bytes[at] === BYTE.zero)) return ODD;
    whole = sum;
    return closes(bytes[here] as number) ? here : ODD;
  };

  /** `{"first_detected":"2026-07-01T10:00:00Z","last_detected":"…"}` in that order into `range`. */
  const timeRange = (bytes: Buffer, at: number, end: number): number => {
    const first = member(bytes, skipSpace(bytes, at + 1), FIRST);
    if (first < 0) return ODD;
    const firstAt = times.read(bytes, first);
    if (Number.isNaN(firstAt)) return ODD;
    const comma = skipSpace(bytes, first + 22);
    if (bytes[comma] !== BYTE.comma) return ODD;
    const last = member(bytes, skipSpace(bytes, comma + 1), LAST);
    if (last < 0) return ODD;
    const lastAt = times.read(bytes, last);
    const close = skipSpace(bytes, last + 22);
    if (Number.isNaN(lastAt) || bytes[close] !== BYTE.closeObject || close >= end) return ODD;
    range.met = true;
    range.firstAt = firstAt;
    range.lastAt = lastAt;
    return close + 1;
  };

  /** A value nobody needs. */
  const skip = (bytes: Buffer, at: number, end: number): number => {
    const byte = bytes[at] as number;
    if (byte === BYTE.quote) return afterString(bytes, at, end);
    if (byte === BYTE.openObject || byte === BYTE.openArray) return skipped.read(bytes, at, end);
    if (byte === BYTE.minus) return count(bytes, at + 1, end);
    if (byte >= BYTE.zero && byte <= BYTE.nine) return count(bytes, at, end);
    const word = WORDS.find((one) => standsAt(bytes, at, one));
    return word === undefined ? ODD : at + word.length;
  };

  const reader: RowReader = {
    flow: undefined,
    parse(json) {
      const parsed = parseFlow(parsedOr(json), known);
      reader.flow = parsed.ok ? parsed.flow : undefined;
    },
    read(bytes, at, end) {
      let source: End | undefined;
      let destination: End | undefined;
      let service: ReturnType<typeof parseService>;
      let connections = 0;
      let bytesIn = 0;
      let bytesOut = 0;
      let decision: Decision = 'unknown';
      let direction: Flow['direction'];
      range.met = false;
      let here = skipSpace(bytes, at + 1);
      for (let nth = 0; ; nth += 1) {
        here = members.read(nth, bytes, here, end);
        if (here < 0) return here;
        const { key } = members;
        const object = bytes[here] === BYTE.openObject;
        const from = here;
        switch (key) {
          case 'src':
          case 'dst':
            here = object ? ends.read(bytes, from, end) : skip(bytes, from, end);
            if (key === 'src') source = object ? ends.value : undefined;
            else destination = object ? ends.value : undefined;
            break;
          case 'service':
            here = object ? services.read(bytes, from, end) : skip(bytes, from, end);
            service = object ? services.value : undefined;
            break;
          case 'timestamp_range':
            if (!object) return from >= end ? MORE : ODD;
            here = timeRange(bytes, from, end);
            break;
          case 'num_connections':
            here = count(bytes, from, end);
            connections = whole;
            break;
          case 'dst_bi':
            here = count(bytes, from, end);
            bytesIn = whole;
            break;
          case 'dst_bo':
            here = count(bytes, from, end);
            bytesOut = whole;
            break;
          case 'policy_decision': {
            const said = wordAt(DECISION_BYTES, bytes, from);
            here = said === undefined ? ODD : from + said.bytes.length;
            decision = said?.word ?? 'unknown';
            break;
          }
          case 'flow_direction': {
            const said = wordAt(DIRECTION_BYTES, bytes, from);
            here = said === undefined ? ODD : from + said.bytes.length;
            direction = said?.word;
            break;
          }
          default: {
            const same = members.same(nth, bytes, from, end);
            here = same > 0 ? same : members.learn(nth, bytes, from, skip(bytes, from, end));
          }
        }
        if (here < 0) return here;
        here = skipSpace(bytes, here);
        if (here >= end) return MORE;
        const byte = bytes[here];
        here += 1;
        if (byte === BYTE.closeObject) break;
        if (byte !== BYTE.comma) return ODD;
        here = skipSpace(bytes, here);
      }
      reader.flow =
        source === undefined || destination === undefined || service === undefined || !range.met
          ? undefined
          : {
              source,
              destination,
              service: service.name,
              process: service.process,
              connections,
              bytes: bytesIn + bytesOut,
              decision,
              direction,
              firstAt: range.firstAt,
              first: undefined,
              lastAt: range.lastAt,
              last: undefined,
            };
      return here;
    },
  };
  return reader;
};

/** May stand after a number. */
const closes = (byte: number): boolean =>
  byte === BYTE.comma ||
  byte === BYTE.closeObject ||
  byte === 0x20 ||
  byte === 0x0a ||
  byte === 0x0d ||
  byte === 0x09;

/** Which of the quoted words stands at `at`. */
const wordAt = <T extends { readonly bytes: Uint8Array }>(
  words: readonly T[],
  bytes: Uint8Array,
  at: number,
): T | undefined => {
  for (const word of words) if (standsAt(bytes, at, word.bytes)) return word;
  return undefined;
};

/** Which of the keys we read stands between `at` and the position after its closing quote. */
const keyAt = (bytes: Uint8Array, at: number, after: number): Key | undefined => {
  const size = after - at;
  for (const { key, bytes: wanted } of KEY_BYTES)
    if (wanted.length === size && standsAt(bytes, at, wanted)) return key;
  return undefined;
};

/** Where the value of a member begins that must stand at `at`; ODD when it does not. */
const member = (bytes: Uint8Array, at: number, name: Uint8Array): number => {
  if (!standsAt(bytes, at, name)) return ODD;
  const colon = skipSpace(bytes, at + name.length);
  return bytes[colon] === BYTE.colon ? skipSpace(bytes, colon + 1) : ODD;
};

const parsedOr = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};
