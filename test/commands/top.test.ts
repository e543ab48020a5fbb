import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/core/flow.ts';
import { aBench } from '../support/asking.ts';
import { HOUR, labels, T0 } from '../support/builders.ts';
import { anEnd, aFlow as someRow } from '../support/flows.ts';

const aFlow = (from: string, to: string, connections: number, parts: Partial<Flow> = {}): Flow =>
  someRow({
    source: anEnd(from),
    destination: anEnd(to),
    connections,
    bytes: 1_234_567,
    first: '2026-11-22T00:00:00Z',
    last: '2026-11-22T09:00:00Z',
    ...parts,
  });

const busy = () => {
  const bench = aBench();
  bench.pce.flowRows = [
    aFlow('app-01', 'db-01', 1_500),
    aFlow('app-01', 'db-02', 500, { decision: 'blocked', bytes: 0 }),
    aFlow('app-02', 'db-01', 1_000, { bytes: 0 }),
    aFlow('app-03', 'db-01', 1_000, { bytes: 999, service: '22/tcp' }),
  ];
  return bench;
};

describe('/illumio top', () => {
  it('shows who talks most, the rest as one row, and what the numbers rest on', async () => {
    expect(await busy().ask('top src -n 2', 'U0ANA')).toBe(
      [
        'Top sources by connections',
        'app-01 leads with 2,000 connections, 50 % of all.',
        'Decisions: allowed 87.5 %, blocked 12.5 % of 4,000 connections.',
        'Name | Connections | Bytes | Peers',
        '1. app-01 | 2,000 | 1.2 MB | 2',
        '2. app-03 | 1,000 | 999 B | 1',
        '1 other | 1,000 | 0 B | –',
        '[Next] [CSV of all]',
        'page 1 of 2 · last 24 h · 4 rows, complete · all decisions · day-bucket totals · prod-east',
      ].join('\n'),
    );
  });

  it('asks for exactly the window and the labels that were said', async () => {
    const bench = busy();
    await bench.ask('top port env=prod,dev role=w* --since 12h');
    const [env] = labels('env=prod');
    const [dev] = labels('env=dev');
    const [role] = labels('role=web');
    expect(bench.pce.queries).toEqual([
      {
        from: T0 - 12 * HOUR,
        to: T0,
        labels: [
          [env?.href, role?.href],
          [dev?.href, role?.href],
        ],
        decisions: ['allowed', 'potentially_blocked', 'blocked', 'unknown'],
      },
    ]);
  });

  const lines: readonly (readonly [string, string, string])[] = [
    ['by destination', 'top dst', '1. db-01 | 3,500 | 1.2 MB | 3'],
    ['by service', 'top port', '1. 443/tcp | 3,000 | 1.2 MB | 3'],
    ['by pair', 'top pair', '1. app-01 → db-01 | 1,500 | 1.2 MB | 1'],
    ['hosts, only what they receive', 'top host --in', '1. db-01 | 3,500 | 1.2 MB | 3'],
    ['by bytes', 'top src --by bytes', 'app-01 leads with 1.2 MB, 99.9 % of all bytes.'],
    ['by rows', 'top dst --by flows', '1. db-01 | 3,500 | 1.2 MB | 3'],
    ['with sources when nothing is said', 'top', 'Top sources by connections'],
    [
      'says the labels it was narrowed by',
      'top src env=prod',
      '4 rows, complete · env=prod on either end · all decisions',
    ],
    ['says a long window in days', 'top src env=prod --since 7d', 'last 7 d · 4 rows'],
    [
      'says an absolute window',
      'top src --from 2026-11-22T01:00:00Z --to 2026-11-22T02:00:00Z',
      '2026-11-22 01:00Z to 2026-11-22 02:00Z',
    ],
    ['reads all traffic of a long time when told to', 'top src --since 3d --all', 'last 3 d'],
  ];
  for (const [sentence, words, line] of lines)
    it(sentence, async () => expect(await busy().ask(words)).toContain(line));

  it('has three columns where nobody reported bytes', async () => {
    const bench = busy();
    bench.pce.flowRows = bench.pce.flowRows.map((flow) => ({ ...flow, bytes: 0 }));
    const said = await bench.ask('top src');
    expect(said).toContain('Name | Connections | Peers\n1. app-01 | 2,000 | 2');
    expect(await bench.ask('top src --by bytes')).toContain('Name | Connections | Bytes | Peers');
  });

  it('never says 0 % of something', async () => {
    const bench = busy();
    bench.pce.flowRows.push(aFlow('app-09', 'db-01', 1, { decision: 'potentially_blocked' }));
    expect(await bench.ask('top src')).toContain('allowed 87.5 %, potentially blocked <1 %, blocked 12.5 %');
  });

  it('never says 100 % of what is not all', async () => {
    const bench = aBench();
    bench.pce.flowRows = [aFlow('app-01', 'db-01', 100_000), aFlow('app-02', 'db-01', 1)];
    expect(await bench.ask('top src')).toContain('app-01 leads with 100,000 connections, >99.9 % of all.');
  });

  it('says when the PCE had more than it handed out', async () => {
    const bench = busy();
    bench.pce.truncated = true;
    expect(await bench.ask('top')).toContain('4 rows, truncated: the PCE has more');
  });

  it('no traffic is said, with the same basis', async () =>
    expect(await aBench().ask('top')).toBe(
      'Top sources by connections\nNo traffic was reported for this.\nlast 24 h · 0 rows, complete · all decisions · day-bucket totals · prod-east',
    ));

  it('a file goes with a shared answer, complete, with formulas quoted', async () => {
    const bench = busy();
    bench.pce.flowRows.push(aFlow('=cmd()', 'db-01', 1));
    await bench.ask('top src -n 1 --share', 'U0ANA', 'C0TEAM');
    const [file] = bench.chat.files;
    expect(file?.thread).toBe(bench.chat.posts[0]?.ts);
    expect(file?.content).toContain('"app-01","app-01",2000,1234567,2,2');
    expect(file?.content).toContain(`"'=cmd()"`);
    expect(String(file?.content).trim().split('\r\n')).toHaveLength(5);
  });
});

