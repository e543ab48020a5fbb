import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Label, sameLabels } from '../../src/core/label.ts';
import { labelDifference, quarantinePlan, releasePlan } from '../../src/core/label-merge.ts';
import { aLabel, labels } from '../support/builders.ts';

const KEYS = ['app', 'env', 'loc', 'role', 'Quarantine', 'owner'] as const;
const VALUES = ['a', 'b', 'c'] as const;

/** A label set as a PCE holds it: at most one label a key. */
const labelSet = fc
  .dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { maxKeys: KEYS.length })
  .map((set) => Object.entries(set).map(([key, value]) => aLabel(`${key}=${value}`)));

/** What a configuration puts on: one own key (deny), or several that exist already (replace). */
const quarantineLabels = fc
  .uniqueArray(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 4 })
  .map((keys) => keys.map((key) => aLabel(`${key}=quarantined`)));

const exists = (label: Label): Label => label;
const under = (set: readonly Label[], key: string): string | undefined =>
  set.find((label) => label.key === key)?.value;
const oncePerKey = (set: readonly Label[]): boolean => new Set(set.map(({ key }) => key)).size === set.length;
/** What somebody else does meanwhile: sets one label, or removes it. */
const change = fc.record({
  key: fc.constantFrom(...KEYS),
  value: fc.option(fc.constantFrom(...VALUES), { nil: undefined }),
});
const changed = (
  set: readonly Label[],
  { key, value }: { key: string; value: string | undefined },
): Label[] => [
  ...set.filter((label) => label.key !== key),
  ...(value === undefined ? [] : [aLabel(`${key}=${value}`)]),
];

describe('quarantine and release', () => {
  it('give back exactly the set there was, whatever it was', () =>
    fc.assert(
      fc.property(labelSet, quarantineLabels, (before, wanted) => {
        const { intended, change } = quarantinePlan(before, wanted);
        const after = releasePlan(intended, change, exists);
        expect(sameLabels(after.intended, before)).toBe(true);
        expect(after.notes).toEqual([]);
      }),
    ));

  it('keep every other label, and never write the quarantine labels alone where there were others', () =>
    fc.assert(
      fc.property(labelSet, quarantineLabels, (before, wanted) => {
        const { intended, change } = quarantinePlan(before, wanted);
        const keys = new Set(wanted.map(({ key }) => key));
        for (const label of before) if (!keys.has(label.key)) expect(intended).toContainEqual(label);
        for (const label of wanted) expect(intended).toContainEqual(label);
        expect(change.replaced).toEqual(before.filter(({ key }) => keys.has(key)));
        expect(intended).toHaveLength(before.length - change.replaced.length + wanted.length);
      }),
    ));

  it('write one label a key, always', () =>
    fc.assert(
      fc.property(
        labelSet,
        quarantineLabels,
        fc.array(change, { maxLength: 5 }),
        (before, wanted, others) => {
          const { intended, change } = quarantinePlan(before, wanted);
          expect(oncePerKey(intended)).toBe(true);
          const meanwhile = others.reduce(changed, intended);
          expect(oncePerKey(releasePlan(meanwhile, change, exists).intended)).toBe(true);
        },
      ),
    ));

  it('leave what others changed meanwhile as they left it: under other keys, and under ours', () =>
    fc.assert(
      fc.property(
        labelSet,
        quarantineLabels,
        fc.array(change, { maxLength: 5 }),
        (before, wanted, others) => {
          const { intended, change } = quarantinePlan(before, wanted);
          const meanwhile = others.reduce(changed, intended);
          const { intended: after } = releasePlan(meanwhile, change, exists);
          for (const key of KEYS) {
            const ours = under(wanted, key);
            const theirs = ours === undefined || under(meanwhile, key) !== ours;
            expect(under(after, key)).toBe(theirs ? under(meanwhile, key) : under(before, key));
          }
        },
      ),
    ));

  it('leave a key empty, and say so, where the label that stood there no longer exists', () =>
    fc.assert(
      fc.property(labelSet, quarantineLabels, (before, wanted) => {
        const { intended, change } = quarantinePlan(before, wanted);
        const { intended: after, notes, change: back } = releasePlan(intended, change, () => undefined);
        for (const { key } of wanted) expect(under(after, key)).toBeUndefined();
        expect(notes).toHaveLength(change.replaced.length);
        expect(back.added).toEqual([]);
      }),
    ));

  it('give back, and take off, a label that was deleted and made anew with the same value', () => {
    const { change } = quarantinePlan(labels('env=prod'), labels('env=quarantined'));
    const anew = { href: '/orgs/1/labels/9001', key: 'env', value: 'prod' };
    const marked = { href: '/orgs/1/labels/9002', key: 'env', value: 'quarantined' };
    const plan = releasePlan([marked], change, () => anew);
    expect(plan.intended).toEqual([anew]);
    expect(plan.change).toEqual({ replaced: [marked], added: [anew] });
    expect(plan.notes).toEqual([]);
  });

  it('say what they keep because somebody else changed it', () => {
    const { change } = quarantinePlan(labels('env=prod app=shop'), labels('env=quarantined'));
    const cases: readonly (readonly [string, string, string])[] = [
      ['env=stage app=shop', 'env=stage app=shop', 'Somebody set env=stage meanwhile; it stays.'],
      ['app=shop', 'app=shop', 'Somebody removed env=quarantined meanwhile; it stays removed.'],
    ];
    for (const [now, after, note] of cases) {
      const plan = releasePlan(labels(now), change, exists);
      expect(plan.intended).toEqual(labels(after));
      expect(plan.notes).toEqual([note]);
      expect(plan.change).toEqual({ replaced: [], added: [] });
    }
  });
});

describe('the difference of two label sets', () => {
  for (const [before, after, says] of [
    ['env=prod', 'env=prod', undefined],
    ['env=prod app=shop', 'app=shop env=prod', undefined],
    ['env=prod', 'env=prod Quarantine=Severe', '+ Quarantine=Severe'],
    ['env=prod', 'env=stage', '+ env=stage, − env=prod'],
    ['env=prod', '', '− env=prod'],
  ] as const)
    it(`${before} → ${after || 'nothing'}: ${says ?? 'none'}`, () =>
      expect(labelDifference(labels(before), labels(after))).toBe(says));
});
