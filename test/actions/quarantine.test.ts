import { describe, expect, it } from 'vitest';
import { quarantine } from '../../src/actions/quarantine.ts';
import type { ActionContext } from '../../src/core/action.ts';
import { labelText } from '../../src/core/label.ts';
import { parsePolicy } from '../../src/core/policy.ts';
import type { Workload } from '../../src/core/workload.ts';
import { aWorkload, labels } from '../support/builders.ts';

const aContext = (parts: Partial<ActionContext> = {}): ActionContext => ({
  quarantine: { strategy: 'deny', labels: { Quarantine: 'Severe' } },
  quarantineLabels: labels('Quarantine=Severe'),
  open: undefined,
  estate: { label: () => undefined },
  never: false,
  policy: { ok: true, policy: { rules: [] }, peers: () => [], management: { sources: [], services: [] } },

  mayWrite: true,
  ...parts,
});

const web = aWorkload({ name: 'web-01', labels: 'app=shop env=prod role=web' });

describe('quarantine', () => {
  it('adds its label and keeps every other', () => {
    const plan = quarantine.plan(web, aContext());
    expect(plan.ok && labelText(plan.intended)).toBe('app=shop env=prod role=web Quarantine=Severe');
    expect(plan.ok && plan.change).toEqual({ replaced: [], added: labels('Quarantine=Severe') });
  });

  it('by the strategy "replace" replaces the keys it names, and remembers what stood there', () => {
    const plan = quarantine.plan(
      web,
      aContext({
        quarantine: { strategy: 'replace', labels: { app: 'q', env: 'q', loc: 'q' } },
        quarantineLabels: labels('app=q env=q loc=q'),
      }),
    );
    expect(plan.ok && labelText(plan.intended)).toBe('app=q env=q loc=q role=web');
    expect(plan.ok && labelText(plan.change.replaced)).toBe('app=shop env=prod');
  });

  const refusals: readonly (readonly [string, Workload, Partial<ActionContext>, string])[] = [
    [
      'an unmanaged machine',
      aWorkload({ name: 'nas', managed: false }),
      {},
      'nas is unmanaged: no VEN enforces',
    ],
    [
      'an idle VEN',
      aWorkload({ name: 'web-01', mode: 'idle' }),
      {},
      'is in idle mode, which enforces nothing',
    ],
    [
      'a VEN that only looks',
      aWorkload({ name: 'web-01', mode: 'visibility_only' }),
      {},
      'is in visibility-only mode, which enforces nothing',
    ],
    [
      'a container',
      aWorkload({ name: 'pod', href: '/orgs/1/container_workloads/1' }),
      {},
      "is a container workload: it can't be quarantined by label",
    ],
    [
      'a Kubernetes workload',
      aWorkload({ name: 'pod', href: '/orgs/1/kubernetes_workloads/1' }),
      {},
      "is a container workload: it can't be quarantined by label",
    ],
    [
      'something that is no workload at all',
      aWorkload({ name: 'x', href: '/orgs/1/vens/1' }),
      {},
      "it can't be quarantined by label",
    ],
    ['a host of the never list', web, { never: true }, 'on the list of hosts that are never quarantined'],
    ['without a strategy', web, { quarantine: undefined }, 'Quarantine is off: the configuration'],
    ['without a key that may write', web, { mayWrite: false }, 'no key that may write to it'],
    [
      'where the PCE lacks the label',
      web,
      { quarantineLabels: undefined },
      'The PCE has no label Quarantine=Severe. Create it first; nothing was changed.',
    ],
    [
      'a host that is in quarantine',
      aWorkload({ name: 'web-01', labels: 'env=prod Quarantine=Severe' }),
      {},
      'web-01 already carries Quarantine=Severe.',
    ],
  ];
  for (const [sentence, workload, context, why] of refusals)
    it(`is refused with a sentence for ${sentence}`, () => {
      const plan = quarantine.plan(workload, aContext(context));
      expect(plan.ok ? '' : plan.why).toContain(why);
    });

  it('is not refused for another value of the key: it replaces it', () => {
    const plan = quarantine.plan(aWorkload({ labels: 'Quarantine=Mild' }), aContext());
    expect(plan.ok && plan.change).toEqual({
      replaced: labels('Quarantine=Mild'),
      added: labels('Quarantine=Severe'),
    });
  });

  const warnings: readonly (readonly [string, Workload, string])[] = [
    ['full enforcement', web, 'takes effect within about a minute'],
    ['an offline host', aWorkload({ online: false }), 'it takes effect when it returns'],
    [
      'a suspended VEN',
      aWorkload({ ven: { status: 'suspended' } }),
      'it takes effect when it is unsuspended',
    ],
    [
      'a static policy',
      aWorkload({ policy: { sync: 'applied', receivedAt: 1, appliedAt: 1, updateMode: 'static' } }),
      'it takes effect after Apply Policy',
    ],
    ['every host', web, 'By the active policy web-01 is isolated'],
  ];
  for (const [sentence, workload, warning] of warnings)
    it(`says what ${sentence} means`, () => {
      const plan = quarantine.plan(workload, aContext());
      expect(plan.ok && plan.warnings.join('\n')).toContain(warning);
    });

  describe('by the active policy', () => {
    const anywhere = {
      href: '/orgs/1/sec_policy/active/ip_lists/1',
      ip_ranges: [{ from_ip: '0.0.0.0/0' }, { from_ip: '::/0' }],
    };
    const severe = [{ label: { href: labels('Quarantine=Severe')[0]?.href } }];
    const all = [{ actors: 'ams' }, { ip_list: { href: anywhere.href } }];
    const allow = {
      providers: all,
      consumers: [{ actors: 'ams' }],
      ingress_services: [{ proto: 6, port: 443 }],
    };
    const denyIn = { providers: severe, consumers: all, override: true };
    const denyOut = { providers: all, consumers: severe, override: true };
    const reading = (
      deny_rules: readonly object[],
      rules: readonly object[] = [allow],
    ): ActionContext['policy'] => ({
      ok: true,
      peers: () => [aWorkload({ name: 'app-01', labels: 'app=shop role=app' })],
      management: { sources: ['192.0.2.0/24'], services: ['22/tcp'] },
      policy: parsePolicy(
        {
          ruleSets: [{ name: 'Everybody', scopes: [[]], rules, deny_rules }],
          boundaries: [],
          services: [],
          ipLists: [anywhere],
          labelGroups: [],
        },
        (href) => labels('Quarantine=Severe').find((label) => label.href === href),
      ),
    });
    const planned = (policy: ActionContext['policy'], host = web) =>
      quarantine.plan(host, aContext({ ...(policy === undefined ? {} : { policy }) }));

    it('is refused where no rule acts on the label', () => {
      const plan = planned(reading([]));
      expect(plan.ok ? '' : plan.why).toContain('No provisioned rule acts on Quarantine=Severe');
    });

    it('is refused where the VEN is too old for the rules that would', () => {
      const plan = planned(reading([denyIn, denyOut]), {
        ...web,
        ven: { ...web.ven, version: '21.5.30' } as never,
      });
      expect(plan.ok ? '' : plan.why).toContain('knows override-deny rules from 22.3.0 on');
    });

    it('says first what stays open, by which rules and to whom', () => {
      const plan = planned(reading([denyIn]));
      expect(plan.ok && plan.warnings.slice(0, 2)).toEqual([
        'web-01 is isolated only in part. Still open:',
        'out 443/tcp to 1 workload (app-01) and addresses of no workload, by "Everybody".',
      ]);
    });

    it('says that the host is isolated, and that the management path is cut too', () => {
      const plan = planned(reading([denyIn, denyOut]));
      expect(plan.ok && plan.warnings).toEqual([
        'By the active policy web-01 is isolated: nothing else passes, in or out.',
        'Full enforcement — takes effect within about a minute.',
        'Open connections may survive.',
        'The management path (22/tcp from 192.0.2.0/24) is cut too.',
      ]);
      expect(plan.ok && plan.second).toEqual([]);
    });

    it('of a host in selective enforcement stops only what comes in', () => {
      const plan = planned(reading([denyIn, denyOut]), { ...web, mode: 'selective' });
      expect(plan.ok && plan.warnings.join(' ')).toMatch(
        /out every service to .*the enforcement mode stops nothing there.*Selective enforcement/,
      );
    });

    it.each([
      [
        'a rule names what cannot be judged',
        reading([denyIn], [{ ...allow, consumers: [{ virtual_service: { href: '/x' } }] }]),
      ],
      ['the policy cannot be read', { ok: false, why: 'HTTP 503' } as const],
      ['nobody asked for the policy', undefined],
    ])('takes a second person where %s', (_, policy) => {
      const context = { ...aContext(), ...(policy === undefined ? {} : { policy }) };
      const { policy: asked, ...without } = context;
      const plan = quarantine.plan(
        web,
        policy === undefined ? without : { ...without, ...(asked === undefined ? {} : { policy: asked }) },
      );
      expect(plan.ok && plan.second?.length).toBe(1);
    });
  });
});
