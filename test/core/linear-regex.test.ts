import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetOf, OverBudget } from '../../src/core/custom/budget.ts';
import { parseRegex } from '../../src/core/linear-regex.ts';

const matches = (source: string, text: string): boolean => {
  const parsed = parseRegex(source);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.regex.matches(text, () => {});
};

const REFUSED: readonly [string, string, RegExp][] = [
  ['a look ahead', 'a(?=b)', /looks around/],
  ['a named group', '(?<x>a)', /looks around/],
  ['a back-reference', '(a)\\1', /\\1/],
  ['an anchor within', 'a^b', /\^ within/],
  ['nothing to repeat', '*a', /nothing before/],
  ['an open group', '(a', /not closed/],
  ['an open set', '[a', /not closed/],
  ['a group closed twice', 'a)', /not opened/],
  ['a range that goes back', '[z-a]', /back/],
  ['too many repeats', 'a{101}', /100/],
  ['repeats of repeats', '(x{0,50}y{0,50}){0,20}', /steps/],
  ['too long', 'a'.repeat(301), /300/],
];

describe('a regular expression in linear time', () => {
  it.each(REFUSED)('refuses %s', (_, source, why) => {
    const parsed = parseRegex(source);
    expect(parsed.ok ? '' : parsed.problem).toMatch(why);
  });

  it.each([
    ['^web-\\d+$', 'web-01', true],
    ['^web-\\d+$', 'web-01x', false],
    ['a|b', 'ab', false],
    ['(sec|deny)_rule\\.(create|update)', 'deny_rule.update', true],
    ['[^a-c]+', 'xyz', true],
    ['[A-C]+', 'abC', true],
    ['\\D+', '12', false],
    ['a{2,3}', 'aaaa', false],
    ['', '', true],
  ])('%s on %s: %s', (source, text, expected) => expect(matches(source, text)).toBe(expected));

  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    '(a|b)',
    '(ab)?',
    'a*',
    'b+',
    '(a|ab)*',
    'a{1,2}',
    '|',
  );
  it('says what the engine of the language says of the whole text', () =>
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('')),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 }),
        (source, text) => matches(source, text) === new RegExp(`^(?:${source})$`, 'is').test(text),
      ),
    ));

  it.each(['(a+)+b', '(a|aa|a*)*b', '.*.*.*.*.*q'])('%s takes work in proportion to the text', (source) => {
    const parsed = parseRegex(source);
    if (!parsed.ok) throw new Error(parsed.problem);
    const cost = (length: number): number => {
      let steps = 0;
      parsed.regex.matches('a'.repeat(length), (more) => {
        steps += more;
      });
      return steps;
    };
    cost(10);
    expect(cost(20_000)).toBeLessThan(21 * cost(1_000));
  });

  it('throws when its budget is spent', () => {
    const parsed = parseRegex('.*x');
    if (!parsed.ok) throw new Error(parsed.problem);
    expect(() => parsed.regex.matches('a'.repeat(1_000), budgetOf(500))).toThrow(OverBudget);
  });
});
