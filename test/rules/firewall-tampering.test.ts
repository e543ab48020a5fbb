import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { compareSeverity } from '../../src/core/severity.ts';
import { plain } from '../../src/core/text.ts';
import { firewallTampering } from '../../src/rules/firewall-tampering.ts';
import {
  anEstate,
  anEvent,
  aWorkload,
  byAgent,
  byVen,
  MINUTE,
  noticeOf,
  saw,
  T0,
} from '../support/builders.ts';
import { recorded } from '../support/fixture.ts';
import { told, watching } from '../support/rules.ts';

const web = aWorkload({ hostname: 'web-01' });
const db = aWorkload({ hostname: 'db-01' });
const estate = anEstate([web, db]);

const tampering = (at = T0, host = web): PceEvent =>
  anEvent({ at, event_type: 'agent.tampering', created_by: byVen(host) });
const deployFailed = (at: number, host = web): PceEvent =>
  anEvent({
    at,
    event_type: 'agent.update',
    created_by: byVen(host),
    notifications: [noticeOf('agent.policy_deploy_failed')],
  });

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  [
    '18.2 names the host only as the maker of the event',
    [recorded('tampering', 'tampering-18-2')],
    ['error web-01.example.com'],
  ],
  ['19.1 was put back', [recorded('tampering', 'tampering-19-1')], ['error web-01.example.com']],
  [
    'a revert that failed leaves the host open',
    [recorded('tampering', 'tampering-25-2')],
    ['critical web-01.example.com'],
  ],
  [
    '26.2 calls it a warning; it is no less grave',
    [recorded('tampering', 'tampering-26-2')],
    ['error web-01.example.com'],
  ],
  [
    'the event the console hides',
    [anEvent({ event_type: 'fw_tampering_revert_failure', created_by: byVen(web) })],
    ['critical web-01'],
  ],
  ['policy not deployed 9 min later', [tampering(), deployFailed(T0 + 9 * MINUTE)], ['critical web-01']],
  [
    'policy not deployed 11 min later is another matter',
    [tampering(), deployFailed(T0 + 11 * MINUTE)],
    ['error web-01'],
  ],
  ['policy not deployed on another host', [tampering(), deployFailed(T0 + MINUTE, db)], ['error web-01']],
  ['policy not deployed before the tampering', [deployFailed(T0 - MINUTE), tampering()], ['error web-01']],
  ['two hosts are two subjects', [tampering(), tampering(T0, db)], ['error db-01', 'error web-01']],
  ['policy not deployed, no tampering: not this rule', [recorded('agent-update', 'update-26-2')], []],
  ['agent.update with policy_deploy_succeeded is routine', [recorded('agent-update', 'update-18-2')], []],
  ['someone signs in', [anEvent({ event_type: 'user.sign_in' })], []],
];

describe('firewall-tampering', () => {
  it.each(CASES)('%s', (_, events, expected) => {
    const { findings } = watching(firewallTampering).see(saw(events, { estate }));
    expect(told(findings).sort()).toEqual(expected);
  });

  it('tells again, as critical, when the policy fails after the tampering was told', () => {
    const rule = watching(firewallTampering);
    expect(told(rule.see(saw([tampering()], { estate })).findings)).toEqual(['error web-01']);
    const later = rule.see(saw([deployFailed(T0 + 5 * MINUTE)], { estate }));
    expect(told(later.findings)).toEqual(['critical web-01']);
  });

  it('names process, kind and what was put back where the release says so, and says what it does not', () => {
    const story = (id: string): string => {
      const [finding] = watching(firewallTampering).see(saw([recorded('tampering', id)])).findings;
      return plain(finding?.story ?? []);
    };
    expect(story('tampering-26-2')).toContain('Process: iptables (pid 4711). Changed: firewall.');
    expect(story('tampering-25-2')).toContain('Changes counted by the VEN: 3.');
    expect(story('tampering-25-2')).toContain("could not put Illumio's rules back");
    expect(story('tampering-19-1')).toContain("The VEN put Illumio's rules back.");
    expect(story('tampering-18-2')).toContain(
      'This VEN version does not say whether the rules were put back.',
    );
    expect(story('tampering-18-2')).toContain('Process: not reported by this VEN version.');
  });

  it('finds the workload behind an agent of before 22.3, for labels and buttons', () => {
    const event = anEvent({ event_type: 'agent.tampering', created_by: byAgent(web) });
    const [finding] = watching(firewallTampering).see(saw([event], { estate })).findings;
    expect(finding).toMatchObject({
      subject: { kind: 'workload', href: web.href },
      workloads: [web.href],
      suggests: ['quarantine'],
    });
  });

  it('says how often and since when', () => {
    const rule = watching(firewallTampering);
    rule.see(saw([tampering(T0)], { estate }));
    const [, finding] = rule.see(
      saw([tampering(T0 + MINUTE), tampering(T0 + 4 * MINUTE)], { estate }),
    ).findings;
    expect(plain(finding?.story ?? [])).toContain('3 times in 4 min, between 10:00 UTC and 10:04 UTC');
  });

  it('names one minute once', () => {
    const rule = watching(firewallTampering);
    const { findings } = rule.see(saw([tampering(T0), tampering(T0 + 8_000)], { estate }));
    expect(plain(findings[1]?.story ?? [])).toContain('2 times in 8 s, at 10:00 UTC. ');
  });

  it('forgets an episode after four hours', () => {
    const rule = watching(firewallTampering);
    rule.see(saw([tampering(T0)], { estate }));
    rule.see(saw([tampering(T0 + 5 * 60 * MINUTE, db)], { estate }));
    expect(Object.keys(rule.memory() as object)).toHaveLength(1);
  });

  it('comes to the same memory and the same worst severity in whatever order and portions the events arrive', () => {
    const events = [0, 3, 30, 31, 200].map((minute) => tampering(T0 + minute * MINUTE));
    events.push(deployFailed(T0 + 35 * MINUTE));
    const outcome = (order: readonly PceEvent[], cuts: number): unknown => {
      const rule = watching(firewallTampering);
      const found: ReturnType<typeof rule.see>['findings'][number][] = [];
      for (let at = 0; at < order.length; at += cuts)
        found.push(...rule.see(saw(order.slice(at, at + cuts), { estate, now: T0 + 36 * MINUTE })).findings);
      const worst = found
        .map(({ severity }) => severity)
        .sort(compareSeverity)
        .at(-1);
      return { memory: rule.memory(), worst };
    };
    const expected = outcome(events, events.length);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.integer({ min: 1, max: 6 }),
        (order, cuts) => {
          expect(outcome(order, cuts)).toEqual(expected);
        },
      ),
    );
  });
});
