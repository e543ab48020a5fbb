import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf, tableOf } from '../../src/core/table.ts';

type Step = { do: 'set' | 'delete' | 'copy'; key: string; value: number };

const steps = (keys: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      do: fc.constantFrom('set' as const, 'set' as const, 'delete' as const, 'copy' as const),
      key: fc.nat(keys).map(String),
      value: fc.nat(9),
    }),
    { maxLength: 200 },
  );

describe('a table', () => {
  it.each([
    ['few keys, that go and come back', 4],
    ['many keys, so that copies are folded', 150],
  ])('is what a Map would be, and so is every copy it was made from: %s', (_what, keys) => {
    fc.assert(
      fc.property(steps(keys), fc.nat(keys), (all, size) => {
        const map = new Map(Array.from({ length: size }, (_, n) => [String(n), n]));
        const versions: [ReadonlyMap<string, number>, [string, number][]][] = [[new Map(map), [...map]]];
        let table = tableOf(versions[0]?.[0] ?? new Map<string, number>());
        for (const step of all) {
          if (step.do === 'copy') {
            versions.push([table, [...map]]);
            table = tableOf(table);
          } else if (step.do === 'set') {
            map.set(step.key, step.value);
            table.set(step.key, step.value);
          } else {
            map.delete(step.key);
            table.delete(step.key);
          }
        }
        for (const [version, entries] of [...versions, [table, [...map]] as const]) {
          expect([...version]).toEqual(entries);
          expect([...version.keys()]).toEqual(entries.map(([key]) => key));
          expect([...version.values()]).toEqual(entries.map(([, value]) => value));
          expect(version.size).toBe(entries.length);
        }
        for (let key = 0; key <= keys; key += 1) {
          expect(table.get(String(key))).toBe(map.get(String(key)));
          expect(table.has(String(key))).toBe(map.has(String(key)));
        }
      }),
    );
  });

  it('never copies much more than has changed', () => {
    let table = tableOf(new Map(Array.from({ length: 10_000 }, (_, n) => [String(n), n])));
    for (let n = 0; n < 5_000; n += 1) {
      table = tableOf(table);
      table.set(String(n), -n);
      expect(partsOf(table).changed.size).toBeLessThanOrEqual(202);
    }
  });
});
