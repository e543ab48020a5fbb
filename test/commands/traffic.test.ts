import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/core/flow.ts';
import { aBench } from '../support/asking.ts';
import { MINUTE } from '../support/builders.ts';
import { aFlow, anEnd } from '../support/flows.ts';

const inEnv = (name: string, env: string, app = 'shop') =>
  anEnd(name, {
    labels: [
      { key: 'env', value: env },
      { key: 'app', value: app },
    ],
  });

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

const busy = (rows: readonly Flow[] = ROWS) => {
  const bench = aBench();
  bench.pce.flowRows = [...rows];
  return bench;
};

const ROWS: readonly Flow[] = [
  aFlow({
    source: inEnv('192.0.2.1', 'prod'),
    destination: inEnv('192.0.2.2', 'dev'),
    connections: 1_500,
    decision: 'blocked',
  }),
  aFlow({
    source: inEnv('192.0.2.2', 'dev'),
    destination: inEnv('192.0.2.1', 'prod'),
    connections: 20,
    service: '22/tcp',
    process: 'sshd',
  }),
  aFlow({
    source: inEnv('192.0.2.1', 'prod'),
    destination: inEnv('192.0.2.3', 'prod'),
    connections: 7,
    decision: 'potentially_blocked',
  }),
  aFlow({
    source: inEnv('192.0.2.1', 'prod'),
    destination: anEnd('198.51.100.9'),
    connections: 3,
    service: '53/udp',
  }),
];

describe('questions about traffic', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'what was blocked, to whom and on what',
      'blocked',
      [
        'Blocked traffic by destination and service\n1,500 connections blocked and 7 potentially blocked, to 2 hosts on 1 service.',
        'to 192.0.2.2 | 1,500 | 0',
        'on 443/tcp | 1,500 | 7',
        'blocked, potentially blocked · day-bucket totals · prod-east',
      ],
    ],
    [
      'what crosses between two environments, both ways',
      'cross env=prod env=dev',
      ['prod → dev | blocked | 1,500', 'dev → prod | allowed | 20'],
    ],
    ['what crosses between all values of a key', 'cross env', ['prod → (none) | allowed | 3']],
    [
      'the flows of an address',
      'flows 192.0.2.1',
      [
        '1,510 connections between 3 pairs: 3 allowed, 7 potentially blocked, 1,500 blocked.',
        '3 of them match',
      ],
    ],
    ['from a host to another', 'flows 192.0.2.2 to 192.0.2.1', ['192.0.2.2 → 192.0.2.1 | 20 | 1']],
    ['on one service', 'flows 192.0.2.0/24 53/udp', ['192.0.2.1 → 198.51.100.9 | 3 | 1', '1 of them match']],
    [
      'into a network',
      'flows env=prod 198.51.100.0/24',
      ['192.0.2.1 → 198.51.100.9 | 3 | 1', '1 of them match'],
    ],
    ['between labels', 'flows env=dev to env=prod', ['192.0.2.2 → 192.0.2.1 | 20 | 1', '1 of them match']],
    ['which services', 'services', ['1. 443/tcp | 1,507']],
    ['which processes', 'process', ['1. (none) | 1,510', '2. sshd | 20']],
    ['values of a label', 'top label --label app', ['Top values of app by connections', '1. shop | 1,530']],
    ['nobody scans', 'scan', ['Nobody reached 5 services of one host', 'raw: known edges not removed']],
  ])('%s', async (_, words, lines) => {
    const said = await busy().ask(words, 'U0ANA');
    for (const line of lines) expect(said).toContain(line);
  });

  it('scans and sweeps are named with what they reached', async () => {
    const bench = busy([
      ...times(900, (i) => aFlow({ source: anEnd('192.0.2.66'), service: `${i}/tcp` })),
      ...times(30, (i) =>
        aFlow({ source: anEnd('192.0.2.77'), destination: anEnd(`192.0.2.${i}`), service: '445/tcp' }),
      ),
    ]);
    const said = await bench.ask('scan', 'U0ANA');
    expect(said).toContain('1 port scan and 1 sweep within a minute each.');
    expect(said).toContain('192.0.2.66 → db-01 | 900 services | 2026-07-01T00:00:00Z – 00:00:00Z');
    expect(said).toContain('192.0.2.77 → 445/tcp | 30 hosts');
  });

  it('shows the first ten and says how many more there are; the file of a shared answer has all', async () => {
    const bench = busy(times(48, (i) => aFlow({ source: anEnd(`192.0.2.${100 + i}`) })));
    expect(await bench.ask('flows 192.0.2.0/24', 'U0ANA')).toContain('and 38 more');
    await bench.ask('flows 192.0.2.0/24 --share', 'U0ANA', 'C0TEAM');
    expect(bench.chat.files[0]?.content.toString().trim().split('\r\n')).toHaveLength(49);
  });

  it.each<[string, string, string]>([
    ['a label that does not exist', 'blocked env=prdo', 'There is no label env=prdo. Nearest: env=prod.'],
    ['one on the other side', 'flows env=prod to env=dve', 'There is no label env=dve.'],
    ['a host that does not exist', 'flows web-99', 'No workload matches "web-99".'],
    ['no source', 'flows', 'flows wants a source'],
    ['no destination', 'flows web-01 to', 'on both sides of "to"'],
    ['two services', 'flows web-01 443 53/udp', 'I take one service; I read "443" and "53/udp".'],
    ['labels of two keys', 'cross env=prod app=erp', 'Both sides must be values of one label key'],
    ['a key that does not exist', 'cross evn', 'There is no label key "evn".'],
    ['a word that is no label', 'geo everything', 'geo takes no further words; I read "everything".'],
    [
      'a key to count that does not exist',
      'top label --label apps',
      'There is no label key "apps". Nearest: app.',
    ],
    ['a week of everything', 'scan --since 7d', '7 d of all traffic is a lot to ask of the PCE.'],
  ])('%s is a problem, and nothing is asked of the PCE', async (_, words, says) => {
    const bench = busy();
    expect(await bench.ask(words, 'U0ANA')).toContain(says);
    expect(bench.pce.queries).toEqual([]);
  });

  it('blocked asks for blocked traffic alone', async () => {
    const bench = busy();
    await bench.ask('blocked', 'U0ANA');
    expect(bench.pce.queries[0]?.decisions).toEqual(['blocked', 'potentially_blocked']);
  });
});

