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
  HOUR,
  MINUTE,
  noticeOf,
  saw,
  T0,
} from '../support/builders.ts';
import { recorded } from '../support/fixture.ts';
import { aContext, told, watching } from '../support/rules.ts';

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

  it('tells of the last four hours, and forgets a host after a day', () => {
    const rule = watching(firewallTampering);
    rule.see(saw([tampering(T0)], { estate }));
    const [later] = rule.see(saw([tampering(T0 + 5 * HOUR)], { estate })).findings;
    expect(plain(later?.story ?? [])).toContain('was changed outside Illumio at 15:00 UTC');
    rule.see(saw([tampering(T0 + 30 * HOUR, db)], { estate }));
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

  describe('again and again', () => {
    const putBack = (at: number, process?: string, reverted = true): PceEvent =>
      anEvent({
        at,
        event_type: 'agent.tampering',
        created_by: byVen(web),
        notifications: [
          noticeOf('workload.oob_policy_changes', {
            tampering_revert_succeeded: reverted,
            ...(process === undefined
              ? {}
              : { events: [{ process_name: process, process_id: at % 10_000 }] }),
          }),
        ],
      });
    const times = [0, 95, 185].map((minutes) => T0 + minutes * MINUTE);
    const ROWS: readonly [string, readonly PceEvent[], string][] = [
      ['the same process, put back each time', times.map((at) => putBack(at, 'puppet')), 'warning'],
      ['no process is named, put back each time', times.map((at) => putBack(at)), 'warning'],
      [
        'named in one report and not in the next',
        times.map((at, i) => putBack(at, i === 1 ? 'puppet' : undefined)),
        'warning',
      ],
      ['another process', times.map((at, i) => putBack(at, i === 1 ? 'sh' : 'puppet')), 'error'],
      ['not put back once', times.map((at, i) => putBack(at, 'puppet', i !== 1)), 'error'],
      ['nobody says whether it was put back', times.map((at) => tampering(at)), 'error'],
      [
        'its policy could not be deployed once',
        [...times.map((at) => putBack(at)), deployFailed(T0 + 5 * MINUTE)],
        'error',
      ],
      [
        'three reports within minutes are one episode',
        [0, 4, 9].map((m) => putBack(T0 + m * MINUTE)),
        'error',
      ],
      ['the third comes after a day', [0, 2, 25].map((hours) => putBack(T0 + hours * HOUR)), 'error'],
    ];
    it.each(ROWS)('%s', (_, events, expected) => {
      const { findings } = watching(firewallTampering).see(saw(events, { estate }));
      const newest = findings.reduce((a, b) => (b.at >= a.at ? b : a));
      expect(newest.severity).toBe(expected);
      expect(newest.daily === true).toBe(expected === 'warning');
    });

    it('is no routine on a high-value host', () => {
      const context = aContext({ highValue: ['role=db'] });
      const dear = anEstate([{ ...web, labels: aWorkload({ labels: 'role=db' }).labels }]);
      const { findings } = watching(firewallTampering, { context }).see(
        saw(
          times.map((at) => putBack(at)),
          { estate: dear },
        ),
      );
      expect(findings.map(({ severity }) => severity)).toEqual(['error', 'error', 'error']);
    });

    it('says how often, since when, and what it looks like', () => {
      const rule = watching(firewallTampering);
      for (let hours = 0; hours < 30; hours += 1.5)
        rule.see(saw([putBack(T0 + hours * HOUR, 'puppet')], { estate }));
      const [finding] = rule.see(saw([putBack(T0 + 30 * HOUR, 'puppet')], { estate })).findings;
      expect(finding?.title).toBe('Firewall tampering keeps coming back on web-01');
      expect(plain(finding?.story ?? [])).toBe(
        "The host firewall is changed outside Illumio every ~1 h 30 min since Sunday 10:00 UTC, 16 times in the last day; the VEN put Illumio's rules back each time. Process: puppet. Configuration management? I say this once a day while it stays like this.",
      );
    });
  });

  describe('many hosts at once', () => {
    const farm = [1, 2, 3, 4, 5].map((n) =>
      aWorkload({ hostname: `web-0${n}`, labels: 'app=shop env=prod' }),
    );
    const struck = (minutes: number): PceEvent[] =>
      farm.map((host, i) => tampering(T0 + i * minutes * MINUTE, host));
    const about = (hosts = farm, minutes = 2, context = aContext()) =>
      watching(firewallTampering, { context })
        .see(saw(struck(minutes), { estate: anEstate(hosts) }))
        .findings.filter(({ gathers }) => gathers === true);

    it('five hosts within ten minutes are one story, with what they share', () => {
      const [finding] = about();
      expect(finding).toMatchObject({
        severity: 'error',
        subject: { kind: 'pce', name: 'prod-east' },
        title: 'Firewall tampering on 5 hosts within 8 min',
      });
      expect(plain(finding?.story ?? [])).toContain(
        'web-01, web-02, web-03, web-04 and web-05. All 5 carry app=shop and env=prod.',
      );
    });

    it('five hosts within an hour are five stories', () => {
      expect(about(farm, 15)).toEqual([]);
    });

    it('is found over several polls, whichever comes last', () => {
      const rule = watching(firewallTampering);
      const polls = [3, 0, 4, 1, 2].map((i) => saw([struck(2)[i] as PceEvent], { estate: anEstate(farm) }));
      const many = polls.map((poll) => rule.see(poll).findings.filter(({ gathers }) => gathers).length);
      expect(many).toEqual([0, 0, 0, 0, 1]);
    });

    it.each([
      ['high-value', { labels: aWorkload({ labels: 'role=db' }).labels }],
      ['suspended', { ven: aWorkload({ ven: { status: 'suspended' } }).ven }],
      ['offline', { online: false }],
    ])('spreads critically when one of them is %s', (why, parts) => {
      const hosts = farm.map((host, i) => (i === 2 ? { ...host, ...parts } : host));
      const [finding] = about(hosts, 2, aContext({ highValue: ['role=db'] }));
      expect(finding?.severity).toBe('critical');
      expect(finding?.title).toBe('Firewall tampering is spreading: 5 hosts within 8 min');
      expect(plain(finding?.story ?? [])).toContain(`web-03 is ${why}.`);
    });
  });
});
