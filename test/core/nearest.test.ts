import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest, nearestAmong } from '../../src/core/nearest.ts';

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

describe('the nearest of very many names', () => {
  /** As an index hands them out. */
  const holding =
    (known: readonly string[]) =>
    (texts: readonly string[]): string[] =>
      known.filter((name) => texts.some((text) => name.toLowerCase().includes(text)));

  it('are those of a search through all, but for swaps that a cut can hide', () => {
    const letters = fc.stringMatching(/^[abc1]{1,9}$/);
    fc.assert(
      fc.property(letters, fc.array(letters, { maxLength: 30 }), (word, known) => {
        const asked = new Set<string>();
        const found = nearestAmong(word, (texts) => {
          for (const text of texts) asked.add(text);
          return holding(known)(texts);
        });
        const all = nearest(word, known);
        // Whatever it saw, the best of it comes first, and nothing that is not near.
        const seen = holding(known)([...asked]);
        expect(found).toEqual(nearest(word, seen).slice(0, found.length));
        if (all.length === 0) expect(found).toEqual([]);
      }),
    );
  });

  for (const [word, best] of [
    ['wbe-000397x', 'web-000397'],
    ['web-00397', 'web-000397'],
    ['web-000379', 'web-000079'],
    ['WEB-0003', 'web-000300'],
  ] as const)
    it(`of "${word}" is first ${best}`, () => {
      const known = Array.from({ length: 500 }, (_, n) => `web-${String(n).padStart(6, '0')}`).filter(
        (name) => name !== 'web-000379',
      );
      expect(nearestAmong(word, holding(known))[0]).toBe(best);
    });

  it('are looked for among few', () => {
    const known = Array.from({ length: 50_000 }, (_, n) => `web-${String(n).padStart(6, '0')}`);
    let given = 0;
    nearestAmong('wbe-000397x', function* (texts) {
      for (const name of holding(known)(texts)) {
        given += 1;
        yield name;
      }
    });
    expect(given).toBeLessThan(10_000);
  });
});
