import { describe, expect, it } from 'vitest';
import type { Observation, Reach } from '../../src/core/rule.ts';
import { plain } from '../../src/core/text.ts';
import { pceUnreachable } from '../../src/rules/pce-unreachable.ts';
import { anEstate, HOUR, MINUTE, SECOND, T0 } from '../support/builders.ts';
import { told, watching } from '../support/rules.ts';

const WELL: Reach = { lastOkAt: T0, failingSince: undefined, why: undefined, refused: false, medianMs: 240 };
const reach = (now: number, differs: Partial<Reach> = {}): Observation => ({
  kind: 'reach',
  pce: 'prod-east',
  now,
  estate: anEstate(),
  reach: { ...WELL, ...differs },
});
const down = { failingSince: T0 + SECOND, why: 'TLS: certificate expired on 2026-11-22' };

const CASES: readonly [string, Observation, readonly string[]][] = [
  ['no good answer for 3 minutes', reach(T0 + 3 * MINUTE, down), ['critical prod-east']],
  [
    'never a good answer, failing for 3 minutes',
    reach(T0 + 4 * MINUTE, { ...down, lastOkAt: undefined }),
    ['critical prod-east'],
  ],
  ['answers take 11 s', reach(T0, { medianMs: 11_000 }), ['warning prod-east']],
  ['failing for less than 3 minutes', reach(T0 + 179 * SECOND, down), []],
  ['our key is refused: the PCE is there', reach(T0 + HOUR, { ...down, refused: true, why: 'HTTP 401' }), []],
  ['answers take 10 s', reach(T0, { medianMs: 10_000 }), []],
  ['idle for an hour, nothing failed', reach(T0 + HOUR), []],
];

describe('pce-unreachable', () => {
  it.each(CASES)('%s', (_, observation, expected) => {
    expect(told(watching(pceUnreachable).see(observation).findings)).toEqual(expected);
  });

  it('says since when, why, and what goes on meanwhile', () => {
    const [finding] = watching(pceUnreachable).see(reach(T0 + 4 * MINUTE, down)).findings;
    expect(plain(finding?.story ?? [])).toBe(
      'I have not reached prod-east for 4 min, since 10:00 UTC (TLS: certificate expired on 2026-11-22). VENs go on enforcing their last policy; alerts from it are late, not lost; no quarantine is possible until it answers.',
    );
  });

  it('is told once, and resolved on return', () => {
    const rule = watching(pceUnreachable);
    rule.see(reach(T0 + 3 * MINUTE, down));
    expect(rule.see(reach(T0 + 5 * MINUTE, down)).findings).toEqual([]);
    const back = rule.see(reach(T0 + 6 * MINUTE, { lastOkAt: T0 + 6 * MINUTE }));
    expect(back.cleared).toMatchObject([
      { subject: { kind: 'pce', name: 'prod-east' }, why: 'answers again after 6 min, in 240 ms' },
    ]);
    expect(rule.see(reach(T0 + 7 * MINUTE)).cleared).toEqual([]);
  });

  it('a PCE that comes back but refuses our key is reachable', () => {
    const rule = watching(pceUnreachable);
    rule.see(reach(T0 + 3 * MINUTE, down));
    const { cleared } = rule.see(reach(T0 + 6 * MINUTE, { ...down, refused: true }));
    expect(cleared).toMatchObject([{ why: 'answers again after 6 min, but refuses our key' }]);
  });

  it('slow becomes down: the same alert, graver', () => {
    const rule = watching(pceUnreachable);
    rule.see(reach(T0, { medianMs: 11_000 }));
    expect(rule.see(reach(T0 + MINUTE, { ...down, medianMs: 11_000 }))).toEqual({
      findings: [],
      cleared: [],
    });
    expect(told(rule.see(reach(T0 + 3 * MINUTE, { ...down, medianMs: 11_000 })).findings)).toEqual([
      'critical prod-east',
    ]);
  });
});
