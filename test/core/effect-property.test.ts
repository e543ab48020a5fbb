import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAddress } from '../../src/core/address.ts';
import { effectOf, firewallOfWorkload } from '../../src/core/effect.ts';
import type { Direction, Firewall, Peer } from '../../src/core/firewall.ts';
import { dict, list } from '../../src/core/foreign.ts';
import type { Label } from '../../src/core/label.ts';
import { quarantinePlan } from '../../src/core/label-merge.ts';
import { type Policy, parsePolicy } from '../../src/core/policy.ts';
import { rangesOfName } from '../../src/core/service-ranges.ts';
import { parseWorkload, type Workload } from '../../src/core/workload.ts';
import type { PceSimulator } from '../../src/simulators/pce/index.ts';
import { startPceSimulator } from '../../src/simulators/pce/index.ts';

/**
 * The effect check and the simulator's firewalls are two pieces of code that share nothing. For generated policies, label sets,
 * modes and strategies they must agree on every flow, and the verdict must be the one that follows from the flows.
 */
const RUNS = 320;
const ANY = '/orgs/1/sec_policy/draft/ip_lists/1';
const DRAFT = '/orgs/1/sec_policy/draft';

const PROBES: readonly (readonly [string, number, number | undefined])[] = [
  ['22/tcp', 6, 22],
  ['443/tcp', 6, 443],
  ['3389/tcp', 6, 3389],
  ['8000/tcp', 6, 8000],
  ['8100/tcp', 6, 8100],
  ['8101/tcp', 6, 8101],
  ['53/udp', 17, 53],
  ['9999/udp', 17, 9999],
  ['icmp', 1, undefined],
];
/** Addresses of nobody, one of each kind that the IP lists below tell apart. */
const OUTSIDE = ['203.0.113.5', '203.0.113.150', '198.51.100.9', '10.250.0.1', '2001:db8:f::1', '2600::1'];

const IP_LISTS = [
  { href: ANY, name: 'Any (0.0.0.0/0 and ::/0)', ip_ranges: [{ from_ip: '0.0.0.0/0' }, { from_ip: '::/0' }] },
  {
    href: `${DRAFT}/ip_lists/2`,
    name: 'Partners',
    ip_ranges: [
      { from_ip: '203.0.113.0/24' },
      { from_ip: '203.0.113.128', to_ip: '203.0.113.200', exclusion: true },
    ],
  },
  {
    href: `${DRAFT}/ip_lists/3`,
    name: 'LAN',
    ip_ranges: [{ from_ip: '10.0.0.0', to_ip: '10.255.255.255' }, { from_ip: '2001:db8::/32' }],
  },
  { href: `${DRAFT}/ip_lists/4`, name: 'One host', ip_ranges: [{ from_ip: '10.0.1.2' }] },
].map((one) => ({ fqdns: [], ...one }));
const SERVICES = [
  { href: `${DRAFT}/services/1`, name: 'All Services', service_ports: [{ proto: -1 }] },
  {
    href: `${DRAFT}/services/2`,
    name: 'Web',
    service_ports: [
      { port: 443, proto: 6 },
      { port: 8000, to_port: 8100, proto: 6 },
    ],
  },
  {
    href: `${DRAFT}/services/3`,
    name: 'DNS',
    service_ports: [
      { port: 53, proto: 6 },
      { port: 53, proto: 17 },
    ],
  },
  { href: `${DRAFT}/services/4`, name: 'Ping and all of UDP', service_ports: [{ proto: 1 }, { proto: 17 }] },
];

let sim: PceSimulator;
let labels: readonly Label[];
beforeAll(async () => {
  sim = await startPceSimulator({
    workloads: 20,
    now: Date.parse('2026-09-10T12:00:00Z'),
    realTime: () => 0,
    rateLimit: { perMinute: 1e9 },
  });
  for (const [key, value] of [
    ['app', 'quarantined'],
    ['env', 'quarantined'],
    ['loc', 'quarantined'],
  ])
    await call('POST', '/orgs/1/labels', { key, value });
  labels = list(await call('GET', '/orgs/1/labels?max_results=500')) as Label[];
});
afterAll(() => sim.close());

