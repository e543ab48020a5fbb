/**
 * Definitions §6 once more, word by word, with plain maps and texts and nothing of ours: what `analyze` is held against. Slow.
 * Takes the rows as JSON.parse gives them.
 */
// biome-ignore lint/suspicious/noExplicitAny: rows are foreign JSON, and the typed readers of it are what this is held against
export type Loose = any;
type Row = Record<string, Loose>;

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value !== 'FILTERED';
const ms = (value: unknown): number =>
  typeof value === 'string' && /(Z|[+-]\d\d:?\d\d)$/.test(value) ? Date.parse(value) : Number.NaN;
const num = (value: unknown): number | undefined => {
  const n = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof n === 'number' && Number.isFinite(n) ? n : undefined;
};

const serviceOf = (service: Row): string => {
  const proto = num(service['proto']) as number;
  const port = num(service['port']);
  const ported: Record<number, string> = { 6: 'tcp', 17: 'udp', 132: 'sctp' };
  const portless: Record<number, string> = { 1: 'icmp', 2: 'igmp', 47: 'gre', 50: 'esp', 58: 'icmpv6' };
  const name = ported[proto];
  if (name !== undefined) return port === undefined ? name : `${port}/${name}`;
  return portless[proto] ?? `proto-${proto}`;
};

/** Code points stand in the order of their bytes in UTF-8. */
const compare = (a: string, b: string): number => Buffer.compare(bytesOf(a), bytesOf(b));
const known = new Map<string, Buffer>();
const bytesOf = (text: string): Buffer => {
  const bytes = known.get(text) ?? Buffer.from(text);
  known.set(text, bytes);
  return bytes;
};

const isObject = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const usable = (row: unknown): row is Row => {
  if (!isObject(row)) return false;
  if (!isObject(row['src']) || !isText(row['src']['ip'])) return false;
  if (!isObject(row['dst']) || !isText(row['dst']['ip'])) return false;
  if (!isObject(row['service']) || num(row['service']['proto']) === undefined) return false;
  const range = row['timestamp_range'];
  return (
    isObject(range) && !Number.isNaN(ms(range['first_detected'])) && !Number.isNaN(ms(range['last_detected']))
  );
};

