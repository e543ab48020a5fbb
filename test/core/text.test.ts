import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockUtc, counted, grouped, listed, plain, span } from '../../src/core/text.ts';
import { HOUR, MINUTE, SECOND, T0 } from '../support/builders.ts';

describe('words for people', () => {
  for (const [ms, says] of [
    [0, '0 s'],
    [-5_000, '0 s'],
    [499, '0 s'],
    [1_000, '1 s'],
    [59_600, '1 min'],
    [4 * MINUTE, '4 min'],
    [4 * MINUTE + 5 * SECOND, '4 min 5 s'],
    [HOUR + 12 * MINUTE + 59 * SECOND, '1 h 12 min'],
    [HOUR + 5 * SECOND, '1 h'],
    [51 * HOUR, '2 d 3 h'],
    [48 * HOUR + 30 * MINUTE, '2 d'],
  ] as const)
    it(`a span of ${ms} ms is ${says}`, () => expect(span(ms)).toBe(says));

  for (const [n, says] of [
    [0, '0'],
    [999, '999'],
    [1_000, '1,000'],
    [48_211, '48,211'],
    [1_234_567, '1,234,567'],
    [-1_234, '-1,234'],
  ] as const)
    it(`${n} is written ${says}`, () => expect(grouped(n)).toBe(says));

  it('counts with the right noun', () => {
    expect([
      counted(1, 'host'),
      counted(2, 'host'),
      counted(0, 'host'),
      counted(2, 'entry', 'entries'),
    ]).toEqual(['1 host', '2 hosts', '0 hosts', '2 entries']);
  });

  for (const [names, most, says] of [
    [[], 10, ''],
    [['a'], 10, 'a'],
    [['a', 'b'], 10, 'a and b'],
    [['a', 'b', 'c'], 10, 'a, b and c'],
    [['a', 'b', 'c', 'd'], 2, 'a, b and 2 more'],
  ] as const)
    it(`[${names}] at most ${most} reads "${says}"`, () => expect(listed(names, most)).toBe(says));

  it('shows times in UTC where there is no Slack', () => {
    expect(clockUtc(T0 + 65 * MINUTE)).toBe('11:05');
    expect(plain(['seen ', { time: T0 }, ' on ', { bold: 'web-01' }])).toBe('seen 10:00 UTC on web-01');
  });

  it('a span is never longer than two units, and grows with its length', () =>
    fc.assert(
      fc.property(fc.nat(100 * 24 * HOUR), (ms) => {
        expect(span(ms)).toMatch(/^\d+ (d|h|min|s)( \d+ (h|min|s))?$/);
      }),
    ));
});
