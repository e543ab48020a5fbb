import { describe, expect, it } from 'vitest';
import { top } from '../../src/commands/top.ts';
import type { Asker, CommandDeps } from '../../src/core/command.ts';
import type { Flow } from '../../src/core/flow.ts';
import { PceError, type TrafficQuery } from '../../src/core/ports.ts';
import { createQuestions, type Question, QuestionEnded } from '../../src/pipelines/questions.ts';
import { sentenceOf } from '../../src/pipelines/sentence.ts';
import type { PceSimulatorOptions } from '../../src/simulators/pce/index.ts';
import { aLab, START } from '../adapters/pce/support/pce.ts';
import { someHosts } from '../support/asking.ts';
import { shown } from '../support/blocks.ts';
import { aWorkload, HOUR, MINUTE, T0 } from '../support/builders.ts';
import { fakeClock, fakeInventory, fakePce } from '../support/fakes.ts';
import { aFlow, anEnd } from '../support/flows.ts';

const DAY = 24 * HOUR;
const [MAYA, ANA, BO] = ['U0MAYA', 'U0ANA', 'U0BO'].map((user) => ({ team: 'T1', user })) as [
  { team: string; user: string },
  { team: string; user: string },
  { team: string; user: string },
];
const query = (parts: Partial<TrafficQuery> = {}): TrafficQuery => ({
  from: T0 - DAY,
  to: T0,
  labels: [],
  decisions: ['allowed', 'blocked'],
  ...parts,
});

/** A PCE whose answers come when the test says so. */
const aDesk = () => {
  const clock = fakeClock();
  const pce = fakePce('prod-east', someHosts);
  pce.flowRows = [aFlow(), aFlow({ service: '22/tcp' })];
  let go = (): void => {};
  const hold = (): void => {
    pce.waits = new Promise((resolve) => {
      go = () => resolve();
    });
  };
  const signals: (AbortSignal | undefined)[] = [];
  const flows = pce.flows.bind(pce);
  pce.flows = (asked, row, signal) => {
    signals.push(signal);
    return flows(asked, row);
  };
  const questions = createQuestions({
    desks: [{ pce, inventory: fakeInventory('prod-east', someHosts) }],
    clock,
    watchGroups: ['env'],
  });
  let serial = 0;
  const open = (person = MAYA): Question => questions.open(`question-${++serial}`, person);
  const read = async (question: Question, asked = query()): Promise<string> => {
    const rows: Flow[] = [];
    const [desk] = question.desks;
    const answer = await desk?.pce.flows(asked, (flow) => rows.push(flow));
    return `${rows.length} rows${answer?.truncated ? ', truncated' : ''}${answer?.asOf === undefined ? '' : `, as of ${answer.asOf - T0}`}`;
  };
  return { clock, pce, questions, open, read, hold, go: () => go(), signals };
};
const ended = async (call: Promise<unknown>): Promise<string> => {
  const err = await call.then(
    () => new Error('it was expected to end'),
    (cause: unknown) => cause,
  );
  return err instanceof QuestionEnded || err instanceof PceError ? err.message : String(err);
};

describe('the same question within two minutes', () => {
  it.each<[string, Partial<TrafficQuery>, number, number]>([
    ['at once', {}, 0, 1],
    ['a minute later, for "the last 24 h" again', { from: T0 - DAY + MINUTE, to: T0 + MINUTE }, MINUTE, 1],
    ['after two minutes is asked again', { from: T0 - DAY + 3 * MINUTE, to: T0 + 3 * MINUTE }, 3 * MINUTE, 2],
    ['of another label is another', { labels: [['/orgs/1/labels/1']] }, 0, 2],
    ['of other decisions is another', { decisions: ['blocked'] }, 0, 2],
    ['over a longer time is another', { from: T0 - 2 * DAY }, 0, 2],
    ['about another hour is another, however near', { from: T0 - DAY - MINUTE, to: T0 - MINUTE }, 0, 2],
  ])('%s', async (_, parts, later, queries) => {
    const desk = aDesk();
    expect(await desk.read(desk.open())).toBe('2 rows');
    await desk.clock.advance(later);
    await desk.read(desk.open(ANA), query(parts));
    expect(desk.pce.queries).toHaveLength(queries);
  });

  it('says as of when; who joins while it runs waits for the same rows', async () => {
    const desk = aDesk();
    desk.hold();
    const both = [desk.read(desk.open(MAYA)), desk.read(desk.open(ANA))];
    await desk.clock.advance(0);
    desk.go();
    expect(await Promise.all(both)).toEqual(['2 rows', '2 rows, as of 0']);
    expect(desk.pce.queries).toHaveLength(1);
  });

  it('is not kept when it failed', async () => {
    const desk = aDesk();
    desk.pce.failing = { code: 'forbidden', message: 'no' };
    expect(await ended(desk.read(desk.open()))).toBe('no');
    desk.pce.failing = undefined;
    expect(await desk.read(desk.open(ANA))).toBe('2 rows');
  });
});

