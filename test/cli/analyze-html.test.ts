import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/analytics/summary.ts';
import { verb } from '../../src/cli/analyze.ts';
import { readPage } from '../support/page.ts';
import { trafficRows } from '../support/traffic-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'analyze-html-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `analyze --json --html` on these rows: what the page and the document say, and what stands on stderr. */
const report = async (rows: unknown, ...args: string[]) => {
  const [flows, html] = [join(folder, 'flows.json'), join(folder, 'report.html')];
  writeFileSync(flows, JSON.stringify(rows));
  const out: string[] = [];
  const err: string[] = [];
  const code = await verb.run(['--flows', flows, '--html', html, '--json', ...args], {
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  const json: Summary = JSON.parse(out[0] ?? '{}');
  return { code, page: code === 0 ? readFileSync(html, 'utf8') : '', err: err.join('\n'), json };
};

/** A row of the document as its table must show it: figures grouped, name and key once where they are the same. */
const cells = (row: object): string[] => {
  const { key, name, ...rest }: Record<string, string | number> = { ...row };
  const named = key === name ? [name] : [name, key];
  return [...named, ...Object.values(rest)].flatMap((cell) =>
    cell === undefined ? [] : typeof cell === 'number' ? cell.toLocaleString('en-US') : cell,
  );
};

const flow = (src: object, dst: object, more: object = {}) => ({
  src: { ip: '192.0.2.66', ...src },
  dst: { ip: '192.0.2.10', ...dst },
  service: { port: 22, proto: 6 },
  num_connections: 3,
  policy_decision: 'blocked',
  flow_direction: 'inbound',
  timestamp_range: { first_detected: '2026-09-10T10:00:00Z', last_detected: '2026-09-10T10:00:01Z' },
  ...more,
});

describe('analyze --html', () => {
  it('holds every row of the JSON, in its order and in full', async () => {
    const scan = Array.from({ length: 40 }, (_, i) =>
      flow({}, { ip: i < 20 ? '192.0.2.10' : `192.0.2.${20 + i}` }, { service: { port: 80 + i, proto: 6 } }),
    );
    const sweep = Array.from({ length: 30 }, (_, i) => flow({ ip: '192.0.2.99' }, { ip: `198.51.100.${i}` }));
    const { json, page, err } = await report([...trafficRows(3_000, 5), ...scan, ...sweep], '--n', '0');
    expect(err).toBe(`The report is in ${join(folder, 'report.html')}`);
    const read = readPage(page);
    const { top, blocked, cross, scans, sweeps } = json;
    const lists: [string, readonly object[]][] = [
      ['sources', top.src],
      ['destinations', top.dst],
      ['hosts', top.host],
      ['pairs', top.pair],
      ['services', top.service],
      ['blocked-hosts', blocked.hosts],
      ['blocked-services', blocked.services],
      ['cross', cross.rows],
      ['scans', scans],
      ['sweeps', sweeps],
    ];
    for (const [id, rows] of lists) {
      expect(rows.length, id).toBeGreaterThan(0);
      expect(read.rows(id), id).toEqual(rows.map(cells));
    }
    // Figures stand there once more as machines read them.
    expect(read.values('value')).toContain(String(top.src[0]?.bytes));
    expect(read.rows('processes').map(([name]) => name)).toContain('nginx');
    expect(read.rows('labels').map(([name]) => name)).toContain('prod');
  });

  it('needs nothing but itself: no script, no address, nothing may be loaded', async () => {
    const { page } = await report(trafficRows(500, 6));
    const read = readPage(page);
    for (const element of ['script', 'link', 'img', 'iframe', 'object', 'form', 'image', 'use'])
      expect(read.elements.has(element)).toBe(false);
    expect(read.values('src')).toEqual([]);
    expect(read.values('href').every((to) => to.startsWith('#'))).toBe(true);
    expect(page).not.toMatch(/url\(|@import/);
    expect(read.values('content')).toContain("default-src 'none'; style-src 'unsafe-inline'");
  });

  it.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE hosts; --",
    '</section></main><h1>mine</h1>',
    '&lt;b&gt; & &amp;',
    '\u202egnp.exe\u0000\u0007',
    'ünïcödé 😀 \ud800',
  ])('the name %j is literal wherever it stands', async (name) => {
    const workload = {
      href: '/orgs/1/workloads/1',
      hostname: name,
      labels: [{ href: '/orgs/1/labels/1', key: 'env', value: name }],
    };
    const { page } = await report([
      flow({ workload }, {}, { service: { port: 22, proto: 6, process_name: name } }),
    ]);
    const read = readPage(page);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what no document may hold is shown as a mark
    const shown = name.replace(/[\u0000-\u0008]|\ud800$/g, '\ufffd');
    expect(read.rows('sources')[0]?.[0]).toBe(shown);
    expect(read.rows('processes').flat()).toContain(shown);
    expect(read.rows('cross')[0]?.[0]).toBe(shown);
    expect(read.elements.has('script') || read.elements.has('img')).toBe(false);
    expect([...read.elements].filter((element) => element === 'h1')).toEqual(['h1']);
    expect(page.split('<h1>').length).toBe(2);
  });

  it('--now changes relative words and nothing else', async () => {
    const rows = trafficRows(200, 8);
    const [a, b] = [
      await report(rows, '--now', '2026-09-12T12:00:00Z'),
      await report(rows, '--now', '2026-10-12T12:00:00Z'),
    ];
    const without = (page: string): string => page.replace(/(<p class="faint" id="when">)[^<]*/, '$1');
    expect(a.page).not.toBe(b.page);
    expect(without(a.page)).toBe(without(b.page));
    expect(a.json).toEqual(b.json);
  });

  it('a file without flows is a page that says so; a place that cannot be written is said', async () => {
    const { page } = await report([]);
    expect(readPage(page).text).toContain('No flow could be read.');
    const { code, err } = await report([], '--html', join(folder, 'nowhere', 'report.html'));
    expect({ code, err }).toEqual({
      code: 1,
      err: `${join(folder, 'nowhere', 'report.html')} cannot be written: ENOENT`,
    });
  });
});
