import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/core/rule.ts';
import { ingestGap } from '../../src/rules/ingest-gap.ts';
import { anEstate, HOUR, MINUTE, T0 } from '../support/builders.ts';
import { told, watching } from '../support/rules.ts';

type Ingest = Extract<Observation, { kind: 'ingest' }>;

const ingest = (differs: Omit<Partial<Ingest>, 'kind'>): Observation => ({
  kind: 'ingest',
  pce: 'prod-east',
  now: T0,
  estate: anEstate(),
  ...differs,
});

describe('ingest-gap', () => {
  it('fires once for a gap, and is resolved when everything has been read', () => {
    const rule = watching(ingestGap);
    expect(told(rule.see(ingest({ gapFrom: T0 - MINUTE })).findings)).toEqual(['error prod-east']);
    expect(rule.see(ingest({ gapFrom: T0 - MINUTE })).findings).toEqual([]);
    expect(rule.see(ingest({})).cleared).toMatchObject([{ subject: { name: 'prod-east' } }]);
    expect(rule.see(ingest({})).cleared).toEqual([]);
  });

  it.each<[string, readonly [number, number][], number]>([
    [
      'fires at the third look that finds the log more than an hour behind',
      [
        [-2, 0],
        [-2, 0],
        [-2, 0],
      ],
      1,
    ],
    [
      'says nothing at the second look',
      [
        [-2, 0],
        [-2, 0],
      ],
      0,
    ],
    [
      'fires once, not at every further look',
      [
        [-2, 0],
        [-2, 0],
        [-2, 0],
        [-2, 0],
      ],
      1,
    ],
    [
      'starts anew when a look in between was well',
      [
        [-2, 0],
        [-2, 0],
        [0, 0],
        [-2, 0],
        [-2, 0],
      ],
      0,
    ],
    [
      'says nothing of a log that is an hour behind or less',
      [
        [-1, 0],
        [-1, 0],
        [-1, 0],
      ],
      0,
    ],
    [
      'says nothing of a quiet PCE, whose newest event stays the newest',
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      0,
    ],
  ])('%s', (_, looks, fired) => {
    const rule = watching(ingestGap);
    const findings = looks.flatMap(
      ([newest, seen]) =>
        rule.see(ingest({ newest: T0 + newest * HOUR, newestSeen: T0 + seen * HOUR })).findings,
    );
    expect(findings).toHaveLength(fired);
  });

  it('is resolved when new events come in again', () => {
    const rule = watching(ingestGap);
    for (let look = 0; look < 3; look++) rule.see(ingest({ newest: T0 - 2 * HOUR, newestSeen: T0 }));
    expect(rule.see(ingest({ newest: T0 + HOUR, newestSeen: T0 })).cleared).toHaveLength(1);
  });

  it('is resolved when a person says that it was expected, and told again when the log goes back once more', () => {
    const rule = watching(ingestGap);
    const behind = (newest: number, newestSeen: number) => rule.see(ingest({ newest, newestSeen })).findings;
    for (let look = 0; look < 3; look++) behind(T0 - 4 * HOUR, T0);
    const [cleared] = rule.see(ingest({ newest: T0 - 4 * HOUR, newestSeen: T0, accepted: true })).cleared;
    expect(cleared).toMatchObject({ why: expect.stringContaining('expected') });
    for (let look = 0; look < 2; look++) expect(behind(T0 - 9 * HOUR, T0 - 4 * HOUR)).toEqual([]);
    expect(behind(T0 - 9 * HOUR, T0 - 4 * HOUR)).toHaveLength(1);
  });

  it('has nothing to compare before the first event was seen', () => {
    expect(watching(ingestGap).see(ingest({ newest: T0, newestSeen: undefined })).findings).toEqual([]);
  });
});