it('nothing waits on a clock once everything is answered: a stop is at once', async () => {
  const desk = aDesk();
  const sleeping = new Set<object>();
  const { sleep } = desk.clock;
  desk.clock.sleep = (ms, signal) => {
    const one = {};
    sleeping.add(one);
    return sleep(ms, signal).finally(() => sleeping.delete(one));
  };
  await desk.read(desk.open());
  await desk.clock.advance(0);
  expect(sleeping.size).toBe(0);
});

describe('how many at once', () => {
  const other = (n: number): TrafficQuery => query({ from: T0 - DAY - n * HOUR });

  it('two per PCE; the third waits, and it is shown', async () => {
    const desk = aDesk();
    desk.hold();
    const [maya, ana, bo] = [desk.open(MAYA), desk.open(ANA), desk.open(BO)];
    const all = [desk.read(maya, other(1)), desk.read(ana, other(2)), desk.read(bo, other(3))];
    await desk.clock.advance(5_000);
    expect(desk.pce.queries).toHaveLength(2);
    expect([maya, ana, bo].map((one) => one.asked()[0]?.stage)).toEqual(['queued', 'queued', 'waiting']);
    desk.go();
    expect(await Promise.all(all)).toEqual(['2 rows', '2 rows', '2 rows']);
    expect(desk.pce.queries).toHaveLength(3);
  });

  it('one per person; another command may ask several PCEs, and the next follows when it is done', async () => {
    const desk = aDesk();
    desk.hold();
    const first = desk.read(desk.open(MAYA), other(1));
    await desk.clock.advance(0);
    expect(await ended(desk.read(desk.open(MAYA), other(2)))).toContain(
      'Your question before this one still runs',
    );
    desk.go();
    await first;
    expect(await desk.read(desk.open(MAYA), other(2))).toBe('2 rows');
  });
});

describe('questions about everything of more than a day', () => {
  const wide = (n: number): TrafficQuery => query({ from: T0 - (2 + n) * DAY, to: T0 - n });

  it('five an hour and person, those that are shared not counted; narrow ones as many as anybody likes', async () => {
    const desk = aDesk();
    for (let n = 1; n <= 5; n += 1) await desk.read(desk.open(), wide(n));
    expect(await desk.read(desk.open(), wide(5))).toContain('2 rows');
    expect(await ended(desk.read(desk.open(), wide(6)))).toContain(
      'You have asked 5 questions about all traffic',
    );
    expect(await desk.read(desk.open(ANA), wide(7))).toBe('2 rows');
    expect(await desk.read(desk.open(), { ...wide(8), labels: [['/orgs/1/labels/1']] })).toBe('2 rows');
    expect(await desk.read(desk.open(), query({ from: T0 - DAY, to: T0 - 9 }))).toBe('2 rows');
    await desk.clock.advance(HOUR);
    expect(await desk.read(desk.open(), wide(6))).toBe('2 rows');
  });
});

describe('an end before the answer', () => {
  it('its own asker stops it: he reads so, and the query is cancelled at the PCE', async () => {
    const desk = aDesk();
    desk.hold();
    const running = desk.read(desk.open(MAYA));
    await desk.clock.advance(0);
    expect(desk.questions.stop('question-1', ANA)).toBe(false);
    expect(desk.questions.stop('question-1', MAYA)).toBe(true);
    expect(await ended(running)).toBe('Stopped. Nothing was changed, and the PCE no longer works on it.');
    expect(desk.signals[0]?.aborted).toBe(true);
    expect(desk.questions.stop('question-9', MAYA)).toBe(false);
  });

  it('one of two who wait stops: the other has his answer', async () => {
    const desk = aDesk();
    desk.hold();
    const [maya, ana] = [desk.read(desk.open(MAYA)), desk.read(desk.open(ANA))];
    await desk.clock.advance(0);
    desk.questions.stop('question-1', MAYA);
    expect(await ended(maya)).toContain('Stopped');
    expect(desk.signals[0]?.aborted).toBe(false);
    desk.go();
    expect(await ana).toContain('2 rows');
  });

  it('five minutes, waiting for a turn included', async () => {
    const desk = aDesk();
    desk.hold();
    const all = [MAYA, ANA, BO].map((person, n) =>
      ended(desk.read(desk.open(person), query({ from: T0 - (n + 2) * DAY }))),
    );
    await desk.clock.advance(0);
    await desk.clock.advance(5 * MINUTE);
    desk.go();
    expect((await Promise.all(all))[2]).toBe('not answered within 5 min');
    expect(desk.signals.every((signal) => signal?.aborted)).toBe(true);
    expect(desk.pce.queries).toHaveLength(2);
  });
});