describe('/illumio top, input it cannot use asks the PCE nothing', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['a word that is no measure', 'top sources', `can't use "sources".`, '/illumio top src --since 24h'],
    ['a misspelt key', 'top dts', 'Nearest: dst.', '/illumio top src --since 24h'],
    [
      'a measure that does not exist',
      'top src --by byte',
      'not "byte". Nearest: bytes.',
      '/illumio top src --by bytes',
    ],
    [
      'a duration that is none',
      'top --since yesterday',
      'I expected a duration such as 15m, 24h or 7d',
      '/illumio top src --since 24h',
    ],
    [
      'a time without a zone',
      'top --from 2026-07-01T10:00:00',
      'I expected a time such as 2026-07-01T10:00:00Z',
      '/illumio top',
    ],
    [
      'a window that ends before it begins',
      'top --from 2026-11-22T02:00:00Z --to 2026-11-22T01:00:00Z',
      'There is no time between',
      '/illumio top',
    ],
    ['an end without a beginning', 'top --to 2026-11-22T01:00:00Z', '--to wants a --from', '--from'],
    [
      'two ways to say a window',
      'top --since 1h --from 2026-11-22T01:00:00Z',
      'Say either --since or --from',
      '/illumio top',
    ],
    [
      'a week of all traffic',
      'top --since 7d',
      '7 d of all traffic is a lot to ask of the PCE.',
      'env=prod --since 7d',
    ],
    [
      'a label that does not exist',
      'top src env=prdo',
      'There is no label env=prdo. Nearest: env=prod.',
      '/illumio top',
    ],
    [
      'labels to leave out',
      'top src env!=prod',
      "I can't leave out env=prod here",
      '/illumio top src env=prod',
    ],
    [
      'a direction of something else than hosts',
      'top port --in',
      '--in works with hosts only',
      '/illumio top host --in',
    ],
  ];
  for (const [sentence, words, says, copy] of cases)
    it(sentence, async () => {
      const bench = busy();
      const said = await bench.ask(words);
      expect(said).toContain(says);
      expect(said.split('\n').at(-1)).toContain(copy);
      expect(bench.pce.queries).toEqual([]);
    });

  it('several PCEs: the person says which', async () => {
    const bench = aBench({ pces: { 'prod-east': [], 'prod-west': [] } });
    expect(await bench.ask('top dst')).toBe(
      'There are 2 PCEs, prod-east and prod-west. Say which one you mean. Try /illumio top dst --pce prod-east',
    );
    expect(await bench.ask('top dst --pce prod-west')).toContain('day-bucket totals · prod-west');
  });

  it('viewers may not', async () => {
    const bench = busy();
    expect(await bench.ask('top', 'U0VIC')).toBe(
      "You can't use top: it needs the role analyst, which you do not have. People who can: @S0ANALYST, @S0RESPOND. Nothing was changed; this attempt is in the audit log.",
    );
    expect(bench.pce.queries).toEqual([]);
  });
});