export const naiveAnalyze = (input: readonly unknown[], { n = 10, label = 'env' } = {}): object => {
  const rows = input.filter(usable);
  const idOf = (end: Row): string => (isText(end['workload']?.href) ? end['workload'].href : end['ip']);
  const names = new Map<string, string>();
  const labels = new Map<string, string>();
  for (const row of rows)
    for (const end of [row['src'], row['dst']]) {
      const w = isObject(end.workload) ? end.workload : {};
      names.set(idOf(end), isText(w['hostname']) ? w['hostname'] : isText(w['name']) ? w['name'] : end.ip);
      const list = Array.isArray(w['labels']) ? w['labels'] : [];
      labels.set(idOf(end), list.find((one: Row) => one['key'] === label)?.value ?? '(none)');
    }
  const nameOf = (id: string): string => names.get(id) ?? '';

  const groups = new Map<string, Loose>();
  for (const row of rows) {
    const decision = ['allowed', 'potentially_blocked', 'blocked'].includes(row['policy_decision'])
      ? row['policy_decision']
      : 'unknown';
    const src = idOf(row['src']);
    const dst = idOf(row['dst']);
    const service = serviceOf(row['service']);
    const day = new Date(ms(row['timestamp_range'].first_detected)).toISOString().slice(0, 10);
    const key = JSON.stringify([src, dst, service, decision, day]);
    const group = groups.get(key) ?? { src, dst, service, decision, sides: {}, flows: 0 };
    const side = ['inbound', 'outbound'].includes(row['flow_direction']) ? row['flow_direction'] : 'unstated';
    const sum = group.sides[side] ?? { connections: 0, bytes: 0 };
    sum.connections += num(row['num_connections']) ?? 0;
    sum.bytes += (num(row['dst_bi']) ?? 0) + (num(row['dst_bo']) ?? 0);
    group.sides[side] = sum;
    group.flows += 1;
    groups.set(key, group);
  }
  const counted = [...groups.values()].map((group) => {
    const best = Object.values<Loose>(group.sides).sort(
      (a, b) => b.connections - a.connections || b.bytes - a.bytes,
    )[0];
    return { ...group, ...best };
  });

  let largest = 0;
  const top = (hits: (group: Loose) => [key: string, name: string, peer: string | undefined][]) => {
    const all = new Map<string, Loose>();
    for (const group of counted)
      for (const [key, name, peer] of hits(group)) {
        const row = all.get(key) ?? { key, name, connections: 0, bytes: 0, peers: new Set(), flows: 0 };
        row.connections += group.connections;
        row.bytes += group.bytes;
        row.flows += group.flows;
        if (peer !== undefined) row.peers.add(peer);
        largest = Math.max(largest, row.connections, row.bytes);
        all.set(key, row);
      }
    return cut(
      [...all.values()]
        .map((row) => ({ ...row, peers: row.peers.size }))
        .sort((a, b) => b.connections - a.connections || compare(a.key, b.key)),
    );
  };
  const cut = <T>(list: T[]): T[] => (n === 0 ? list : list.slice(0, n));
  const pairOf = ({ src, dst }: Loose): string => `${src}→${dst}`;

  const decisions: Record<string, number> = { allowed: 0, potentially_blocked: 0, blocked: 0, unknown: 0 };
  for (const { decision, connections } of counted)
    decisions[decision] = (decisions[decision] ?? 0) + connections;

  const blocked = (keyOf: (group: Loose) => string, called: (key: string) => string) => {
    const all = new Map<string, Loose>();
    for (const group of counted) {
      if (group.decision !== 'blocked' && group.decision !== 'potentially_blocked') continue;
      const key = keyOf(group);
      const row = all.get(key) ?? { key, name: called(key), blocked: 0, potentially_blocked: 0 };
      row[group.decision] += group.connections;
      all.set(key, row);
    }
    return cut(
      [...all.values()].sort(
        (a, b) =>
          b.blocked + b.potentially_blocked - a.blocked - a.potentially_blocked || compare(a.key, b.key),
      ),
    );
  };

  const cells = new Map<string, Loose>();
  for (const group of counted) {
    const [from, to] = [labels.get(group.src), labels.get(group.dst)];
    const key = JSON.stringify([from, to, group.decision]);
    const cell = cells.get(key) ?? { from, to, decision: group.decision, connections: 0, flows: 0 };
    cell.connections += group.connections;
    cell.flows += group.flows;
    cells.set(key, cell);
  }
  const cross = cut(
    [...cells.values()].sort(
      (a, b) =>
        b.connections - a.connections ||
        compare(a.from, b.from) ||
        compare(a.to, b.to) ||
        compare(a.decision, b.decision),
    ),
  );

  /** Every window that begins at a row, looked at one by one. */
  const bursts = (groupOf: (row: Row) => string, thingOf: (row: Row) => string, least: number) => {
    const byGroup = new Map<string, { at: number; text: string; thing: string; row: Row }[]>();
    for (const row of rows) {
      const text = row['timestamp_range'].first_detected;
      const own = byGroup.get(groupOf(row)) ?? [];
      own.push({ at: ms(text), text, thing: thingOf(row), row });
      byGroup.set(groupOf(row), own);
    }
    return [...byGroup.values()].flatMap((own) => {
      if (new Set(own.map(({ thing }) => thing)).size < least) return [];
      own.sort((a, b) => a.at - b.at);
      const inside = new Set<(typeof own)[number]>();
      for (let i = 0; i < own.length; i++) {
        const window = [];
        for (let j = i; j < own.length && (own[j]?.at ?? 0) - (own[i]?.at ?? 0) <= 60_000; j++)
          window.push(own[j]);
        if (new Set(window.map((one) => one?.thing)).size >= least)
          for (const one of window) if (one) inside.add(one);
      }
      const marked = own.filter((one) => inside.has(one));
      const [first, last] = [marked[0], marked[marked.length - 1]];
      if (first === undefined || last === undefined) return [];
      return [
        {
          row: first.row,
          count: new Set(marked.map(({ thing }) => thing)).size,
          first: first.text,
          last: last.text,
        },
      ];
    });
  };
  const scans = bursts(
    (row) => `${idOf(row['src'])}→${idOf(row['dst'])}`,
    (row) => serviceOf(row['service']),
    5,
  )
    .map(({ row, count, first, last }) => ({
      src: idOf(row['src']),
      dst: idOf(row['dst']),
      services: count,
      first,
      last,
    }))
    .sort((a, b) => compare(a.src, b.src) || compare(a.dst, b.dst));
  const sweeps = bursts(
    (row) => JSON.stringify([idOf(row['src']), serviceOf(row['service'])]),
    (row) => idOf(row['dst']),
    21,
  )
    .map(({ row, count, first, last }) => ({
      src: idOf(row['src']),
      service: serviceOf(row['service']),
      destinations: count,
      first,
      last,
    }))
    .sort((a, b) => compare(a.src, b.src) || compare(a.service, b.service));

  const firsts = rows.map((row) => row['timestamp_range'].first_detected).sort((a, b) => ms(a) - ms(b));
  const lasts = rows.map((row) => row['timestamp_range'].last_detected).sort((a, b) => ms(a) - ms(b));
  const result = {
    flows: rows.length,
    rejected: input.length - rows.length,
    window: rows.length === 0 ? null : { from: firsts[0], to: lasts[lasts.length - 1] },
    decisions,
    top: {
      src: top((g) => [[g.src, nameOf(g.src), g.dst]]),
      dst: top((g) => [[g.dst, nameOf(g.dst), g.src]]),
      host: top((g) =>
        g.src === g.dst
          ? [[g.src, nameOf(g.src), undefined]]
          : [
              [g.src, nameOf(g.src), g.dst],
              [g.dst, nameOf(g.dst), g.src],
            ],
      ),
      pair: top((g) => [[pairOf(g), `${nameOf(g.src)} → ${nameOf(g.dst)}`, pairOf(g)]]),
      service: top((g) => [[g.service, g.service, pairOf(g)]]),
    },
    blocked: {
      hosts: blocked((g) => g.dst, nameOf),
      services: blocked(
        (g) => g.service,
        (key) => key,
      ),
    },
    cross: { key: label, rows: cross },
    scans,
    sweeps,
  };
  return largest > Number.MAX_SAFE_INTEGER ? { ...result, inexact: true } : result;
};