const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
  const answer = await fetch(`${sim.url}/api/v2${path}`, {
    method,
    headers: { authorization: `Basic ${Buffer.from('api_sim:simsecret').toString('base64')}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
};

const label = (text: string): { readonly href: string } => {
  const found = labels.find(({ key, value }) => `${key}=${value}` === text);
  if (found === undefined) throw new Error(`no label ${text}`);
  return { href: found.href };
};

const LABELS = [
  'role=web',
  'role=app',
  'role=db',
  'app=shop',
  'app=erp',
  'env=prod',
  'env=stage',
  'loc=fra',
  'Quarantine=Severe',
  'app=quarantined',
];
const rarely = fc.integer({ min: 0, max: 9 }).map((n) => n === 0);
const labelActor = fc.record({ label: fc.constantFrom(...LABELS), exclusion: rarely });
const groupActor = fc.record({ group: fc.constantFrom('inner', 'outer'), exclusion: rarely });
const actor = fc.oneof(
  { weight: 3, arbitrary: labelActor },
  { weight: 1, arbitrary: groupActor },
  { weight: 2, arbitrary: fc.constant('ams' as const) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }).map((list) => ({ list })) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 19 }).map((workload) => ({ workload })) },
);
type Service =
  | { readonly service: number }
  | { readonly port: number; readonly proto: number; readonly to_port?: number };
const rule = fc.record({
  enabled: rarely.map((off) => !off),
  providers: fc.array(actor, { minLength: 1, maxLength: 3 }),
  consumers: fc.array(actor, { minLength: 1, maxLength: 3 }),
  services: fc.array(
    fc.constantFrom<Service>(
      ...[1, 2, 3, 4].map((service) => ({ service })),
      { port: 22, proto: 6 },
      { port: 20, to_port: 60, proto: 6 },
    ),
    { minLength: 1, maxLength: 2 },
  ),
  unscoped: fc.boolean(),
});
const scope = fc.oneof(
  fc.constant([]),
  fc.array(fc.oneof(labelActor, groupActor), { minLength: 1, maxLength: 2 }),
);
const ruleSet = fc.record({
  enabled: rarely.map((off) => !off),
  scopes: fc.array(scope, { minLength: 1, maxLength: 2 }),
  rules: fc.array(rule, { maxLength: 3 }),
  denies: fc.array(fc.tuple(rule, fc.boolean()), { maxLength: 2 }),
});
const world = fc.record({
  target: fc.integer({ min: 0, max: 16 }),
  mode: fc.oneof(
    { weight: 4, arbitrary: fc.constant('full') },
    fc.constantFrom('selective', 'visibility_only', 'idle'),
  ),
  strategy: fc.constantFrom('deny', 'replace'),
  isolating: fc.constantFrom('both', 'in', 'out', 'none'),
  ven: fc.oneof({ weight: 5, arbitrary: fc.constant('25.2.0') }, fc.constantFrom('22.3.0', '21.5.30')),
  updates: fc.constantFrom('adaptive', 'adaptive', 'static'),
  sources: fc.constantFrom<readonly string[]>(
    [],
    ['203.0.113.0/24'],
    ['role=jump'],
    ['role=jump', '10.250.0.0/16'],
  ),
  sets: fc.array(ruleSet, { maxLength: 4 }),
  boundaries: fc.array(rule, { maxLength: 1 }),
});
type Case = typeof world extends fc.Arbitrary<infer T> ? T : never;
type Actor = typeof actor extends fc.Arbitrary<infer T> ? T : never;

const actorRow = (one: Actor, hosts: readonly Workload[]): unknown => {
  if (one === 'ams') return { actors: 'ams' };
  if ('list' in one) return { ip_list: { href: `${DRAFT}/ip_lists/${one.list}` } };
  if ('workload' in one) return { workload: { href: hosts[one.workload]?.href } };
  const exclusion = one.exclusion ? { exclusion: true } : {};
  if ('group' in one) return { label_group: { href: `${DRAFT}/label_groups/${one.group}` }, ...exclusion };
  return { label: label(one.label), ...exclusion };
};

const policyOf = ({ sets, boundaries, isolating }: Case, hosts: readonly Workload[]) => {
  const ruleRow = ({ enabled, providers, consumers, services, unscoped }: Case['boundaries'][number]) => ({
    enabled,
    providers: providers.map((one) => actorRow(one, hosts)),
    consumers: consumers.map((one) => actorRow(one, hosts)),
    ingress_services: services.map((one) =>
      'service' in one ? { href: `${DRAFT}/services/${one.service}` } : one,
    ),
    unscoped_consumers: unscoped,
  });
  const everything = [{ actors: 'ams' }, { ip_list: { href: ANY } }];
  const quarantined = [{ label: label('Quarantine=Severe') }];
  const all = { ingress_services: [{ href: `${DRAFT}/services/1` }], override: true };
  return {
    services: SERVICES,
    ip_lists: IP_LISTS,
    label_groups: [
      { href: `${DRAFT}/label_groups/inner`, key: 'env', labels: [label('env=stage')], sub_groups: [] },
      {
        href: `${DRAFT}/label_groups/outer`,
        key: 'env',
        labels: [label('env=dev')],
        sub_groups: [{ href: `${DRAFT}/label_groups/inner` }],
      },
    ],
    enforcement_boundaries: boundaries
      .map(ruleRow)
      .map(({ unscoped_consumers: _, ...row }) => ({ name: 'Boundary', ...row })),
    rule_sets: [
      ...sets.map(({ enabled, scopes, rules, denies }, i) => ({
        name: `Rules ${i}`,
        enabled,
        scopes: scopes.map((entries) => entries.map((one) => actorRow(one, hosts))),
        rules: rules.map(ruleRow),
        deny_rules: denies.map(([row, override]) => ({ ...ruleRow(row), override })),
      })),
      {
        name: 'Quarantine',
        scopes: [[]],
        deny_rules: [
          ...(isolating === 'both' || isolating === 'in'
            ? [{ ...all, providers: quarantined, consumers: everything }]
            : []),
          ...(isolating === 'both' || isolating === 'out'
            ? [{ ...all, providers: everything, consumers: quarantined }]
            : []),
        ],
      },
    ],
  };
};

const readPolicy = async (): Promise<Policy> => {
  const rows = async (name: string) => list(await call('GET', `/orgs/1/sec_policy/active/${name}`)).map(dict);
  return parsePolicy(
    {
      ruleSets: await rows('rule_sets'),
      boundaries: await rows('enforcement_boundaries'),
      services: await rows('services'),
      ipLists: await rows('ip_lists'),
      labelGroups: await rows('label_groups'),
    },
    (href) => labels.find((one) => one.href === href),
  );
};

const readHosts = async (): Promise<Workload[]> =>
  list(await call('GET', '/orgs/1/workloads')).flatMap((row) => parseWorkload(row) ?? []);

interface Probe {
  readonly peer: Peer;
  readonly host: Workload | undefined;
  readonly ip: string;
}

const probesOf = (hosts: readonly Workload[], target: Workload): readonly Probe[] => [
  ...hosts
    .filter(({ href }) => href !== target.href)
    .flatMap((host) =>
      host.interfaces.map(({ address: ip }) => ({
        peer: {
          href: host.href,
          labels: new Set(host.labels.map(({ href }) => href)),
          address: parseAddress(ip),
        },
        host,
        ip,
      })),
    ),
  ...OUTSIDE.map((ip) => ({ peer: { address: parseAddress(ip) }, host: undefined, ip })),
];

const lets = (firewall: Firewall, direction: Direction, peer: Peer, service: string): boolean => {
  const [[at] = [-1]] = rangesOfName(service);
  return firewall.passage(direction, peer).services.some(([from, to]) => at >= from && at <= to);
};

/** What the simulator does to every flow: `own` = at the target's firewall, `passes` = at both ends. */
const flows = (
  target: Workload,
  probes: readonly Probe[],
): ReadonlyMap<string, { readonly own: boolean; readonly passes: boolean }> =>
  new Map(
    probes.flatMap(({ host, ip }) =>
      PROBES.flatMap(([service, proto, port]) =>
        (['in', 'out'] as const).map((direction) => {
          const own = { href: target.href };
          const other = host === undefined ? { ip } : { ip, href: host.href };
          const [src, dst] = direction === 'in' ? [other, own] : [own, other];
          const outcome = sim.control.flow({ src, dst, proto, ...(port === undefined ? {} : { port }) });
          const ruling = direction === 'in' ? outcome.dst : outcome.src;
          return [
            `${direction} ${ip} ${service}`,
            { own: ruling !== 'blocked', passes: outcome.passes },
          ] as const;
        }),
      ),
    ),
  );

const counts = { isolated: 0, partly: 0, 'not isolated': 0, unknown: 0 };

it(`says of ${RUNS} generated policies what the simulated PCE then does to flows`, async () => {
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      const before = await readHosts();
      const plain = before[given.target];
      if (plain === undefined) throw new Error('no such host');
      sim.control.policy(policyOf(given, before));
      sim.control.workload({
        href: plain.href,
        enforcement_mode: given.mode as never,
        ven_version: given.ven,
        policy_update_mode: given.updates as never,
      });
      const hosts = await readHosts();
      const target = hosts[given.target] ?? plain;
      const policy = await readPolicy();
      const wanted =
        given.strategy === 'deny'
          ? ['Quarantine=Severe']
          : ['app=quarantined', 'env=quarantined', 'loc=quarantined'];
      const plan = quarantinePlan(
        target.labels,
        labels.filter(({ key, value }) => wanted.includes(`${key}=${value}`)),
      );
      const management = { sources: given.sources, services: ['22/tcp', '3389/tcp'] };
      const effect = effectOf({ policy, workload: target, after: plan.intended, peers: hosts, management });

      const probes = probesOf(hosts, target);
      const earlier = flows(target, probes);
      await call('PUT', target.href, { labels: plan.intended.map(({ href }) => ({ href })) });
      sim.control.clock({ advance_ms: 5_000 });
      if (given.updates === 'static' && given.mode !== 'idle') {
        for (const [flow, { own }] of flows(target, probes))
          expect(own, `${flow} before Apply Policy`).toBe(earlier.get(flow)?.own);
        sim.control.workload({ href: target.href, apply: true });
      }
      const later = flows(target, probes);

      const firewall = firewallOfWorkload(policy, target, plan.intended);
      const relabelled = {
        href: target.href,
        labels: new Set(plan.intended.map(({ href }) => href)),
        address: parseAddress(target.interfaces[0]?.address ?? ''),
      };
      let open = false;
      let stops = false;
      for (const { peer, host, ip } of probes)
        for (const [service] of PROBES)
          for (const direction of ['in', 'out'] as const) {
            const flow = `${direction} ${ip} ${service}`;
            const own = lets(firewall, direction, peer, service);
            expect(own, flow).toBe(later.get(flow)?.own);
            const theirs = host?.managed
              ? lets(
                  firewallOfWorkload(policy, host, host.labels),
                  direction === 'in' ? 'out' : 'in',
                  relabelled,
                  service,
                )
              : true;
            expect(own && theirs, `${flow}, both ends`).toBe(later.get(flow)?.passes);
            stops ||= earlier.get(flow)?.own === true && !own;
            const manages =
              (host?.labels.some(({ value }) => value === 'jump') && given.sources.includes('role=jump')) ||
              (ip.startsWith('203.0.113.') && given.sources.includes('203.0.113.0/24')) ||
              (ip.startsWith('10.250.') && given.sources.includes('10.250.0.0/16'));
            open ||= own && !(direction === 'in' && manages && management.services.includes(service));
          }
      expect(effect.verdict).toBe(open ? (stops ? 'partly' : 'not isolated') : 'isolated');
      counts[effect.verdict] += 1;

      await call('PUT', target.href, { labels: target.labels.map(({ href }) => ({ href })) });
      sim.control.workload({
        href: target.href,
        policy_update_mode: 'adaptive',
        enforcement_mode: 'full',
        ven_version: '25.2.0',
      });
      sim.control.clock({ advance_ms: 5_000 });
    }),
    { numRuns: RUNS, seed: 7 },
  );
  // A generator that only ever makes one verdict proves little.
  expect(
    Math.min(counts.isolated, counts.partly, counts['not isolated']),
    JSON.stringify(counts),
  ).toBeGreaterThan(RUNS / 20);
}, 600_000);
