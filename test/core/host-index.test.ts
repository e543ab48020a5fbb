import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findHosts } from '../../src/commands/hosts.ts';
import type { PceDesk } from '../../src/core/command.ts';
import { buildHostIndex, type HostIndex, type HostSearch } from '../../src/core/host-index.ts';
import { parseLabelQuery } from '../../src/core/label-query.ts';
import { parseWorkload, type Workload } from '../../src/core/workload.ts';

const LABELS = ['env=prod', 'env=dev', 'app=erp', 'app=shop'].map((text) => {
  const [key = '', value = ''] = text.split('=');
  return { href: `/orgs/1/labels/${text}`, key, value };
});

const workloads = fc
  .array(
    fc.record({
      hostname: fc.constantFrom('web-01', 'WEB-02', 'web-01.example.com', 'db', 'db.db', 'x', ''),
      name: fc.constantFrom('web-01', 'the shop', 'Db', ''),
      addresses: fc.subarray(['192.0.2.1', '192.0.2.200', '198.51.100.7', '10.0.0.1', '2001:db8::1', 'no']),
      labels: fc.subarray(LABELS),
    }),
    { maxLength: 12 },
  )
  .map((rows) =>
    rows.flatMap<Workload>(
      ({ addresses, ...row }, n) =>
        parseWorkload({
          href: `/orgs/1/workloads/${n}`,
          ...row,
          interfaces: addresses.map((address) => ({ name: 'eth0', address })),
        }) ?? [],
    ),
  );

const words = fc.constantFrom(
  ...['web-01', 'web*', '*01', '*b*b*', '*', 'db', 'the*', 'nothing', 'e'],
  ...['192.0.2.1', '192.0.2.0/24', '192.0.0.0/8', '0.0.0.0/0', '2001:db8::/32', '2001:db8::1'],
  ...['env=prod', 'env=prod,dev', 'app!=erp', 'app=*', 'app=s*'],
);

const built = (all: readonly Workload[]): HostIndex => {
  const building = buildHostIndex(all);
  for (let step = building.next(); ; step = building.next()) if (step.done === true) return step.value;
};

/** A desk whose search looks at what `among` hands out. */
const desk = (all: readonly Workload[], among: (search: HostSearch) => Iterable<Workload>): PceDesk =>
  ({
    pce: { name: 'prod-east' },
    inventory: {
      readAt: 0,
      workloads: () => all,
      labels: () => LABELS,
      among,
      byHostname: (name: string) =>
        all.filter(({ hostname }) => hostname.toLowerCase() === name.toLowerCase()),
    },
  }) as never;

const hrefs = (
  all: readonly Workload[],
  among: (search: HostSearch) => Iterable<Workload>,
  said: string[],
) => {
  const found = findHosts(said, [desk(all, among)], { id: 'workload', example: 'web-01' });
  return found.kind === 'found' ? found.hits.map(({ workload }) => workload.href).sort() : found.kind;
};

describe('the index of hosts', () => {
  it('leaves out no workload that a search would find among all', () => {
    fc.assert(
      fc.property(workloads, fc.uniqueArray(words, { minLength: 1, maxLength: 3 }), (all, said) => {
        const index = built(all);
        const narrowed = (search: HostSearch): Iterable<Workload> => {
          const candidates = index.candidates(search);
          const hrefs = new Set(candidates);
          return candidates === undefined ? all : all.filter(({ href }) => hrefs.has(href));
        };
        expect(hrefs(all, narrowed, said)).toEqual(hrefs(all, () => all, said));
      }),
    );
  });

  it.each([
    ['a name by its beginning', 'web*', [], 2],
    ['a part of a name', '*-0*', [], 2],
    ['an address', '192.0.2.7', [], 1],
    ['a network', '198.51.100.0/24', [], 1],
    ['labels, by the rarer of them', undefined, ['env=prod', 'app=erp'], 1],
  ])('looks at few workloads for %s', (_, name, terms, most) => {
    const all = [
      ['web-01', '192.0.2.7', ['env=prod']],
      ['web-02', '198.51.100.9', ['env=prod', 'app=erp']],
      ['db', '203.0.113.1', ['env=prod']],
    ].flatMap<Workload>(
      ([hostname, address, labels], n) =>
        parseWorkload({
          href: `/orgs/1/workloads/${n}`,
          hostname,
          interfaces: [{ name: 'eth0', address }],
          labels: LABELS.filter(({ key, value }) => (labels as string[]).includes(`${key}=${value}`)),
        }) ?? [],
    );
    const parsed = parseLabelQuery(terms);
    const query = parsed.ok ? parsed.query : [];
    expect([...(built(all).candidates({ name, query }) ?? all)]).toHaveLength(most);
  });

  it('says that a negated term and a bare * narrow nothing', () => {
    const parsed = parseLabelQuery(['env!=prod']);
    const query = parsed.ok ? parsed.query : [];
    expect(built([]).candidates({ name: undefined, query })).toBeUndefined();
    expect(built([]).candidates({ name: '*', query: [] })).toBeUndefined();
  });

  it('gives the loop back often', () => {
    const many = Array.from({ length: 20_000 }, (_, n) =>
      parseWorkload({ href: `/w/${n}`, hostname: `h${n}` }),
    );
    let steps = 0;
    for (const _ of buildHostIndex(many.filter((one) => one !== undefined))) steps += 1;
    expect(steps).toBeGreaterThan(30);
  });
});
