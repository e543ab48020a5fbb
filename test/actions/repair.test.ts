import { describe, expect, it } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import { repair } from '../../src/actions/repair.ts';
import { labelText } from '../../src/core/label.ts';
import { aWorkload, labels } from '../support/builders.ts';

const plan = (now: string, lost: string, mayWrite = true, left = '') =>
  repair.plan(aWorkload({ labels: now }), {
    quarantine: undefined,
    quarantineLabels: undefined,
    open: undefined,
    estate: { label: () => undefined },
    never: false,
    lost: { replaced: labels(left), added: labels(lost) },
    mayWrite,
  });

describe('repair', () => {
  it('puts back exactly what was overwritten', () => {
    const made = plan('env=prod Quarantine=Severe', 'owner=jo');
    expect(made.ok && labelText(made.intended)).toBe('env=prod Quarantine=Severe owner=jo');
    expect(made.ok && made.change).toEqual({ replaced: [], added: labels('owner=jo') });
  });

  it('gives a key back that our own change set or revived, where that still stands', () => {
    const made = plan('env=prod role=web', 'env=stage', true, 'env=prod role=web');
    expect(made.ok && labelText(made.intended)).toBe('env=stage');
    const later = plan('env=dev role=web', 'env=stage', true, 'env=prod role=web');
    expect(later.ok && labelText(later.intended)).toBe('env=dev');
  });

  it('leaves alone a key that somebody has set again since', () => {
    const made = plan('env=prod owner=maya', 'owner=jo loc=fra');
    expect(made.ok && labelText(made.intended)).toBe('env=prod loc=fra owner=maya');
  });

  for (const [sentence, now, mayWrite] of [
    ['everything is there again', 'owner=jo', true],
    ['others took its place', 'owner=maya', true],
    ['no key may write', '', false],
  ] as const)
    it(`does nothing when ${sentence}`, () => expect(plan(now, 'owner=jo', mayWrite).ok).toBe(false));

  it('is offered to nobody: the others are', () =>
    expect(actions.filter(({ offered }) => !offered).map(({ id }) => id)).toEqual(['repair']));
});
