import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sameJson } from '../../src/core/same-json.ts';

/** JSON with its keys in one order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

it.each<[string, unknown, unknown, boolean]>([
  ['an absent field and an undefined one', { a: 1, b: undefined }, { a: 1 }, true],
  ['an undefined field and a null one', { a: undefined }, { a: null }, false],
  ['keys in another order', { a: 1, b: 2 }, { b: 2, a: 1 }, true],
  ['a list and an object with its places', ['x'], { 0: 'x' }, false],
  ['a list and its beginning', [1, 2], [1], false],
  ['no memory and an empty one', null, {}, false],
  ['numbers that are none', { at: Number.NaN }, { at: Number.NaN }, true],
  ['a field more, deep inside', { a: [{ b: {} }] }, { a: [{ b: { c: 0 } }] }, false],
])('%s', (_, a, b, same) => {
  expect(sameJson(a, b)).toBe(same);
  expect(sameJson(b, a)).toBe(same);
});

it('says what the texts say, of any two values', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const pair = fc.oneof(
    fc.tuple(value, value),
    value.map((one): [unknown, unknown] => [one, structuredClone(one)]),
  );
  fc.assert(fc.property(pair, ([a, b]) => sameJson(a, b) === (canonical(a) === canonical(b))));
});
