import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBatch } from '../../../src/core/traffic/batch.ts';
import { combined, hashOf } from '../../../src/core/traffic/hash.ts';
import { createLedger, decodeLedger } from '../../../src/core/traffic/ledger.ts';
import { decodeMembership, membership } from '../../../src/core/traffic/membership.ts';
import { aFlow } from '../../support/flows.ts';

describe('hashes', () => {
  it('tell 300,000 pairs apart, and the order of a pair', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 600; i += 1)
      for (let j = 0; j < 500; j += 1)
        seen.add(combined(hashOf(`/orgs/1/workloads/${i}`), hashOf(`10.0.${j >> 8}.${j & 255}`)));
    expect(seen.size).toBe(300_000);
    expect([...seen].every(Number.isSafeInteger)).toBe(true);
    expect(combined(1, 2)).not.toBe(combined(2, 1));
  });
});

describe('a day’s filter', () => {
  it('knows what was put in, after writing and reading too, in at most 6 bytes an edge', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 200 }), (texts) => {
        const filter = membership();
        for (const text of texts) filter.add(hashOf(text));
        const again = decodeMembership(filter.encode());
        expect(texts.every((text) => again?.has(hashOf(text)))).toBe(true);
      }),
    ));

  it('of 14 days with 60,000 edges each, fewer than 1 % of new ones are taken for known', () => {
    const days = Array.from({ length: 14 }, () => membership());
    for (const [day, filter] of days.entries())
      for (let i = 0; i < 60_000; i += 1) filter.add(hashOf(`edge ${day} ${i}`));
    let wrong = 0;
    for (let i = 0; i < 20_000; i += 1)
      if (days.some((filter) => filter.has(hashOf(`another ${i}`)))) wrong += 1;
    expect(wrong / 20_000).toBeLessThan(0.01);
    expect(days[0]?.encode().length).toBeLessThan(6 * 60_000 + 200_000);
  });

  it.each([
    ['cut', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1)],
    ['no head', (bytes: Uint8Array) => bytes.subarray(0, 5)],
    ['a size beyond its bounds', (bytes: Uint8Array) => bytes.map((byte, i) => (i < 4 ? 255 : byte))],
  ])('what is %s is no filter', (_, spoil) => {
    const filter = membership();
    filter.add(1);
    expect(decodeMembership(spoil(filter.encode()))).toBeUndefined();
  });
});

describe('counters of day buckets', () => {
  /** The counters of one row, poll after poll; what each poll counts as new. */
  const growths = (...polls: readonly Partial<Parameters<typeof aFlow>[0]>[]): number[] => {
    let ledger = createLedger();
    return polls.map((parts) => {
      const batch = createBatch();
      batch.add(aFlow(parts));
      ledger = decodeLedger(ledger.encode()) ?? createLedger();
      return [...batch.rows].reduce((sum, [key, row]) => sum + ledger.growth(row, ledger.delta(key, row)), 0);
    });
  };

  it.each([
    ['a new row counts whole', [{ connections: 7 }], [7]],
    [
      'one that grew counts the difference',
      [{ connections: 7 }, { connections: 9 }, { connections: 9 }],
      [7, 2, 0],
    ],
    [
      'a new day is a new bucket',
      [{ connections: 7 }, { connections: 3, first: '2026-07-02T00:00:00Z', last: '2026-07-02T01:00:00Z' }],
      [7, 3],
    ],
    [
      'two reporters tell of the same connections',
      [
        { connections: 7, direction: 'inbound' },
        { connections: 7, direction: 'outbound' },
        { connections: 9, direction: 'outbound' },
        { connections: 9, direction: 'inbound' },
      ],
      [7, 0, 2, 0],
    ],
    ['decisions are counted apart', [{ connections: 7 }, { connections: 7, decision: 'blocked' }], [7, 7]],
  ] as const)('%s', (_, polls, expected) => {
    expect(growths(...polls)).toEqual(expected);
  });

  it('rows that differ only in what no key holds are one, and two queries that both give a row count it once', () => {
    const batch = createBatch();
    batch.add(aFlow({ connections: 4 }));
    batch.add(aFlow({ connections: 5 }));
    batch.nextPart();
    batch.add(aFlow({ connections: 9 }));
    batch.nextPart();
    batch.add(aFlow({ connections: 4 }));
    expect([...batch.rows.values()].map(({ connections }) => connections)).toEqual([9]);
  });

  it.each([
    ['ICMP', { service: 'icmp' }],
    ['a host with itself', { destination: aFlow().source }],
    ['multicast', { destination: { ...aFlow().destination, address: '239.1.2.3' } }],
    ['IPv6 multicast', { destination: { ...aFlow().destination, address: 'ff02::1' } }],
    ['broadcast', { destination: { ...aFlow().destination, address: '10.0.0.255' } }],
  ])('%s is left out', (_, parts) => {
    const batch = createBatch();
    batch.add(aFlow(parts));
    expect(batch.rows.size).toBe(0);
  });
});
