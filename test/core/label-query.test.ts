import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anySelector,
  glob,
  isLabelTerm,
  matchesLabels,
  parseLabelQuery,
  selector,
} from '../../src/core/label-query.ts';
import { labels } from '../support/builders.ts';

const known = labels('env=prod env=stage app=erp app=erp-web role=web');
const parse = (text: string) => parseLabelQuery(text.split(' '), known);

describe('a label query', () => {
  for (const [query, set, matches] of [
    ['env=prod', 'env=prod app=shop', true],
    ['env=prod', 'env=stage', false],
    ['env=prod', 'app=shop', false],
    ['env=prod app=shop', 'env=prod app=shop', true],
    ['env=prod app=shop', 'env=prod app=erp', false],
    ['env=prod,stage', 'env=stage', true],
    ['app=erp*', 'app=erp-web', true],
    ['app=*web', 'app=erp-web', true],
    ['app=e*w*b', 'app=erp-web', true],
    ['app=erp*', 'app=shop', false],
    ['env!=dev', 'env=prod', true],
    ['env!=dev', 'env=dev', false],
    ['env!=dev', 'app=shop', true],
    ['env!=dev,test', 'env=test', false],
    ['ENV=prod', 'env=prod', false],
    ['env=PROD', 'env=prod', true],
  ] as const)
    it(`${query} ${matches ? 'holds' : 'does not hold'} for ${set}`, () =>
      expect(matchesLabels(selector(query), labels(set))).toBe(matches));

  for (const [text, says] of [
    ['env', 'I can\'t read "env" as a label. Write key=value, for example env=prod.'],
    ['=prod', 'I can\'t read "=prod" as a label. Write key=value, for example env=prod.'],
    ['env=', 'I can\'t read "env=" as a label. Write key=value, for example env=prod.'],
    ['env=,', '"env=," names no value. Write for example env=prod.'],
    ['evn=prod', 'There is no label key "evn". Nearest: env.'],
    ['env=prdo', 'There is no label env=prdo. Nearest: env=prod.'],
    ['env=xyz*', 'There is no label env=xyz*.'],
    ['env=prod,xyz', 'There is no label env=xyz.'],
  ] as const)
    it(`"${text}" is a problem with a correction, never a wider query`, () =>
      expect(parse(text)).toEqual({ ok: false, problem: says }));

  it('reads what the PCE has', () =>
    expect(parse('env=prod,stage app!=erp*')).toEqual({
      ok: true,
      query: [
        { key: 'env', negated: false, values: ['prod', 'stage'] },
        { key: 'app', negated: true, values: ['erp*'] },
      ],
    }));

  it('takes only terms for labels', () =>
    expect(['env=prod', 'env!=prod', 'web-01', 'a b=c', '='].map(isLabelTerm)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]));

  it('several selectors: any of them; none: nothing', () => {
    expect(anySelector(['env=dev', 'app=shop'])(labels('app=shop'))).toBe(true);
    expect(anySelector([])(labels('app=shop'))).toBe(false);
  });

  it('of the configuration throws where its syntax is wrong', () =>
    expect(() => selector('prod')).toThrow('I can\'t read "prod"'));
});

describe('a glob', () => {
  it('means what the same regular expression means, in linear time', () =>
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'B', '.'), maxLength: 10 }),
        (pattern, name) => {
          const expression = pattern
            .split('*')
            .map((part) => part.replaceAll('.', '\\.'))
            .join('.*');
          expect(glob(pattern, name)).toBe(new RegExp(`^${expression}$`, 'is').test(name));
        },
      ),
      { numRuns: 500 },
    ));

  it('does not run away on hostile input', () => {
    expect(glob(`${'*a'.repeat(5_000)}b`, 'a'.repeat(50_000))).toBe(false);
  });
});
