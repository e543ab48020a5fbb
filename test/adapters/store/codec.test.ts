import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLine, decodeState, encodeLine, encodeState } from '../../../src/adapters/store/codec.ts';
import { readSegment, replay } from '../../../src/adapters/store/replay.ts';
import { apply } from '../../../src/core/apply.ts';
import { emptyState, type State, type Transition } from '../../../src/core/state.ts';
import { anAlert, aResponse, plainState, poll, someTransitions } from './support.ts';

const applied = (transitions: readonly Transition[]): State =>
  transitions.reduce((state, transition) => {
    try {
      return apply(state, [transition]);
    } catch {
      return state;
    }
  }, emptyState());

const line = (n: number, ...transitions: Transition[]): string =>
  encodeLine(
    n,
    transitions.map((one) => JSON.stringify(one)),
  );

describe('the codec', () => {
  it('reads any state back as it was, in its order', () => {
    fc.assert(
      fc.property(someTransitions(60), (transitions) => {
        const state = applied(transitions);
        const read = decodeState(JSON.parse([...encodeState(state)].join('')));
        expect(plainState(read)).toEqual(plainState(state));
      }),
    );
  });

  it('reads a state of a time when only ids of events were kept', () => {
    const written = JSON.parse([...encodeState(emptyState())].join(''));
    written.seen = [['lab', [[1, ['/e/1', '/e/2']]]]];
    expect(decodeState(written).seen.get('lab')?.get(1)).toEqual(
      new Map([
        ['/e/1', null],
        ['/e/2', null],
      ]),
    );
  });

  it('cuts a large state into pieces', () => {
    const state = applied(
      Array.from({ length: 500 }, (_, n) => ({
        type: 'alert-fired',
        alert: anAlert({ id: `a${n}`, fingerprint: `f${n}`, title: 'x'.repeat(500) }),
      })),
    );
    const pieces = [...encodeState(state)];
    expect(pieces.length).toBeGreaterThan(3);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(80_000);
    expect(decodeState(JSON.parse(pieces.join(''))).alerts.size).toBe(500);
  });

  it('reads any journal line back as it was', () => {
    fc.assert(
      fc.property(fc.nat(), someTransitions(), (n, transitions) => {
        const text = line(n, ...transitions);
        expect(text.indexOf('\n')).toBe(text.length - 1);
        expect(decodeLine(text.slice(0, -1))).toEqual({ n, transitions });
      }),
    );
  });

  it('reads no line of which one byte is another', () => {
    fc.assert(
      fc.property(someTransitions(4), fc.nat(), fc.integer({ min: 1, max: 255 }), (transitions, at, flip) => {
        const bytes = Buffer.from(line(3, ...transitions).slice(0, -1));
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ flip;
        const read = decodeLine(bytes.toString());
        // A leading zero or a changed space is all that could slip through; neither changes what is read.
        if (read !== undefined) expect(read).toEqual({ n: 3, transitions });
      }),
      { numRuns: 500 },
    );
  });

  it('keeps fields it does not know', () => {
    const later = { ...aResponse(), colour: 'green' };
    const text = JSON.stringify({ type: 'response-requested', response: later });
    expect(decodeLine(encodeLine(1, [text]).slice(0, -1))?.transitions).toEqual([
      { type: 'response-requested', response: later },
    ]);
  });

  it.each([
    ['no transition at all', 'null'],
    ['one of a type it does not know', '{"type":"alert-painted"}'],
    ['one of a type every object has', '{"type":"constructor"}'],
    ['one that lacks a field', '{"type":"incident-touched"}'],
  ])('gives %s as unknown, the rest of the line as it is', (_what, text) => {
    const good = JSON.stringify(poll(1));
    expect(decodeLine(encodeLine(1, [text, good]).slice(0, -1))?.transitions).toEqual([undefined, poll(1)]);
  });
});