describe('a window that holds more than one download', () => {
  const LABELS = ['prod', 'dev', 'test'];
  const hosts = LABELS.map((env, at) => aWorkload({ name: `h-${at}`, labels: `env=${env}` }));
  const ends = LABELS.map((env, at) =>
    anEnd(`h-${at}`, { href: `/w/${at}`, labels: [{ key: 'env', value: env }] }),
  );
  const bare = anEnd('192.0.2.99');
  const end = (at: number) => ends[at % 3] ?? bare;
  /** 90 allowed rows between all environments, 10 blocked ones. */
  const rows = Array.from({ length: 100 }, (_, i) =>
    aFlow({
      source: end(i),
      destination: end(i + (i % 2)),
      service: `${i}/tcp`,
      decision: i < 90 ? 'allowed' : 'blocked',
    }),
  );
  /** A PCE that hands out so many rows at most, and no one else's. */
  const desk = (most: number, all: readonly Flow[] = rows) => {
    const inventory = fakeInventory('prod-east', hosts);
    const asked: string[] = [];
    const pce = fakePce('prod-east', hosts);
    pce.flows = async ({ labels, decisions }, row) => {
      const names = labels.map((set) => set.map((href) => inventory.label(href)));
      asked.push(
        `${decisions.join('+')}${names.map((set) => ` ${set.map((one) => `${one?.key}=${one?.value}`).join('&')}`).join('')}`,
      );
      const carries = ({ labels: own }: Flow['source']): boolean =>
        names.some((set) =>
          set.every((one) => own.some(({ key, value }) => key === one?.key && value === one.value)),
        );
      const found = all.filter(
        (one) =>
          decisions.includes(one.decision) &&
          (names.length === 0 || carries(one.source) || carries(one.destination)),
      );
      for (const one of found.slice(0, most)) row(one);
      const truncated = found.length > most;
      return {
        rows: Math.min(most, found.length),
        rejected: 0,
        truncated,
        ...(truncated ? { matches: found.length } : {}),
      };
    };
    const questions = createQuestions({
      desks: [{ pce, inventory }],
      clock: fakeClock(),
      watchGroups: ['env'],
    });
    const ask = async (parts: Partial<TrafficQuery> = {}) => {
      const got: Flow[] = [];
      const [one] = questions.open('q', MAYA).desks;
      const answer = await one?.pce.flows(query(parts), (flow) => got.push(flow));
      return { got: got.map(({ service }) => service).sort(), answer, asked };
    };
    return { ask, inventory };
  };
  const services = rows.map(({ service }) => service).sort();

  it('is asked in one where it fits', async () => {
    expect((await desk(100).ask()).asked).toEqual(['allowed+blocked']);
  });

  it('is asked by decision where that is enough', async () => {
    const { got, answer, asked } = await desk(90).ask();
    expect(asked).toEqual(['allowed+blocked', 'allowed', 'blocked']);
    expect({ got, truncated: answer?.truncated, rows: answer?.rows }).toEqual({
      got: services,
      truncated: false,
      rows: 100,
    });
  });

  it('and by watch group where that is not: every row once, however many groups it stands in', async () => {
    const { got, answer, asked } = await desk(60).ask();
    expect(asked).toEqual([
      'allowed+blocked',
      'allowed',
      'allowed env=prod',
      'allowed env=dev',
      'allowed env=test',
      'blocked',
    ]);
    expect(got).toEqual(services);
    expect(answer).toMatchObject({ truncated: false, rows: 100 });
  });

  it('keeps what the question narrows it to', async () => {
    const { ask, inventory } = desk(20);
    const prod = [...inventory.labels()].find(({ value }) => value === 'prod')?.href ?? '';
    const { got, asked } = await ask({ labels: [[prod]], decisions: ['allowed'] });
    expect(asked).toEqual([
      'allowed env=prod',
      'allowed env=prod&env=prod',
      'allowed env=prod&env=dev',
      'allowed env=prod&env=test',
    ]);
    expect(new Set(got).size).toBe(got.length);
  });

  it('what does not fit even so is said: hosts without such a label, groups that are too large', async () => {
    const without = [
      ...rows,
      ...Array.from({ length: 9 }, (_, i) => aFlow({ source: bare, destination: bare, service: `x-${i}` })),
    ];
    expect((await desk(60, without).ask()).answer).toMatchObject({ truncated: true, rows: 100 });
    const { answer } = await desk(20).ask();
    expect(answer?.truncated).toBe(true);
    expect(answer?.rows).toBeGreaterThan(30);
  });
});

