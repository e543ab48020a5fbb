import { closeSync, openSync, writeSync } from 'node:fs';

/** Rows of one file, as many as one query may give (facts/pce-api §7.1). */
export const ROWS = 200_000;

/** Numbers 0 ≤ n < 1 from a seed: the same file on every machine. */
const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const SERVICES = [443, 80, 53, 8_080, 3_306, 22, 3_389, 5_432];
const DECISIONS = ['allowed', 'allowed', 'potentially_blocked', 'blocked'];
const DAY_S = 86_400;
const START = Date.UTC(2026, 8, 10);

/** Writes a traffic download as a PCE writes it: about 1.3 kB a row, some workloads talking far more than others. */
export const writeFlows = (file: string, workloads: number): void => {
  const random = seeded(12_345);
  const below = (n: number): number => Math.floor(random() * n);
  const ends = Array.from({ length: workloads }, (_, host) => JSON.stringify(endOf(host)));
  const end = (): string => ends[Math.floor(workloads * random() ** 2)] ?? '';
  const time = (second: number): string => `${new Date(START + 1_000 * second).toISOString().slice(0, 19)}Z`;
  const row = (n: number): string => {
    const first = below(DAY_S);
    const destination = random() < 0.1 ? `{"ip":"198.51.100.${below(250)}","fqdn":"cdn.example.com"}` : end();
    const rest = JSON.stringify({
      service: {
        port: (SERVICES[below(8)] ?? 443) + (random() < 0.05 ? below(3_000) : 0),
        proto: 6,
        process_name: `process-${below(30)}`,
        user_name: 'service',
      },
      num_connections: below(1_000),
      policy_decision: DECISIONS[below(4)],
      boundary_decision: null,
      state: 'closed',
      flow_direction: random() < 0.5 ? 'inbound' : 'outbound',
      dst_bi: below(1e6),
      dst_bo: below(1e6),
      timestamp_range: { first_detected: time(first), last_detected: time(first + below(3_600)) },
      network: { href: '/orgs/1/networks/00000000-0000-4000-8000-000000000001', name: 'Corporate' },
      client_type: 'server',
      seq_id: n,
      caps: ['write'],
    });
    return `{"src":${end()},"dst":${destination},${rest.slice(1)}`;
  };
  const out = openSync(file, 'w');
  for (let from = 0; from < ROWS; from += 1_000) {
    const rows = Array.from({ length: 1_000 }, (_, n) => row(from + n)).join(',');
    writeSync(out, `${from === 0 ? '[' : ','}${rows}`);
  }
  writeSync(out, ']');
  closeSync(out);
};

const endOf = (host: number): object => ({
  ip: `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`,
  workload: {
    href: `/orgs/1/workloads/00000000-0000-4000-8000-${String(host).padStart(12, '0')}`,
    name: `host-${host}.example.com`,
    hostname: `host-${host}.example.com`,
    labels: ['role', 'app', 'env', 'loc'].map((key, at) => ({
      href: `/orgs/1/labels/${100 * at + (host % (10 + at))}`,
      key,
      value: `${key}-${host % (10 + at)}`,
    })),
    managed: true,
    endpoint: false,
    enforcement_mode: 'selective',
    os_type: 'linux',
  },
});
