import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readFlows } from '../../../src/adapters/pce/index.ts';
import { type Flow, parseFlow } from '../../../src/core/flow.ts';
import type { Label } from '../../../src/core/label.ts';

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const LABEL: Label = { href: '/orgs/1/labels/1', key: 'env', value: 'prod' };
const ROW = {
  src: {
    ip: '192.0.2.1',
    workload: {
      href: '/orgs/1/workloads/a',
      hostname: 'web-01',
      name: 'Web',
      labels: [LABEL],
    },
  },
  dst: { ip: '198.51.100.9', fqdn: 'example.com' },
  service: { port: 443, proto: 6, process_name: 'nginx' },
  num_connections: 3,
  policy_decision: 'allowed',
  flow_direction: 'outbound',
  dst_bi: 2_198_181_838_627,
  dst_bo: 1,
  timestamp_range: { first_detected: '2026-09-10T00:00:00Z', last_detected: '2026-09-10T01:00:00Z' },
};
const FLOW: Flow = {
  source: {
    address: '192.0.2.1',
    href: '/orgs/1/workloads/a',
    name: 'web-01',
    labels: [{ key: LABEL.key, value: LABEL.value }],
  },
  destination: { address: '198.51.100.9', href: undefined, name: '198.51.100.9', labels: [] },
  service: '443/tcp',
  process: 'nginx',
  connections: 3,
  bytes: 2_198_181_838_628,
  decision: 'allowed',
  direction: 'outbound',
  firstAt: Date.UTC(2026, 8, 10),
  first: undefined,
  lastAt: Date.UTC(2026, 8, 10, 1),
  last: undefined,
};

describe('flows out of bytes', () => {
  it.each([
    ['plain', (json: Buffer) => json, 7],
    ['plain, byte by byte', (json: Buffer) => json, 1],
    ['gzip', (json: Buffer) => gzipSync(json), 7],
    ['gzip, byte by byte', (json: Buffer) => gzipSync(json), 1],
    ['gzip within gzip', (json: Buffer) => gzipSync(gzipSync(json)), 64],
  ])('%s', async (_, pack, size) => {
    const flows: Flow[] = [];
    const bytes = pack(Buffer.from(JSON.stringify([ROW, 'odd', ROW])));
    expect(await readFlows(pieces(bytes, size), (flow) => flows.push(flow))).toEqual({
      rows: 2,
      rejected: 1,
    });
    expect(flows).toEqual([FLOW, FLOW]);
  });

  it.each([
    ['that stop in the middle', Buffer.from('[{"a":1},{')],
    ['that are none', Buffer.from('')],
    ['that are another thing', Buffer.from('flows: none')],
  ])('%s are an error', async (_, bytes) => {
    await expect(readFlows(pieces(bytes, 3), () => {})).rejects.toThrow(SyntaxError);
  });

  it('a row that is no JSON costs itself alone', async () => {
    const text = `[${JSON.stringify(ROW)},{"a" 1},${JSON.stringify(ROW)}]`;
    expect(await readFlows(pieces(Buffer.from(text), 9), () => {})).toEqual({ rows: 2, rejected: 1 });
  });

  it('ends its source when the consumer throws', async () => {
    let ended = false;
    async function* source(): AsyncGenerator<Buffer> {
      try {
        yield Buffer.from(`[${JSON.stringify(ROW)},`);
        yield Buffer.from(`${JSON.stringify(ROW)}]`);
      } finally {
        ended = true;
      }
    }
    const stop = new RangeError('enough');
    await expect(
      readFlows(source(), () => {
        throw stop;
      }),
    ).rejects.toBe(stop);
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(true);
  });
});

const change = (path: readonly string[], value: unknown): unknown => {
  const copy = structuredClone(ROW) as Record<string, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path.at(-1) ?? ''] = value;
  return copy;
};

describe('a row of a traffic query', () => {
  it.each<[string, unknown, string]>([
    ['is an object', [], 'not a JSON object'],
    ['has a source', change(['src'], null), 'no source address'],
    ['with an address', change(['src', 'ip'], ''), 'no source address'],
    ['has a destination with an address', change(['dst', 'ip'], undefined), 'no destination address'],
    ['has a service', change(['service'], undefined), 'no service with a protocol'],
    ['with a protocol', change(['service', 'proto'], null), 'no service with a protocol'],
    ['has a first time', change(['timestamp_range', 'first_detected'], undefined), 'no first and last time'],
    [
      'has a readable last time',
      change(['timestamp_range', 'last_detected'], 'yesterday'),
      'no first and last time',
    ],
    ['has times', change(['timestamp_range'], undefined), 'no first and last time'],
  ])('%s, or is refused', (_, row, why) => {
    expect(parseFlow(row)).toEqual({ ok: false, why });
  });

  it.each<[string, unknown, object]>([
    ['a decision we do not know', change(['policy_decision'], 'maybe'), { decision: 'unknown' }],
    ['no decision', change(['policy_decision'], undefined), { decision: 'unknown' }],
    [
      'no counters',
      { ...ROW, num_connections: undefined, dst_bi: null, dst_bo: undefined },
      { connections: 0, bytes: 0 },
    ],
    ['no direction', change(['flow_direction'], ''), { direction: undefined }],
    ['no port', change(['service'], { proto: 17 }), { service: 'udp' }],
    ['icmp with a port', change(['service'], { proto: 1, port: 0 }), { service: 'icmp' }],
    ['a protocol without name', change(['service'], { proto: 89 }), { service: 'proto-89' }],
    ['no hostname', change(['src', 'workload', 'hostname'], null), { source: { name: 'Web' } }],
    ['an empty hostname', change(['src', 'workload', 'hostname'], ''), { source: { name: 'Web' } }],
    [
      'neither hostname nor name',
      change(['src', 'workload'], { href: '/orgs/1/workloads/a' }),
      { source: { name: '192.0.2.1', labels: [] } },
    ],
  ])('may have %s', (_, row, expected) => {
    expect(parseFlow(row)).toMatchObject({ ok: true, flow: expected });
  });
});