describe('files and charts', () => {
  it('--files: file and chart come by direct message, the answer stays private', async () => {
    const bench = busy();
    await bench.ask('top src --files', 'U0ANA', 'C0ALERTS');
    expect(bench.chat.posts.map(({ channel }) => channel)).toEqual(['DU0ANA']);
    expect(bench.chat.files.map(({ channel, name }) => [channel, name])).toEqual([
      ['DU0ANA', 'top-src.csv'],
      ['DU0ANA', 'top-src.png'],
    ]);
  });

  it('a shared answer has both in its thread', async () => {
    const bench = busy();
    await bench.ask('cross env --share', 'U0ANA', 'C0TEAM');
    expect(bench.chat.files.map(({ name }) => name)).toEqual(['cross-env.csv', 'cross-env.png']);
  });

  it('without either nothing is drawn or sent', async () => {
    const bench = busy();
    await bench.ask('blocked', 'U0ANA', 'C0TEAM');
    expect(bench.chat.files).toEqual([]);
  });
});

describe('where traffic goes', () => {
  it('countries by what the data says; private addresses are nowhere, unknown ones are counted', async () => {
    const to = (address: string, connections: number): Flow =>
      aFlow({
        source: inEnv('192.0.2.1', 'prod'),
        destination: anEnd(address, { href: undefined }),
        connections,
      });
    const bench = busy([to('8.8.8.8', 40), to('9.9.9.9', 7), to('1.2.3.4', 2), to('10.0.0.9', 900)]);
    const said = await bench.ask('geo', 'U0ANA', 'C0TEAM');
    for (const part of [
      '2 countries.',
      'United States | 40 | 1',
      'Switzerland | 7 | 1',
      'not known | 2 | 1',
      'countries by DB-IP',
    ])
      expect(said).toContain(part);
    expect(said).not.toContain('900');
  });
});

