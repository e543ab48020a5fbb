import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFlows } from '../../../src/adapters/pce/index.ts';
import { createRecordCutter } from '../../../src/adapters/pce/records.ts';
import { type Flow, parseFlow } from '../../../src/core/flow.ts';

async function* cutAt(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

interface Read {
  readonly flows: readonly Flow[];
  readonly rejected: number;
  readonly failed: boolean;
}

/** What the reader makes of it. */
const read = async (bytes: Buffer, sizes: readonly number[], window: number): Promise<Read> => {
  const flows: Flow[] = [];
  try {
    const { rejected } = await readFlows(cutAt(bytes, sizes), (flow) => flows.push(flow), undefined, window);
    return { flows, rejected, failed: false };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { flows, rejected: 0, failed: true };
  }
};

/** What JSON.parse makes of it, record by record. */
const judge = (bytes: Buffer): Read => {
  const flows: Flow[] = [];
  let rejected = 0;
  const cutter = createRecordCutter((json) => {
    const parsed = parseFlow(parsedOr(json));
    if (parsed.ok) flows.push(parsed.flow);
    else rejected += 1;
  });
  try {
    cutter.write(bytes);
    cutter.end();
    return { flows, rejected, failed: false };
  } catch {
    return { flows, rejected: 0, failed: true };
  }
};

const parsedOr = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('web-01', 'größe', '日本', '😀', '"\\{}[],:', 'FILTERED', '', '__proto__'),
);
const count = fc.oneof(
  fc.nat(),
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, 1e12, 2_198_181_838_627, 9_007_199_254_740_991, 1e308, '12', ' 7', '', null, true),
);
const time = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
      .map((at) => `${at.toISOString().slice(0, 19)}Z`),
  },
  fc.constantFrom(
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T23:60:00Z',
    '2026-01-01T10:00:00.123Z',
    '2026-01-01T10:00:00+02:00',
    '2026-01-01T10:00:0xZ',
    '2026-01-01 10:00:00Z',
    '2026-01-01T10:00:00',
    'yesterday',
    null,
    3,
  ),
);
/** Few of a kind too: what is nearly equal is what a memo may take for the same. */
const near = fc.constantFrom('1', '2');
const label = fc.oneof(
  fc.record({ href: text, key: text, value: text }, { requiredKeys: ['href'] }),
  fc.record({ href: near, key: near, value: near }),
);
const end = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        ip: fc.oneof(fc.ipV4(), fc.ipV6(), text),
        workload: fc.oneof(
          fc.record(
            { href: text, name: text, hostname: text, labels: fc.array(label, { maxLength: 3 }) },
            { requiredKeys: [] },
          ),
          fc.constant(null),
        ),
        fqdn: text,
      },
      { requiredKeys: ['ip'] },
    ),
  },
  fc.constantFrom(null, [], {}, 'x', 4, { ip: null }),
);
const service = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      { port: count, proto: fc.constantFrom(6, 17, 1, 58, 132, 89, '6', null), process_name: text },
      { requiredKeys: ['proto'] },
    ),
  },
  fc.constantFrom(null, [], {}, 6),
);
const extra = fc.dictionary(text, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 });

/** Rows with every field there or not, in any order, among fields nobody knows. */
const row = fc
  .tuple(
    fc.record(
      {
        src: end,
        dst: end,
        service,
        num_connections: count,
        policy_decision: fc.oneof(
          fc.constantFrom('allowed', 'blocked', 'potentially_blocked', 'unknown', 'allowed '),
          text,
          fc.constant(null),
        ),
        flow_direction: fc.oneof(fc.constantFrom('inbound', 'outbound'), text, fc.constant(null)),
        dst_bi: count,
        dst_bo: count,
        timestamp_range: fc.oneof(
          {
            weight: 6,
            arbitrary: fc.record(
              { first_detected: time, last_detected: time },
              { requiredKeys: ['first_detected', 'last_detected'] },
            ),
          },
          fc.constantFrom(null, {}, []),
        ),
      },
      { requiredKeys: ['src', 'dst', 'service', 'timestamp_range'] },
    ),
    extra,
    fc.infiniteStream(fc.nat()),
  )
  .map(([known, unknown, turns]) => {
    const entries = Object.entries({ ...unknown, ...known });
    return Object.fromEntries(
      entries
        .map((entry) => ({ entry, turn: turns.next().value }))
        .sort((a, b) => a.turn - b.turn)
        .map(({ entry }) => entry),
    );
  });