describe('a segment', () => {
  const good = line(1, poll(1)) + line(2, poll(2));
  it.each([
    ['nothing', '', 0, 0, 0],
    ['whole lines', good, 2, 0, 0],
    ['half a line', `${good}{"n":3,"crc":`, 2, 13, 0],
    ['zeros', `${good}${'\0'.repeat(5_000)}`, 2, 5_000, 0],
    ['a line whose middle is zeros', `${good}{"n":3\0\0\0\0"]}\n`, 2, 14, 0],
    ['zeros in lines, then half a line', `${good}\0\0\n\0\n{"n`, 2, 8, 0],
    ['a whole line that is wrong: that was promised to somebody', `${good}{"n":3,"crc":1,"t":[]}\n`, 3, 0, 1],
    ['a wrong line in the middle', `garbage\n${good}`, 3, 0, 1],
  ])('that ends in or holds %s', (_what, text, lines, torn, bad) => {
    const reading = readSegment(Buffer.from(text));
    expect([
      reading.lines.length,
      reading.torn,
      reading.lines.filter((one) => one === undefined).length,
    ]).toEqual([lines, torn, bad]);
    expect(reading.length).toBe(Buffer.byteLength(text) - torn);
  });
});

describe('replay', () => {
  const lineOf = (n: number, ...transitions: Transition[]) => ({ n, transitions });
  const touched: Transition = { type: 'incident-touched', id: 'i1' };
  const other = (cursor: number): Transition => ({ ...poll(cursor), stream: 'other' }) as Transition;
  it.each([
    ['all lines', [lineOf(1, poll(1)), lineOf(2, poll(2))], { n: 2, bad: 0, lost: 0, cursor: 2 }],
    [
      'each number once, and none the checkpoint holds',
      [lineOf(1, poll(1)), lineOf(0, poll(8)), lineOf(1, poll(9))],
      { n: 1, bad: 0, lost: 0, cursor: 1 },
    ],
    [
      'what stands behind a bad line, with the cursor of before it',
      [lineOf(1, poll(1)), undefined, lineOf(3, poll(3)), lineOf(4, poll(4))],
      { n: 4, bad: 1, lost: 0, cursor: 1 },
    ],
    [
      'nothing new behind a bad last line',
      [lineOf(1, poll(1)), undefined],
      { n: 1, bad: 1, lost: 0, cursor: 1 },
    ],
    [
      'what follows a gap in the numbers',
      [lineOf(1, poll(1)), lineOf(4, poll(4))],
      { n: 4, bad: 2, lost: 0, cursor: 1 },
    ],
    [
      'three lines that became one unreadable piece',
      [lineOf(1, poll(1)), undefined, lineOf(5, poll(5))],
      { n: 5, bad: 3, lost: 0, cursor: 1 },
    ],
    [
      'a stream that began behind the bad line, from where it was first known',
      [undefined, lineOf(2, other(5), poll(3)), lineOf(3, poll(4))],
      { n: 3, bad: 1, lost: 0, cursor: 3 },
    ],
    [
      'of a line that no longer fits what does, with the cursor of before it',
      [lineOf(1, poll(1)), lineOf(2, touched, poll(2))],
      { n: 2, bad: 0, lost: 1, cursor: 1 },
    ],
    [
      'a line with an unknown transition, with the cursor of before it',
      [lineOf(1, poll(1)), { n: 2, transitions: [undefined, poll(2)] }],
      { n: 2, bad: 0, lost: 1, cursor: 1 },
    ],
    [
      'a cursor that went back by itself',
      [undefined, lineOf(2, poll(9)), lineOf(3, poll(4))],
      { n: 3, bad: 1, lost: 0, cursor: 4 },
    ],
  ])('applies %s', (_what, lines, expected) => {
    const { state, n, badLines, lostTransitions } = replay(emptyState(), 0, lines);
    const cursor = state.cursors.get('lab|events');
    expect({ n, bad: badLines, lost: lostTransitions, cursor }).toEqual(expected);
  });
});
