import {
  DECISIONS,
  type Decision,
  type End,
  type Flow,
  parseEnd,
  parseFlow,
  parseService,
} from '../../../core/flow.ts';
import type { Label } from '../../../core/label.ts';
import { createLeads } from './leads.ts';
import { afterString, BYTE, MORE, ODD, standsAt } from './scan.ts';
import { createShared } from './shared.ts';
import { spanMemo } from './span-memo.ts';
import { sameBytes, type Text, textOver } from './text.ts';
import { timeAt } from './time.ts';

/** Reads one row after the other out of bytes. */
export interface RowReader {
  /**
   * The position after the object that opens at `at`; MORE when it does not close before `end`; ODD when it is not in the plain
   * shape that is read here, and `parse` must judge it. `flow` is then the row, undefined when it cannot be used.
   */
  read(text: Text, at: number, end: number): number;
  /** Reads one row from its text by JSON.parse. */
  parse(json: string): void;
  flow: Flow | undefined;
}

/** Of ends and of services: enough for 100,000 workloads. Of what is only skipped: networks, capabilities. */
const END_BYTES = 64 * 1024 * 1024;
const SERVICE_BYTES = 4 * 1024 * 1024;
const SKIPPED_BYTES = 256 * 1024;
/** A time with its quotes. */
const TIME_BYTES = 22;
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
const RANGE_KEYS = ['first_detected', 'last_detected'] as const;
const quoted = <T extends string>(word: T): { readonly word: T; readonly text: Text } => ({
  word,
  text: textOver(Buffer.from(`"${word}"`)),
});
const DECISION_WORDS = DECISIONS.map(quoted);
const DIRECTION_WORDS = (['inbound', 'outbound'] as const).map(quoted);
const WORDS = ['null', 'true', 'false'].map((word) => Buffer.from(word));

/**
 * A reader of rows that looks only at what a Flow needs. What it accepts is exactly what `parseFlow(JSON.parse(text))` gives;
 * whatever is not plain (an escape in a key, a fraction, a quoted number) it calls ODD instead of judging it.
 * @param known looks labels up that carry only an href
 */
export const createRowReader = (known?: (href: string) => Label | undefined): RowReader => {
  const shared = createShared();
  const ends = spanMemo((value) => shared.end(parseEnd(value, known)), END_BYTES);
  const services = spanMemo((value) => shared.service(parseService(value)), SERVICE_BYTES);
  const skipped = spanMemo(() => true, SKIPPED_BYTES);
  let whole = 0;
  const range = { first_detected: 0, last_detected: 0 };

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

  /** A value nobody needs. */
  const skip = (text: Text, at: number, end: number): number => {
    const { bytes } = text;
    const byte = bytes[at] as number;
    if (byte === BYTE.quote) return afterString(bytes, at, end);
    if (byte === BYTE.openObject || byte === BYTE.openArray) return skipped.read(text, at, end);
    if (byte === BYTE.minus) return count(bytes, at + 1, end);
    if (byte >= BYTE.zero && byte <= BYTE.nine) return count(bytes, at, end);
    const word = WORDS.find((one) => standsAt(bytes, at, one));
    return word === undefined ? ODD : at + word.length;
  };

  const members = createLeads(keyAmong(KEYS), skip);
  const rangeMembers = createLeads(keyAmong(RANGE_KEYS), skip);

  /** The times of a row into `range`. */
  const timeRange = (text: Text, at: number, end: number): number => {
    range.first_detected = Number.NaN;
    range.last_detected = Number.NaN;
    rangeMembers.begin();
    let here = at + 1;
    for (;;) {
      here = rangeMembers.next(text, here, end);
      if (here < 0) return here;
      const { key } = rangeMembers;
      if (key === 'end') return here;
      if (key === 'varying') here = skip(text, here, end);
      else {
        const ms = timeAt(text.bytes, here);
        if (Number.isNaN(ms)) return ODD;
        range[key] = ms;
        here += TIME_BYTES;
      }
      if (here < 0) return here;
    }
  };

  const reader: RowReader = {
    flow: undefined,
    parse(json) {
      const parsed = parseFlow(parsedOr(json), known);
      reader.flow = parsed.ok ? parsed.flow : undefined;
    },
    read(text, at, end) {
      const { bytes } = text;
      let source: End | undefined;
      let destination: End | undefined;
      let service: ReturnType<typeof parseService>;
      let connections = 0;
      let bytesIn = 0;
      let bytesOut = 0;
      let decision: Decision = 'unknown';
      let direction: Flow['direction'];
      range.first_detected = Number.NaN;
      members.begin();
      let here = at + 1;
      for (;;) {
        here = members.next(text, here, end);
        if (here < 0) return here;
        const { key } = members;
        if (key === 'end') break;
        const object = bytes[here] === BYTE.openObject;
        const from = here;
        switch (key) {
          case 'src':
          case 'dst':
            here = object ? ends.read(text, from, end) : skip(text, from, end);
            if (key === 'src') source = object ? ends.value : undefined;
            else destination = object ? ends.value : undefined;
            break;
          case 'service':
            here = object ? services.read(text, from, end) : skip(text, from, end);
            service = object ? services.value : undefined;
            break;
          case 'timestamp_range':
            if (!object) return from >= end ? MORE : ODD;
            here = timeRange(text, from, end);
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
            const said = wordAt(DECISION_WORDS, text, from);
            here = said === undefined ? ODD : from + said.text.bytes.length;
            decision = said?.word ?? 'unknown';
            break;
          }
          case 'flow_direction': {
            const said = wordAt(DIRECTION_WORDS, text, from);
            here = said === undefined ? ODD : from + said.text.bytes.length;
            direction = said?.word;
            break;
          }
          case 'varying':
            here = skip(text, from, end);
        }
        if (here < 0) return here;
      }
      reader.flow =
        source === undefined ||
        destination === undefined ||
        service === undefined ||
        Number.isNaN(range.first_detected + range.last_detected)
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
              firstAt: range.first_detected,
              first: undefined,
              lastAt: range.last_detected,
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
const wordAt = <T extends { readonly text: Text }>(
  words: readonly T[],
  text: Text,
  at: number,
): T | undefined => {
  for (const word of words)
    if (sameBytes(text.words, at, word.text.words, 0, word.text.bytes.length)) return word;
  return undefined;
};

/** Which of the keys stands between `at` and the position after its closing quote. */
const keyAmong = <K extends string>(keys: readonly K[]) => {
  const known = keys.map((key) => ({ key, bytes: Buffer.from(`${key}"`) }));
  return (bytes: Uint8Array, at: number, after: number): K | undefined =>
    known.find((one) => one.bytes.length === after - at && standsAt(bytes, at, one.bytes))?.key;
};

const parsedOr = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};