/** The same text as other writers would write it: spaces, line ends, escaped letters. */
const style = fc.constantFrom(
  (value: unknown) => JSON.stringify(value),
  (value: unknown) => JSON.stringify(value, null, 1),
  (value: unknown) => JSON.stringify(value, null, '\r\n\t'),
  (value: unknown) =>
    JSON.stringify(value).replace(
      /[a-z](?=[a-z]*"[:,}])/g,
      (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`,
    ),
  (value: unknown) => JSON.stringify(value).replaceAll('/', '\\/'),
);
const records = fc.array(fc.oneof({ weight: 9, arbitrary: row }, fc.jsonValue()), { maxLength: 8 });
const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 });
const window = fc.constantFrom(1, 7, 64, 1_000, 65_536);

describe('the flow reader is JSON.parse, only faster', () => {
  it('on rows of any shape, in any chunking', () =>
    fc.assert(
      fc.asyncProperty(records, style, sizes, window, async (rows, write, pieces, size) => {
        // Twice the same rows: the second time they come out of the memo.
        const bytes = Buffer.from(write([...rows, ...rows]));
        expect(await read(bytes, pieces, size)).toEqual(judge(bytes));
      }),
      { numRuns: 400 },
    ));

  it('on every day of years with and without a 29th of February, and on days there are none', async () => {
    const two = (number: number): string => String(number).padStart(2, '0');
    const days = [
      '0000',
      '0001',
      '1900',
      '1969',
      '1970',
      '1999',
      '2000',
      '2024',
      '2026',
      '2100',
      '9999',
    ].flatMap((year) =>
      Array.from({ length: 14 * 33 }, (_, at) => `${year}-${two(Math.floor(at / 33))}-${two(at % 33)}`),
    );
    const rows = days.map((day) => ({
      src: { ip: '192.0.2.1' },
      dst: { ip: '192.0.2.2' },
      service: { port: 443, proto: 6 },
      timestamp_range: { first_detected: `${day}T00:00:00Z`, last_detected: `${day}T23:59:59Z` },
    }));
    const bytes = Buffer.from(JSON.stringify(rows));
    const judged = judge(bytes);
    // Date.parse takes a 31st of any month, as the first of the next.
    expect(judged.flows).toHaveLength(11 * 12 * 31);
    expect(await read(bytes, [4_096], 16_384)).toEqual(judged);
  });

  it('on labels that differ in their href alone, as one that was deleted and made again', async () => {
    const row = (ip: string, href: string) => ({
      src: { ip, workload: { labels: [{ href, key: 'env', value: 'prod' }] } },
      dst: { ip: '192.0.2.9' },
      service: { port: 443, proto: 6 },
      timestamp_range: { first_detected: '2026-01-01T10:00:00Z', last_detected: '2026-01-01T10:05:00Z' },
    });
    const bytes = Buffer.from(
      JSON.stringify([row('192.0.2.1', '/orgs/1/labels/7'), row('192.0.2.2', '/orgs/1/labels/8')]),
    );
    const found = await read(bytes, [4_096], 16_384);
    expect(found).toEqual(judge(bytes));
    expect(found.flows.map(({ source }) => source.labels)).toEqual([
      [{ key: 'env', value: 'prod' }],
      [{ key: 'env', value: 'prod' }],
    ]);
  });

  it('on text that is spoilt anywhere: cut, changed, doubled', () =>
    fc.assert(
      fc.asyncProperty(
        records,
        fc.nat(),
        fc.nat(),
        fc.constantFrom(...'[]{}",:\\ 0-.etn\u0000\u0007'),
        fc.constantFrom('cut', 'change', 'insert', 'double'),
        sizes,
        window,
        async (rows, from, to, sign, how, pieces, size) => {
          const whole = Buffer.from(JSON.stringify([...rows, ...rows]));
          const at = from % whole.length;
          const until = at + (to % (whole.length - at + 1));
          const spoilt = {
            cut: Buffer.concat([whole.subarray(0, at)]),
            change: Buffer.concat([whole.subarray(0, at), Buffer.from(sign), whole.subarray(at + 1)]),
            insert: Buffer.concat([whole.subarray(0, at), Buffer.from(sign), whole.subarray(at)]),
            double: Buffer.concat([whole.subarray(0, until), whole.subarray(at)]),
          }[how];
          // Without the bracket it is one of the other forms.
          fc.pre(spoilt[0] === 0x5b);
          const { flows, rejected, failed } = await read(spoilt, pieces, size);
          const judged = judge(spoilt);
          expect(failed).toBe(judged.failed);
          if (!failed)
            expect({ flows, rejected }).toEqual({ flows: judged.flows, rejected: judged.rejected });
        },
      ),
      { numRuns: 800 },
    ));

  it('on a row a line, where a spoilt line costs itself alone', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 8 }),
        sizes,
        window,
        fc.boolean(),
        async (rows, pieces, size, gzip) => {
          const lines = rows.flatMap((one) => [JSON.stringify(one), '{"src":{', '']);
          const judged = judge(Buffer.from(JSON.stringify(rows)));
          const bytes = Buffer.from(lines.join('\n'));
          expect(await read(gzip ? gzipSync(bytes) : bytes, pieces, size)).toEqual({
            flows: judged.flows,
            rejected: judged.rejected + rows.length,
            failed: false,
          });
        },
      ),
      { numRuns: 200 },
    ));

  it('on what a live PCE wrote', async () => {
    const bytes = readFileSync('test/fixtures/pce/flows.json');
    const judged = judge(bytes);
    expect(judged.flows.length).toBeGreaterThan(20);
    for (const size of [1, 97, 65_536]) expect(await read(bytes, [size], size)).toEqual(judged);
  });
});
