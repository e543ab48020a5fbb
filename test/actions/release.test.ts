import { describe, expect, it } from 'vitest';
import { release } from '../../src/actions/release.ts';
import type { ActionContext } from '../../src/core/action.ts';
import { type Label, labelText } from '../../src/core/label.ts';
import type { Response } from '../../src/core/response.ts';
import { aWorkload, labels, T0 } from '../support/builders.ts';

/** Our quarantine that replaced and added these labels. */
const quarantined = (replaced: string, added: string): Response => ({
  id: 'r1',
  action: 'quarantine',
  pce: 'prod-east',
  target: { href: aWorkload().href, name: 'web-01', labels: [], mode: 'full' },
  by: { team: 'T', user: 'U' },
  byName: 'maya',
  reason: 'x',
  channel: null,
  alert: null,
  requestedAt: T0,
  state: 'done',
  change: { replaced: labels(replaced), added: labels(added) },
  releases: null,
});

const plan = (now: string, context: Partial<ActionContext> & { readonly gone?: string } = {}) => {
  const { gone = '', ...parts } = context;
  const missing = new Set(labels(gone).map(({ href }) => href));
  return release.plan(aWorkload({ name: 'web-01', labels: now }), {
    quarantine: { strategy: 'deny', labels: { Quarantine: 'Severe' } },
    quarantineLabels: labels('Quarantine=Severe'),
    open: undefined,
    estate: {
      label: (href): Label | undefined =>
        missing.has(href) ? undefined : parts.open?.change?.replaced.find((label) => label.href === href),
    },
    never: false,
    mayWrite: true,
    ...parts,
  });
};

describe('release', () => {
  const cases: readonly (readonly [string, string, Response, string, string, string])[] = [
    [
      'takes our label off',
      'env=prod Quarantine=Severe',
      quarantined('', 'Quarantine=Severe'),
      '',
      'env=prod',
      '',
    ],
    [
      'gives back what it replaced, key by key',
      'app=q env=q role=web',
      quarantined('app=shop env=prod', 'app=q env=q'),
      '',
      'app=shop env=prod role=web',
      '',
    ],
    [
      'keeps what somebody else set under another key meanwhile',
      'env=prod loc=ams Quarantine=Severe',
      quarantined('', 'Quarantine=Severe'),
      '',
      'env=prod loc=ams',
      '',
    ],
    [
      'keeps what somebody else set under one of our keys',
      'app=q env=stage',
      quarantined('app=shop env=prod', 'app=q env=q'),
      '',
      'app=shop env=stage',
      'Somebody set env=stage meanwhile; it stays.',
    ],
    [
      'leaves a key empty whose label no longer exists, and says so',
      'app=q env=q',
      quarantined('app=shop env=prod', 'app=q env=q'),
      'env=prod',
      'app=shop',
      'env=prod no longer exists on the PCE; the key stays empty.',
    ],
    [
      'has nothing to take off where somebody else did',
      'env=prod',
      quarantined('', 'Quarantine=Severe'),
      '',
      'env=prod',
      'Somebody removed Quarantine=Severe meanwhile; it stays removed.',
    ],
  ];
  for (const [sentence, now, open, gone, after, note] of cases)
    it(sentence, () => {
      const made = plan(now, { open, gone });
      expect(made.ok && labelText(made.intended)).toBe(after);
      expect(made.ok && made.notes.join('\n')).toBe(note);
    });

  it('takes off only the label of a quarantine that was not ours, and says what it cannot give back', () => {
    const made = plan('env=prod Quarantine=Severe');
    expect(made.ok && labelText(made.intended)).toBe('env=prod');
    expect(made.ok && made.warnings).toEqual([expect.stringContaining('was not made by this bot')]);
  });

  it('says that there is nothing to release', () =>
    expect(plan('env=prod')).toEqual({ ok: false, why: 'web-01 is not in quarantine.' }));

  it('needs a key that may write', () =>
    expect(plan('Quarantine=Severe', { mayWrite: false })).toMatchObject({
      ok: false,
      why: expect.stringContaining('no key that may write'),
    }));

  it('is not stopped by a configuration that has dropped quarantine meanwhile', () => {
    const open = quarantined('', 'Quarantine=Severe');
    const made = plan('env=prod Quarantine=Severe', {
      open,
      quarantine: undefined,
      quarantineLabels: undefined,
    });
    expect(made.ok && labelText(made.intended)).toBe('env=prod');
  });
});
