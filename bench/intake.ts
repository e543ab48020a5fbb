import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Host, noise, tampering } from '../chaos/subjects.ts';
import { parseEvent } from '../src/core/event.ts';
import { eventAsCef, eventAsLeef } from '../src/core/formats/pce-event.ts';
import { type Bench, figure } from './bench.ts';
import { counted } from './counted.ts';
import { latencies, watchPosts } from './posts.ts';
import { percentile } from './statistics.ts';
import { FLEET, ROUTES, turnsOf, WARM_UP } from './turns.ts';
import { now, openWorld, polledTwice, type World } from './world.ts';

const LINES = 50_000;
/** One line in so many is of a rule, and about one of so many hosts. */
const MATCHING = 100;
const HOSTS = 3;
const SAMPLES = 100;
/** As in bench `latency`: four channels in turn, so that Slack's pace never waits. */
const BETWEEN_MS = 300;
/** Definitions §9: what a line tells is in Slack within a second. */
const VISIBLE_MS = 1_000;

/** The whole bot over loopback: from bytes on its syslog port to the call that Slack gets. */
export const intake: Bench = {
  name: 'intake',
  about: `${LINES.toLocaleString('en')} lines of the PCE's syslog stream judged; one line → Slack has the call, durable`,
  async run(runs, say) {
    const perSecond: number[] = [];
    const miscounted: number[] = [];
    const residentMb: number[] = [];
    const p50: number[] = [];
    const p99: number[] = [];
    for (let run = 1; run <= runs; run += 1) {
      say(`${run}/${runs}`);
      const flood = await measureFlood();
      perSecond.push(flood.perSecond);
      miscounted.push(flood.miscounted);
      residentMb.push(flood.residentMb);
      const times = await measureLatency();
      p50.push(percentile(times, 0.5));
      p99.push(percentile(times, 0.99));
    }
    return [
      figure(`${LINES} lines at once, read, judged and durable`, 'lines/s', perSecond),
      figure('lines of a rule not counted, or counted twice', 'lines', miscounted, { most: 0 }),
      figure('resident memory after them', 'MB', residentMb),
      figure('line written → Slack call, p50', 'ms', p50, { most: VISIBLE_MS }),
      figure('line written → Slack call, p99', 'ms', p99),
    ];
  },
};

/** All lines in one go; the last tells of a host in a channel of its own, so its message shows that all before it are judged. */
const measureFlood = async () => {
  const world = await openWorld({ workloads: FLEET });
  try {
    const { bot, stream } = await listening(world);
    const [marker, ...rest] = turnsOf(world, 4 * HOSTS);
    const hosts = rest.filter(({ channel }) => channel !== marker?.channel);
    if (marker === undefined) throw new Error('no host for the last line');
    const lines = Array.from({ length: LINES - 1 }, (_, n) =>
      n % MATCHING === 0 ? lineOf(about(hosts[(n / MATCHING) % HOSTS] as Host), n) : lineOf(chatter(), n),
    );
    const bytes = Buffer.from([...lines, lineOf(about(marker), LINES)].join(''));
    const posts = watchPosts(world);
    const from = now();
    await written(stream, bytes);
    const told = (): number | undefined =>
      posts().find(({ channel }) => channel === marker.channel)?.startedAt;
    for (const end = Date.now() + 120_000; told() === undefined; await sleep(10))
      if (Date.now() > end) throw new Error('the last line was not told within 2 min');
    const residentMb = bot.residentMb();
    stream.end();
    await bot.stop();
    const due = Math.ceil((LINES - 1) / MATCHING) + 1;
    return {
      perSecond: (LINES * 1_000) / ((told() ?? Number.NaN) - from),
      miscounted: Math.abs(due - (await counted(join(bot.folder, 'data')))),
      residentMb,
    };
  } finally {
    await world.close();
  }
};

/** Lines one by one, each about a host of its own. */
const measureLatency = async (): Promise<number[]> => {
  const world = await openWorld({ workloads: FLEET });
  try {
    const { stream } = await listening(world);
    const posts = watchPosts(world);
    const given: { channel: string; visibleAt: number }[] = [];
    for (const [n, turn] of turnsOf(world, SAMPLES + WARM_UP).entries()) {
      const line = Buffer.from(lineOf(about(turn), n));
      given.push({ channel: turn.channel, visibleAt: now() });
      await written(stream, line);
      await sleep(BETWEEN_MS);
    }
    await sleep(1_500);
    stream.end();
    return latencies(given, posts()).slice(WARM_UP);
  } finally {
    await world.close();
  }
};

/** A bot that has polled and hears the stream; it polls as seldom as by default. */
const listening = async (world: World) => {
  const syslog = await freePort();
  const bot = world.bot({ routes: ROUTES, syslog });
  await bot.ready();
  await polledTwice(world);
  const stream = connect(syslog, '127.0.0.1');
  await once(stream, 'connect');
  return { bot, stream };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const written = (stream: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => stream.write(bytes, (error) => (error ? reject(error) : resolve())));

type Raw = Readonly<Record<string, unknown>>;

const about = (host: Host): Raw => tampering(host, { timestamp: new Date().toISOString() });
const chatter = (): Raw => noise(new Date().toISOString());

const SOURCE = { version: '25.2.20', fqdn: 'pce.example.com' };
let events = 0;

/** One line, counted in bytes, in JSON, CEF and LEEF by turns. */
const lineOf = (raw: Raw, n: number): string => {
  events += 1;
  const read = parseEvent({
    href: `/orgs/1/events/00000000-0000-4000-8000-${String(events).padStart(12, '0')}`,
    pce_fqdn: SOURCE.fqdn,
    resource_changes: [],
    ...raw,
  });
  if (!read.ok) throw new Error(`not an event: ${JSON.stringify(raw)}`);
  const bodies = [
    () => JSON.stringify(read.event.raw),
    () => eventAsCef(read.event, SOURCE),
    () => eventAsLeef(read.event, SOURCE),
  ];
  const body = bodies[n % bodies.length]?.() ?? '';
  const line = `<14>1 ${new Date().toISOString()} core0 illumio_pce/agent 31897 - [meta sequenceId="${n}"] ${body}`;
  return `${Buffer.byteLength(line)} ${line}`;
};
