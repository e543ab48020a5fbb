import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseConfig } from '../../src/config/parse.ts';
import { ConfigFile } from '../../src/config/schema.ts';
import { brief, deps, errorsIn } from '../support/config.ts';

const answers = (text: string): boolean => {
  const result = parseConfig(text, deps());
  return result.ok || (result.errors.length > 0 && result.errors.every(({ line }) => line >= 1));
};

/** Real keys with anything in them get deeper than random ones. */
const key = fc.constantFrom(
  ...Object.keys(ConfigFile.shape),
  ...[
    'name',
    'url',
    'key',
    'secret',
    'secret_file',
    'match',
    'rule',
    'members',
    'strategy',
    'labels',
    '__proto__',
    '<<',
  ],
);
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constant('$' + '{A}')),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(key, tie('node'), { maxKeys: 6 }),
  ),
})).node;

describe('whatever a file holds, the answer is settings or errors with lines', () => {
  it('for any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), answers), { numRuns: 300 });
  });

  it('for any text of the characters YAML is made of', () => {
    const unit = fc.constantFrom(...'ab:-[]{}&*!|>\'"%@`#,? \n\t~<0.');
    fc.assert(fc.property(fc.string({ unit, maxLength: 120 }), answers), { numRuns: 500 });
  });

  it('for any tree of our keys', () => {
    fc.assert(
      fc.property(tree, (value) => answers(stringify(value) ?? '')),
      { numRuns: 300 },
    );
  });

  it.each([
    ['thousands of open brackets', '['.repeat(50_000)],
    ['a list that holds itself', '&a [*a]'],
    [
      'a hundred aliases of aliases',
      Array.from({ length: 100 }, (_, i) => `a${i}: &x${i} [*x${i - 1}, *x${i - 1}]`).join('\n'),
    ],
    ['a key that is a list', '? [a]\n: b'],
    ['a byte order mark', '\uFEFFa: 1'],
  ])('for %s', (_, text) => {
    expect(answers(text)).toBe(true);
  });

  it('reads files written on Windows', () => {
    expect(errorsIn('default_channel: C0ALERTS01\r\nlog: {levle: info}\r\n').map(brief)).toContain(
      '2 log.levle is not a setting',
    );
  });
});
