import type { Loose } from './naive-analyze.ts';

/** Numbers 0 ≤ n < 1 from a seed (mulberry32): the same rows on every machine. */
const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
const START = Date.UTC(2026, 8, 10);

/**
 * Rows of a traffic download: workloads that talk on a few services over two days, told by both ends; addresses outside, ICMP,
 * IPv6, Kubernetes, names that change, counters beyond 10^12, and rows that cannot be used.
 */
export const trafficRows = (count: number, seed: number, hosts = 40): unknown[] => {
  const random = seeded(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const workload = (host: number) => ({
    href: `/orgs/1/${host % 7 === 0 ? 'kubernetes_workloads' : 'workloads'}/w-${host}`,
    name: random() < 0.01 ? `renamed, "${host}"` : `host-${host}`,
    hostname: host % 5 === 0 ? null : `host-${host}.example.com`,
    labels: [
      { href: `/orgs/1/labels/${host % 3}`, key: 'env', value: ['prod', 'dev', 'größe 😀'][host % 3] },
      ...(host % 4 === 0
        ? []
        : [{ href: `/orgs/1/labels/9${host % 6}`, key: 'app', value: `app-${host % 6}` }]),
    ],
  });
  const end = () => {
    const kind = random();
    if (kind < 0.1) return { ip: `198.51.100.${below(20)}` };
    if (kind < 0.13) return { ip: `2001:db8::${below(9)}`, fqdn: 'cdn.example.com' };
    if (kind < 0.15) return { ip: `192.0.2.${below(9)}`, workload: { href: null, name: '', labels: [] } };
    const host = below(hosts);
    return { ip: `10.0.${host >> 8}.${host & 255}`, workload: workload(host) };
  };
  const bad = (row: Record<string, unknown>): unknown =>
    one<unknown>([
      { ...row, src: { ip: '' } },
      { ...row, dst: undefined },
      { ...row, service: { port: 80 } },
      { ...row, timestamp_range: { first_detected: 'yesterday', last_detected: iso(START) } },
    ]);
  return Array.from({ length: count }, () => {
    const first = START + below(2 * 86_400) * 1_000;
    const row = {
      src: end(),
      dst: end(),
      service: one([
        { port: 443, proto: 6, process_name: 'nginx' },
        { port: 53, proto: 17 },
        { port: 5_432, proto: 6, process_name: 'postgres' },
        { proto: 1 },
        { proto: 6 },
        { port: 9_999, proto: 132 },
        { proto: 89 },
        { port: below(2_000), proto: 6 },
      ]),
      num_connections: below(500),
      policy_decision: one(['allowed', 'allowed', 'potentially_blocked', 'blocked', 'unknown', 'new_word']),
      flow_direction: one(['inbound', 'outbound', 'outbound', '']),
      dst_bi: random() < 0.05 ? 2_198_181_838_627 : below(1e6),
      dst_bo: below(1e6),
      timestamp_range: { first_detected: iso(first), last_detected: iso(first + below(3_600) * 1_000) },
    };
    return random() < 0.01 ? bad(row) : row;
  });
};

/** The same rows in the columns of the simulator's CSV; what CSV cannot say (an absent object) is an empty field. */
export const csvOf = (rows: readonly unknown[]): string => {
  const field = (value: unknown): string => {
    const text = value === undefined || value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const columns: readonly (readonly [string, (row: Loose) => unknown])[] = [
    ...(['src', 'dst'] as const).flatMap((side) => [
      [`${side}_ip`, (row: Loose) => row[side]?.ip] as const,
      [`${side}_href`, (row: Loose) => row[side]?.workload?.href] as const,
      [`${side}_name`, (row: Loose) => row[side]?.workload?.name] as const,
      [`${side}_hostname`, (row: Loose) => row[side]?.workload?.hostname] as const,
      [
        `${side}_labels`,
        (row: Loose) =>
          (row[side]?.workload?.labels ?? []).map((one: Loose) => `${one.key}=${one.value}`).join('; '),
      ] as const,
    ]),
    ['port', (row) => row.service?.port],
    ['proto', (row) => row.service?.proto],
    ['process_name', (row) => row.service?.process_name],
    ['num_connections', (row) => row.num_connections],
    ['policy_decision', (row) => row.policy_decision],
    ['flow_direction', (row) => row.flow_direction],
    ['dst_bi', (row) => row.dst_bi],
    ['dst_bo', (row) => row.dst_bo],
    ['first_detected', (row) => row.timestamp_range?.first_detected],
    ['last_detected', (row) => row.timestamp_range?.last_detected],
  ];
  return [
    columns.map(([name]) => name).join(','),
    ...rows.map((row) => columns.map(([, of]) => field(of(row))).join(',')),
    '',
  ].join('\r\n');
};
