import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/core/nearest.ts';

const HOSTS = ['web-01', 'web-07', 'wb-gw', 'db-01', 'mail'];

describe('the nearest names', () => {
  for (const [word, known, names] of [
    ['wbe-01', HOSTS, ['web-01', 'db-01', 'web-07']],
    ['web', HOSTS, ['web-01', 'web-07']],
    ['WEB-01', HOSTS, ['web-01', 'web-07', 'db-01']],
    ['zzzzzz', HOSTS, []],
    ['quarantin', ['quarantine', 'release'], ['quarantine']],
    ['', HOSTS, ['db-01', 'mail', 'wb-gw']],
    ['stauts', ['status', 'start', 'top'], ['status', 'start']],
    ['mali', HOSTS, ['mail']],
  ] as const)
    it(`of "${word}": ${names.join(', ') || 'none'}`, () => expect(nearest(word, known)).toEqual(names));

  it('are never more than asked for, each once', () => {
    expect(nearest('web', ['web-1', 'web-2', 'web-3', 'web-4'], 2)).toHaveLength(2);
    expect(nearest('web-1', ['web-1', 'web-1'])).toEqual(['web-1']);
  });

  it('cost nothing for words nobody types', () => expect(nearest('a'.repeat(10_000), HOSTS)).toEqual([]));

  it('begin with the word itself where it is known', () =>
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), (word) => {
        expect(nearest(word, [word])).toEqual([word]);
      }),
    ));
});