describe('what goes wrong at the PCE is tried again or explained, and never "no traffic"', () => {
  type Fault = {
    kind: 'status' | 'html' | 'truncate' | 'half' | 'empty' | 'reset';
    path: string;
    times?: number;
    status?: number;
  };
  const GOOD = 'Top sources by connections';
  const download = (kind: Fault['kind'], times?: number): Fault => ({
    kind,
    path: '/download',
    ...(times === undefined ? {} : { times }),
  });

  it.each<[string, PceSimulatorOptions, Fault | undefined, string]>([
    ['a query that failed, then one that did not', { quirks: { queriesEnd: ['failed'] } }, undefined, GOOD],
    ['cancelled by somebody else, once', { quirks: { queriesEnd: ['cancelled'] } }, undefined, GOOD],
    ['canceled, in the other spelling', { quirks: { queriesEnd: ['canceled'] } }, undefined, GOOD],
    [
      'failed twice',
      { quirks: { queriesEnd: ['failed', 'failed'] } },
      undefined,
      'the PCE ended the traffic query as failed',
    ],
    [
      'cancelled twice',
      { quirks: { queriesEnd: ['cancelled', 'canceled'] } },
      undefined,
      'the PCE ended the traffic query as canceled',
    ],
    [
      'never finished',
      { timings: { trafficQuery: 3_600_000 } },
      undefined,
      'a shorter window or a label makes the question smaller',
    ],
    ['empty at first, though completed', { quirks: { emptyFirstDownload: true } }, undefined, GOOD],
    [
      'empty for ever, though rows are counted',
      { quirks: { emptyDownloads: true } },
      undefined,
      'and hands out none',
    ],
    ['CSV when JSON was asked', { quirks: { alwaysCsv: true } }, undefined, 'CSV instead of JSON'],
    ['gzip that nobody announced', { quirks: { rawGzipDownload: true } }, undefined, GOOD],
    ['half a body, once', {}, download('half', 1), GOOD],
    ['half a body every time', {}, download('half'), 'its answer cannot be read'],
    ['a body that breaks off, once', {}, download('truncate', 1), GOOD],
    ['one that breaks off every time', {}, download('truncate'), 'I could not read lab'],
    ['a page of HTML, once', {}, download('html', 1), GOOD],
    ['HTML every time', {}, download('html'), 'its answer cannot be read'],
    ['no body at all', {}, download('empty'), 'I could not read lab'],
    ['an error 500', {}, { ...download('status'), status: 500 }, 'it does not answer'],
    [
      'a key without the right',
      {},
      { kind: 'status', status: 403, path: '/async_queries' },
      'may not do this',
    ],
  ])('%s', async (_, options, fault, expected) => {
    const lab = await aLab({ workloads: 20, timings: { trafficQuery: 9_000 }, ...options });
    if (fault !== undefined) lab.sim.control.fault(fault);
    const clock = fakeClock(START);
    const inventory = fakeInventory('lab', someHosts);
    const questions = createQuestions({ desks: [{ pce: lab.pce, inventory }], clock, watchGroups: ['env'] });
    const { desks } = questions.open('q', MAYA);
    const deps = { desks, clock } as unknown as CommandDeps;
    const said = await top.run(['src'], {} as Asker, deps).then(
      (reply) => (reply.kind === 'answer' ? shown(reply.message) : reply.kind),
      (err: unknown) => sentenceOf(err, ['lab']),
    );
    expect(said).toContain(expected);
    expect(said).not.toContain('No traffic');
    lab.sim.control.clearFaults();
    const left = await fetch(`${lab.sim.url}/api/v2/orgs/1/traffic_flows/async_queries`, {
      headers: { authorization: `Basic ${btoa('api_sim:simsecret')}` },
    });
    expect(await left.json()).toEqual([]);
  });
});
