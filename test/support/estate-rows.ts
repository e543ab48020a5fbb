/** A small shop over a day, as a traffic download tells it: names that read well in a picture, and one scan. */
export const estateRows = (): unknown[] => {
  const hosts = [
    'web-01',
    'web-02',
    'app-01',
    'app-02',
    'db-01',
    'db-02',
    'cache-01',
    'mail-01',
    'ci-01',
    'lab-07',
  ];
  const envOf = (name: string): string =>
    name.startsWith('ci') ? 'dev' : name.startsWith('lab') ? 'test' : name.endsWith('2') ? 'stage' : 'prod';
  const end = (name: string, at: number) => ({
    ip: `10.1.0.${10 + at}`,
    workload: {
      href: `/orgs/1/workloads/00000000-0000-4000-8000-0000000000${10 + at}`,
      hostname: `${name}.example.com`,
      labels: [
        { href: '/orgs/1/labels/1', key: 'env', value: envOf(name) },
        { href: '/orgs/1/labels/2', key: 'app', value: 'shop' },
      ],
    },
  });
  const ends = hosts.map(end);
  const services = [
    [443, 'nginx'],
    [5432, 'postgres'],
    [6379, 'redis-server'],
    [25, 'postfix'],
  ] as const;
  const at = (second: number): string =>
    `${new Date(Date.UTC(2026, 8, 10) + second * 1_000).toISOString().slice(0, 19)}Z`;
  const row = (
    from: object,
    to: object,
    port: number,
    process: string,
    connections: number,
    decision: string,
    second: number,
  ) => ({
    src: from,
    dst: to,
    service: { port, proto: 6, process_name: process },
    num_connections: connections,
    policy_decision: decision,
    flow_direction: 'inbound',
    dst_bi: connections * 1_830,
    dst_bo: connections * 22_417,
    timestamp_range: { first_detected: at(second), last_detected: at(second + 3_600) },
  });
  const talk = ends.flatMap((from, i) =>
    ends.flatMap((to, j) => {
      const [port, process] = services[(i * 3 + j) % services.length] ?? services[0];
      const decision = i === 9 || j === 9 ? 'blocked' : (i + j) % 7 === 0 ? 'potentially_blocked' : 'allowed';
      return i === j || (i * j) % 3 === 2
        ? []
        : [
            row(
              from,
              to,
              port,
              process,
              40 + ((i * 7_919 + j * 104_729) % 9_000),
              decision,
              3_000 + 71 * i * j,
            ),
          ];
    }),
  );
  const [scanner, target] = [ends[9], ends[4]];
  const scan = Array.from({ length: 120 }, (_, i) =>
    row(scanner ?? {}, target ?? {}, 1 + i, '', 1, 'blocked', 40_000 + (i % 50)),
  );
  return [...talk, ...scan, row(ends[0] ?? {}, { ip: '198.51.100.20' }, 443, 'curl', 312, 'allowed', 50_000)];
};