describe('/illumio scan of a source', () => {
  const at = (second: number): string => `2026-07-01T10:00:${String(second).padStart(2, '0')}Z`;
  const rows = [
    ...times(7, (i) =>
      aFlow({
        source: inEnv('192.0.2.66', 'dev'),
        destination: inEnv('db-07', 'prod'),
        service: `${100 - i}/tcp`,
        first: at(i),
      }),
    ),
    aFlow({
      source: inEnv('192.0.2.66', 'dev'),
      destination: anEnd('192.0.2.8'),
      service: '22/tcp',
      first: at(9),
    }),
    aFlow({ source: anEnd('192.0.2.67'), destination: anEnd('192.0.2.8'), service: '23/tcp', first: at(9) }),
  ];

  it('lists every destination with labels, how many services, the first ones, and when', async () => {
    const said = await busy(rows).ask('scan 192.0.2.66', 'U0ANA');
    expect(said).toContain('What 192.0.2.66 reached\n2 destinations, most services first.');
    expect(said).toContain(
      `192.0.2.66 → db-07 (env=prod app=shop) | 7 services: 100/tcp, 99/tcp, 98/tcp, 97/tcp, 96/tcp … | ${at(0)} – ${at(6).slice(11)}`,
    );
    expect(said).toContain('192.0.2.66 → 192.0.2.8 | 1 service: 22/tcp');
    expect(said).not.toContain('192.0.2.67');
    expect(said).toContain('raw: known edges not removed');
  });

  it.each([
    ['a source that reached nothing', 'scan 192.0.2.99', 'It reached nothing that was reported.'],
    ['a host nobody knows is named with the nearest', 'scan wbe-01', 'web-01'],
    ['a network is all its sources', 'scan 192.0.2.64/28', '3 destinations'],
  ])('%s', async (_, words, says) => {
    expect(await busy(rows).ask(words, 'U0ANA')).toContain(says);
  });
});

describe('A long answer', () => {
  /** 25 pairs: `a-0 → b-0` has most connections. */
  const many = () => {
    const bench = aBench();
    bench.pce.flowRows = Array.from({ length: 25 }, (_, i) =>
      aFlow({
        source: anEnd(`a-${i}`),
        destination: anEnd(`b-${i}`),
        connections: 100 - i,
        decision: 'blocked',
      }),
    );
    return bench;
  };
  /** What a button of that name asks. */
  const press = (bench: ReturnType<typeof aBench>, name: string): string => {
    const blocks = bench.chat.answers.at(-1)?.message.blocks as readonly {
      elements?: { value?: string; text?: { text?: string } }[];
    }[];
    const found = blocks.flatMap(({ elements = [] }) => elements).find(({ text }) => text?.text === name);
    return found?.value ?? `no button ${name}`;
  };

  it.each([
    ['top src', '1. a-0', '11. a-10', '21. a-20'],
    ['flows env=prod,dev', 'a-0 → b-0', 'a-10 → b-10', 'a-20 → b-20'],
    ['blocked', 'to b-0', 'to b-9', 'to b-19'],
  ])('%s has pages, in the window that was asked first, and a file of all rows', async (words, ...firsts) => {
    const bench = many();
    bench.pce.flowRows = bench.pce.flowRows.map((flow) => ({
      ...flow,
      source: { ...flow.source, labels: [{ key: 'env', value: 'prod' }] },
    }));
    let said = await bench.ask(`${words} --since 12h`, 'U0ANA');
    for (const [at, first] of firsts.entries()) {
      expect(said).toContain(first);
      if (at > 0) expect(said).toContain(`page ${at + 1} of`);
      if (at === firsts.length - 1) break;
      await bench.clock.advance(10 * MINUTE);
      said = await bench.ask(press(bench, 'Next'), 'U0ANA');
    }
    const [query, again] = [bench.pce.queries[0], bench.pce.queries.at(-1)];
    expect({ from: again?.from, to: again?.to }).toEqual({ from: query?.from, to: query?.to });
    expect(press(bench, 'Back')).toContain('--page');
    await bench.ask(press(bench, 'CSV of all'), 'U0ANA');
    expect(
      String(bench.chat.files.findLast(({ name }) => name.endsWith('.csv'))?.content).split('\n').length,
    ).toBeGreaterThan(25);
  });

  it('within two minutes a page costs no query', async () => {
    const bench = many();
    await bench.ask('top src', 'U0ANA');
    await bench.clock.advance(MINUTE);
    expect(await bench.ask(press(bench, 'Next'), 'U0ANA')).toContain('as of');
    expect(bench.pce.queries).toHaveLength(1);
  });

  it('one page has no buttons; a page beyond the last is the last', async () => {
    const bench = many();
    await bench.ask('top src -n 30', 'U0ANA');
    expect(press(bench, 'Next')).toBe('no button Next');
    expect(await bench.ask('top src --page 99', 'U0ANA')).toContain('21. a-20');
  });
});
