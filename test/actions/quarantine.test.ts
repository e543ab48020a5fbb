import { describe, expect, it } from 'vitest';
import { quarantine } from '../../src/actions/quarantine.ts';
import type { ActionContext } from '../../src/core/action.ts';
import { labelText } from '../../src/core/label.ts';
import type { Workload } from '../../src/core/workload.ts';
import { aWorkload, labels } from '../support/builders.ts';

const aContext = (parts: Partial<ActionContext> = {}): ActionContext => ({
  quarantine: { strategy: 'deny', labels: { Quarantine: 'Severe' } },
  quarantineLabels: labels('Quarantine=Severe'),
  open: undefined,
  estate: { label: () => undefined },
  never: false,
  lost: [],
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
    ['selective enforcement', aWorkload({ mode: 'selective' }), 'only what a deny rule names is stopped'],
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
    ['every host', web, 'isolates the host depends on'],
  ];
  for (const [sentence, workload, warning] of warnings)
    it(`says what ${sentence} means`, () => {
      const plan = quarantine.plan(workload, aContext());
      expect(plan.ok && plan.warnings.join('\n')).toContain(warning);
    });
});
