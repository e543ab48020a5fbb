import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readFlows } from '../../src/adapters/pce/index.ts';
import { summaryAnalysis } from '../../src/analytics/summary.ts';
import { gatherTraffic } from '../../src/analytics/traffic.ts';
import { verb } from '../../src/cli/analyze.ts';
import { inOneGo } from '../../src/core/steps.ts';
import { type Loose, naiveAnalyze } from '../support/naive-analyze.ts';
import { csvOf, trafficRows } from '../support/traffic-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'analyze-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `analyze` on a file with this content. */
const run = async (content: string | Buffer, ...args: string[]) => {
  const file = join(folder, 'flows');
  writeFileSync(file, content);
  const out: string[] = [];
  const err: string[] = [];
  const code = await verb.run(['--flows', file, ...args], {
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out, err: err.join('\n') };
};
const analyse = async (content: string | Buffer, ...args: string[]): Promise<Loose> => {
  const { code, out, err } = await run(content, '--json', ...args);
  expect({ code, err, lines: out.length }).toEqual({ code: 0, err: '', lines: 1 });
  return JSON.parse(out[0] ?? '');
};

const at = (second: number): string =>
  `${new Date(Date.UTC(2026, 8, 10, 10, 0, second)).toISOString().slice(0, 19)}Z`;
const flow = (src: string, dst: string, port: number, second: number, more: object = {}) => ({
  src: { ip: src },
  dst: { ip: dst },
  service: { port, proto: 6 },
  num_connections: 1,
  policy_decision: 'blocked',
  flow_direction: 'inbound',
  timestamp_range: { first_detected: at(second), last_detected: at(second) },
  ...more,
});
const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe('analyze gives what a plain second implementation gives', () => {
  it('on 200,000 rows, all at once', async () => {
    const rows = trafficRows(200_000, 1, 500);
    const [ours, plain] = [await analyse(JSON.stringify(rows), '--n', '0'), naiveAnalyze(rows, { n: 0 })];
    // Compared as text: toEqual takes half a minute for lists of 100,000.
    expect(JSON.stringify(ours) === JSON.stringify(plain)).toBe(true);
  }, 600_000);

  it.each(times(20, (i) => i))('on ten seeds of smaller files: %i', async (batch) => {
    for (let seed = 10 * batch; seed < 10 * batch + 10; seed += 1) {
      const rows = trafficRows(60 + seed, seed, 3 + (seed % 40));
      const n = seed % 3 === 0 ? 0 : seed;
      const label = seed % 2 === 0 ? 'env' : 'app';
      expect(await analyse(JSON.stringify(rows), '--n', String(n), '--label', label)).toEqual(
        naiveAnalyze(rows, { n, label }),
      );
    }
  });

  it.each([
    ['a row a line', (rows: unknown[]) => Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'))],
    ['CSV', (rows: unknown[]) => Buffer.from(csvOf(rows))],
    ['CSV with a byte order mark', (rows: unknown[]) => Buffer.from(`\ufeff${csvOf(rows)}`)],
    ['gzip of JSON', (rows: unknown[]) => gzipSync(JSON.stringify(rows))],
    ['gzip of CSV', (rows: unknown[]) => gzipSync(csvOf(rows))],
    ['JSON as people read it', (rows: unknown[]) => Buffer.from(JSON.stringify(rows, null, 2))],
  ])('%s says the same as JSON', async (_, write) => {
    for (let seed = 500; seed < 505; seed += 1) {
      const rows = trafficRows(1_000, seed);
      expect(await analyse(write(rows), '--n', '0')).toEqual(naiveAnalyze(rows, { n: 0 }));
    }
  });

  it('in pieces of any size, and gathered in parts that are merged', async () => {
    const rows = trafficRows(2_000, 77);
    const whole = naiveAnalyze(rows, { n: 0 }) as Loose;
    const bytes = Buffer.from(JSON.stringify(rows));
    for (const size of [1, 13, 4_096, bytes.length]) {
      const parts = times(3, gatherTraffic);
      let turn = 0;
      await readFlows(
        (async function* () {
          for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
        })(),
        (row) => parts[Math.min(2, Math.floor(turn++ / 700))]?.add(row),
      );
      const [first, ...later] = parts;
      for (const part of later) first?.merge(part);
      if (first === undefined) throw new Error('no parts');
      const { flows, ...rest } = inOneGo(summaryAnalysis.of(first, { most: 0 }));
      expect({ flows, rejected: whole.rejected, ...rest }).toEqual(whole);
    }
  });
});

describe('scans and sweeps: known answers', () => {
  const chatter = times(50_000, (i) =>
    flow(
      `10.1.${i % 200}.${i % 7}`,
      `10.2.${(i * 31) % 211}.1`,
      [443, 53, 22, 80][i % 4] as number,
      (i * 37) % 86_000,
    ),
  );
  it('a 900-port scan and a 200-host sweep among 51,000 flows are both named, and nothing else', async () => {
    const rows = [
      ...chatter,
      ...times(900, (i) => flow('192.0.2.66', '192.0.2.10', 1_000 + i, 40_000 + (i % 50))),
      ...times(200, (i) => flow('192.0.2.77', `192.0.2.${i}`, 445, 50_000 + (i % 60))),
    ];
    const { scans, sweeps } = await analyse(JSON.stringify(rows));
    expect(scans).toEqual([
      { src: '192.0.2.66', dst: '192.0.2.10', services: 900, first: at(40_000), last: at(40_049) },
    ]);
    expect(sweeps).toEqual([
      { src: '192.0.2.77', service: '445/tcp', destinations: 200, first: at(50_000), last: at(50_059) },
    ]);
  });

  it.each<[string, object[], number, number]>([
    ['five ports within 60 s are a scan', times(5, (i) => flow('a', 'b', i, 15 * i)), 1, 0],
    ['five ports within 61 s are none', times(5, (i) => flow('a', 'b', i, i === 4 ? 61 : i)), 0, 0],
    ['four ports are none', times(4, (i) => flow('a', 'b', i, i)), 0, 0],
    ['six unrelated pairs with one port each are none', times(6, (i) => flow(`a${i}`, `b${i}`, i, 0)), 0, 0],
    ['the same port six times is none', times(6, (i) => flow('a', 'b', 22, i)), 0, 0],
    ['one source on five ports of five hosts is none', times(5, (i) => flow('a', `b${i}`, i, 0)), 0, 0],
    ['two scanners in one minute are two scans', times(10, (i) => flow(`a${i % 2}`, 'b', i, i)), 2, 0],
    ['twenty hosts are no sweep', times(20, (i) => flow('a', `b${i}`, 22, i)), 0, 0],
    ['twenty-one are', times(21, (i) => flow('a', `b${i}`, 22, i)), 0, 1],
    ['twenty-one on two services are none', times(21, (i) => flow('a', `b${i}`, i % 2, i)), 0, 0],
  ])('%s', async (_, rows, scans, sweeps) => {
    const found = await analyse(JSON.stringify(rows));
    expect([found.scans.length, found.sweeps.length]).toEqual([scans, sweeps]);
  });

  it('counts what stands in any qualifying window, not what lies between two', async () => {
    const rows = [
      ...times(5, (i) => flow('a', 'b', i, i)),
      flow('a', 'b', 77, 500),
      ...times(5, (i) => flow('a', 'b', 10 + i, 1_000 + i)),
    ];
    expect((await analyse(JSON.stringify(rows))).scans).toEqual([
      { src: 'a', dst: 'b', services: 10, first: at(0), last: at(1_004) },
    ]);
  });
});

describe('analyze, what it says', () => {
  it('in words: every list, and where a number comes from', async () => {
    const { out, code } = await run(
      JSON.stringify([flow('192.0.2.1', '192.0.2.2', 443, 0, { num_connections: 1_234 })]),
    );
    expect(code).toBe(0);
    expect(out[0]).toBe(
      `1 flow, 0 rejected · ${at(0)} to ${at(0)} · day-bucket totals · all decisions and whatever PCE the file is of`,
    );
    expect(out).toContain('  192.0.2.1 → 192.0.2.2  1,234 connections  0 bytes  1 peers  1 flows');
    expect(out).toContain('Top processes');
    expect(out).toContain('Port scans (raw: known edges not removed)');
  });

  it('sums beyond 2^53 are said to be inexact', async () => {
    const rows = times(3, (i) => flow('a', 'b', i, 0, { dst_bi: 9_007_199_254_740_991 }));
    expect(await analyse(JSON.stringify(rows))).toMatchObject({ inexact: true });
    expect(await analyse(JSON.stringify([flow('a', 'b', 1, 0)]))).not.toHaveProperty('inexact');
  });

  it('no rows are no error', async () =>
    expect(await analyse('[]')).toMatchObject({ flows: 0, rejected: 0, window: null, top: { src: [] } }));

  it('times are copied as they were written', async () => {
    const range = {
      first_detected: '2026-09-10T10:00:00.500+02:00',
      last_detected: '2026-09-10T10:00:01.000Z',
    };
    const rows = times(5, (i) => flow('a', 'b', i, 0, { timestamp_range: range }));
    const { window, scans } = await analyse(JSON.stringify(rows));
    expect(window).toEqual({ from: range.first_detected, to: range.last_detected });
    expect(scans[0]).toMatchObject({ first: range.first_detected, last: range.first_detected });
  });

  it.each([
    ['a file cut short', '[{"src":1},{"sr', 'cut short after 1 records'],
    ['an empty file', '', 'an empty answer'],
    ['a web page', '<!DOCTYPE html><html>', 'a web page instead of flows'],
    [
      'CSV with other columns',
      'when,who\n1,2\n',
      'it has "when", "who"; I also need "src_ip" or "source ip"',
    ],
    ['gzip cut short', gzipSync(JSON.stringify(trafficRows(50, 1))).subarray(0, 900), 'cannot be read'],
  ])('%s is an error, never part of an answer', async (_, content, says) => {
    const { code, out, err } = await run(content, '--json');
    expect({ code, out }).toEqual({ code: 1, out: [] });
    expect(err).toContain(says);
  });

  it.each([
    [['--n', '-1'], 'ambiguous'],
    [['--n', 'all'], '--n takes a number'],
    [['--now', 'noon'], '--now takes a time with a zone'],
    [['--label', ''], '--label takes a label key'],
  ])('%j is a usage error', async (args, says) => {
    const { code, err } = await run('[]', ...args);
    expect(code).toBe(2);
    expect(err).toContain(says);
  });
});
