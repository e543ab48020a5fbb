import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyFacts } from '../../src/core/containment.ts';
import { EFFECT_VERDICTS } from '../../src/core/effect.ts';
import type { PolicyFacts, Response } from '../../src/core/response.ts';
import { alertRoot, type ShownAlert } from '../../src/views/alert.ts';
import { quarantinedView } from '../../src/views/quarantined.ts';
import { anAlert } from '../support/asking.ts';
import { problemsOf, shown } from '../support/blocks.ts';
import { anIncident, aSubject, aWorkload, MINUTE, T0 } from '../support/builders.ts';

const MAYA = { team: 'T1', user: 'U0MAYA001' };

const incident = anIncident();

const aHost = (name: string, policy: PolicyFacts): ShownAlert => ({
  workload: aWorkload({ name, labels: 'app=shop env=prod' }),
  quarantine: { by: MAYA, at: T0, policy },
  link: undefined,
  alert: anAlert({ fingerprint: name, subject: aSubject(name), title: `Firewall tampering on ${name}` }),
});

const aRow = (policy: PolicyFacts): Response => ({
  id: 'r1',
  action: 'quarantine',
  pce: 'prod-east',
  target: { href: '/orgs/1/workloads/1', name: 'web-01', labels: [], mode: 'full' },
  by: MAYA,
  byName: 'maya',
  reason: 'Malware suspected',
  channel: null,
  alert: null,
  requestedAt: T0,
  endedAt: T0,
  until: T0 + MINUTE,
  state: 'done',
  releases: null,
  policy,
});

const time = fc.integer({ min: 1, max: 4_000_000_000 }).map((seconds) => seconds * 1_000);
const facts: fc.Arbitrary<PolicyFacts> = fc.record(
  {
    receivedAt: time,
    appliedAt: time,
    staged: fc.boolean(),
    heartbeatAt: time,
    silent: fc.boolean(),
    effect: fc.record({ verdict: fc.constantFrom(...EFFECT_VERDICTS), at: time }),
    flows: fc.record({
      reports: fc.integer({ min: 1, max: 2 }),
      at: time,
      passed: fc.nat(40),
      examples: fc.array(fc.string(), { maxLength: 3 }),
    }),
    overdue: fc.boolean(),
    settled: fc.boolean(),
  },
  { requiredKeys: [] },
);

describe('texts about a quarantine', () => {
  it('say "contained" where its policy was applied and isolates, and never otherwise', () =>
    fc.assert(
      fc.property(facts, facts, (one, other) => {
        const isSo = ({ receivedAt, appliedAt, effect }: PolicyFacts): boolean =>
          receivedAt !== undefined && appliedAt !== undefined && effect?.verdict === 'isolated';
        const root = (...hosts: readonly ShownAlert[]) =>
          alertRoot({ incident, alerts: hosts, title: 'Firewall tampering', todo: 'Look.' });
        for (const [message, expected] of [
          [root(aHost('web-01', one)), [one]],
          [root(aHost('web-01', one), aHost('web-02', other)), [one, other]],
          [quarantinedView([aRow(one), aRow(other)], 0), [one, other]],
        ] as const) {
          const said = shown(message).match(/\bcontained\b/gi) ?? [];
          expect(said).toHaveLength(expected.filter(isSo).length);
          expect(problemsOf(message)).toEqual([]);
        }
      }),
    ));

  it('give each of the five facts its time, or say that it is open', () => {
    const all = { receivedAt: T0, appliedAt: T0 + MINUTE, heartbeatAt: T0 + 2 * MINUTE } as const;
    const said = (policy: PolicyFacts): string => shown(quarantinedView([aRow(policy)], 0));
    expect(said({ ...all, effect: { verdict: 'isolated', at: T0 + 3 * MINUTE } })).toContain(
      'labels read back 10:00 UTC · policy received 10:00 UTC · applied 10:01 UTC · heartbeat 10:02 UTC · policy isolates it 10:03 UTC',
    );
    expect(said({})).toContain(
      'labels read back 10:00 UTC · waiting for policy · not applied yet · no heartbeat since · effect not read yet',
    );
    expect(said({ receivedAt: T0, appliedAt: T0, silent: true })).toContain(
      '🔴 the host lost its controller',
    );
    expect(said({ overdue: true })).toContain('🔴 no new policy was computed');
    expect(said({ receivedAt: T0, staged: true })).toContain('staged, waits for Apply Policy');
  });
});

describe('facts about the policy', () => {
  const host = (policy: object, heartbeatAt?: number) => {
    const workload = aWorkload({ labels: 'env=prod' });
    return {
      ...workload,
      updatedAt: T0,
      policy: {
        sync: 'applied',
        receivedAt: T0 + 1,
        appliedAt: T0 + 2,
        updateMode: 'adaptive',
        ...policy,
      } as never,
      ven: { ...workload.ven, heartbeatAt } as never,
    };
  };
  for (const [sentence, workload, minutes, expected] of [
    ['policy from before the change is none', host({ receivedAt: T0 - 1 }), 1, {}],
    ['none for 10 min is overdue', host({ receivedAt: T0 - 1 }), 11, { overdue: true }],
    ['received', host({ sync: 'syncing' }), 1, { receivedAt: T0 + 1 }],
    ['staged is its own state', host({ sync: 'staged' }), 1, { receivedAt: T0 + 1, staged: true }],
    ['applied', host({}), 1, { receivedAt: T0 + 1, appliedAt: T0 + 2 }],
    [
      'a heartbeat from before counts for nothing',
      host({}, T0 + 1),
      5,
      { receivedAt: T0 + 1, appliedAt: T0 + 2 },
    ],
    [
      'a heartbeat after it was applied',
      host({}, T0 + 3),
      5,
      { receivedAt: T0 + 1, appliedAt: T0 + 2, heartbeatAt: T0 + 3 },
    ],
    [
      'none for 11 min: the host lost its controller',
      host({}, T0),
      12,
      { receivedAt: T0 + 1, appliedAt: T0 + 2, silent: true },
    ],
  ] as const)
    it(sentence, () => expect(policyFacts(workload, T0, T0 + minutes * MINUTE)).toEqual(expected));
});
