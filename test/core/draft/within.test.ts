import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/core/address.ts';
import { isWithin } from '../../../src/core/draft/within.ts';
import { hasAddress, type IpList, parseIpList, type Span } from '../../../src/core/ip-list.ts';
import { inScope, isMeant } from '../../../src/core/meant.ts';
import { type PolicyRule, parseRules, type Side } from '../../../src/core/policy.ts';
import { sizeOf, spansOf, spansWithout } from '../../../src/core/spans.ts';
import { aLabel } from '../../support/builders.ts';

const LABELS = ['app=shop', 'app=erp', 'env=prod', 'env=dev', 'role=db'].map(aLabel);
const HOSTS = [1, 2].map((n) => `/orgs/1/workloads/${n}`);
const DRAFT = '/orgs/1/sec_policy/draft';

const label = fc.record({
  label: fc.constantFrom(...LABELS).map(({ href }) => ({ href })),
  exclusion: fc.boolean(),
});
const actor = fc.oneof(
  label,
  fc.constant({ actors: 'ams' }),
  fc.constantFrom(...HOSTS).map((href) => ({ workload: { href } })),
  fc.constantFrom(1, 2, 3).map((n) => ({ ip_list: { href: `${DRAFT}/ip_lists/${n}` } })),
);
const rule = fc.record({
  scopes: fc.array(fc.array(label, { maxLength: 2 }), { maxLength: 2 }),
  providers: fc.array(actor, { minLength: 1, maxLength: 3 }),
  consumers: fc.array(actor, { minLength: 1, maxLength: 3 }),
  unscoped_consumers: fc.boolean(),
  ports: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }),
});
type Written = typeof rule extends fc.Arbitrary<infer T> ? T : never;

const LISTS = [['198.51.100.0/30'], ['198.51.100.0/31', '203.0.113.0/31'], ['198.51.100.2/31']].map(
  (ranges, i) => ({
    href: `${DRAFT}/ip_lists/${i + 1}`,
    name: `list ${i + 1}`,
    ip_ranges: ranges.map((from_ip) => ({ from_ip })),
  }),
);

const parsed = ({ scopes, ports, ...rest }: Written): PolicyRule => {
  const [one] = parseRules(
    {
      ruleSets: [
        { scopes, rules: [{ ...rest, ingress_services: ports.map((port) => ({ port, proto: 6 })) }] },
      ],
      boundaries: [],
      services: [],
      ipLists: LISTS,
      labelGroups: [],
    },
    (href) => LABELS.find((known) => known.href === href),
  );
  if (one === undefined) throw new Error('no rule');
  return one;
};

/** Every set of labels a host may have, under each of two hrefs. */
const subsets = Array.from({ length: 2 ** LABELS.length }, (_, bits) =>
  LABELS.flatMap(({ href }, i) => ((bits >> i) & 1 ? [href] : [])),
);
const ADDRESSES = ['198.51.100.1', '198.51.100.3', '203.0.113.1', '192.0.2.1'].flatMap(
  (text) => parseAddress(text) ?? [],
);

/** All that a rule says: who is meant on each side, which addresses, which services. */
const says = (one: PolicyRule): Set<string> => {
  const side = (name: 'providers' | 'consumers'): string[] => {
    const of: Side = one[name];
    const scoped = name === 'providers' || !one.unscopedConsumers;
    return [
      ...HOSTS.flatMap((href) =>
        subsets.flatMap((hrefs) => {
          const labels = new Set(hrefs);
          return isMeant(of, href, labels) && (!scoped || inScope(one, labels))
            ? [`${name} ${href} ${hrefs.join()}`]
            : [];
        }),
      ),
      ...ADDRESSES.filter((address) => of.lists.some((list) => hasAddress(list, address))).map(
        ({ value }) => `${name} ${value}`,
      ),
    ];
  };
  return new Set([
    ...side('providers'),
    ...side('consumers'),
    ...[1, 2, 3, 4, 5, 6].flatMap((port) =>
      one.services.some(([from, to]) => 6 * 65_536 + port >= from && 6 * 65_536 + port <= to)
        ? [`${port}/tcp`]
        : [],
    ),
  ]);
};

describe('a rule within another', () => {
  it('says nothing that the other does not say', () => {
    let within = 0;
    fc.assert(
      fc.property(rule, rule, fc.boolean(), (a, b, near) => {
        // Two rules by chance are rarely one within the other: the second often is the first with something taken off or put on.
        const [narrow, wide] = [
          parsed(near ? { ...a, consumers: a.consumers.slice(0, 1) } : a),
          parsed(near ? a : b),
        ];
        if (!isWithin(narrow, wide)) return;
        within += 1;
        const all = says(wide);
        expect([...says(narrow)].filter((one) => !all.has(one))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
    expect(within).toBeGreaterThan(200);
  });

  it('is every rule within itself', () => {
    fc.assert(
      fc.property(rule, (one) => {
        expect(isWithin(parsed(one), parsed(one))).toBe(true);
      }),
    );
  });
});

describe('spans of addresses', () => {
  const span = fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 8 }))
    .map(([from, more]): Span => ({ bits: 32, from: BigInt(from), to: BigInt(from + more) }));
  const list = fc.record({ include: fc.array(span), exclude: fc.array(span) });
  const of = ({ include, exclude }: Pick<IpList, 'include' | 'exclude'>): IpList => ({
    href: '',
    name: '',
    include,
    exclude,
    fqdns: [],
  });
  const members = (lists: readonly IpList[]): bigint[] =>
    Array.from({ length: 60 }, (_, i) => BigInt(i)).filter((value) =>
      lists.some((one) => hasAddress(one, { bits: 32, value })),
    );
  const held = (spans: readonly Span[]): bigint[] =>
    spans.flatMap(({ from, to }) =>
      Array.from({ length: Number(to - from) + 1 }, (_, i) => from + BigInt(i)),
    );

  it('hold what the lists hold, each address once, sorted', () => {
    fc.assert(
      fc.property(fc.array(list, { maxLength: 3 }), (lists) => {
        const spans = spansOf(lists.map(of), 32);
        expect(held(spans)).toEqual(members(lists.map(of)));
        expect(sizeOf(spans)).toBe(BigInt(held(spans).length));
      }),
    );
  });

  it('less others hold what these do not', () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        const others = new Set(members([of(b)]));
        expect(held(spansWithout(spansOf([of(a)], 32), spansOf([of(b)], 32), 32))).toEqual(
          members([of(a)]).filter((one) => !others.has(one)),
        );
      }),
    );
  });

  it('of both families are kept apart', () => {
    const any = parseIpList({
      href: 'x',
      name: 'Any',
      ip_ranges: [{ from_ip: '0.0.0.0/0' }, { from_ip: '::/0' }],
    });
    const lists = any === undefined ? [] : [any];
    expect([sizeOf(spansOf(lists, 32)), sizeOf(spansOf(lists, 128))]).toEqual([2n ** 32n, 2n ** 128n]);
  });
});
