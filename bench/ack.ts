import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, figure } from './bench.ts';
import { NODE_OPTIONS, ROOT } from './dist.ts';
import { percentile } from './statistics.ts';
import { openWorld, type World } from './world.ts';

const COMMANDS = 1_000;
/** The simulator sends in one go so many: it must also read the acknowledgements, or it would measure itself. */
const AT_A_TIME = 10;
/** What people type, in turn. */
const TYPED = ['help', 'status', 'alerts', 'workload web-01'];
const PEOPLE = ['U0MAYA001', 'U0JO00001', 'U0ANA0001'];

interface Acks {
  readonly acked: number;
  readonly p99Ms: number;
  readonly lastMs: number;
  /** What the process had of a processor until then; much steadier than time where others use the machine. */
  readonly cpuMs: number;
}

/**
 * Slash commands of many people in the same instant: how long each waits for its acknowledgement, while the bot also answers those it has
 * acknowledged. Beside it Bolt alone, which acknowledges and does nothing else, and a bare socket that sends each envelope's
 * id back: what this machine and the simulator allow at all.
 */
export const ack: Bench = {
  name: 'ack',
  about: `${COMMANDS} slash commands at once: until each is acknowledged`,
  async run(runs, say) {
    const ours: Acks[] = [];
    const bare: Acks[] = [];
    const echo: Acks[] = [];
    for (let run = 1; run <= runs; run += 1) {
      say(`${run}/${runs}`);
      ours.push(await inWorld(overBot));
      bare.push(await inWorld(overScript(BOLT)));
      echo.push(await inWorld(overScript(ECHO)));
    }
    return [
      figure(
        'acknowledged',
        'commands',
        ours.map(({ acked }) => acked),
        { least: COMMANDS },
      ),
      figure(
        'envelope sent → ack received, p99',
        'ms',
        ours.map(({ p99Ms }) => p99Ms),
        { most: 50 },
      ),
      figure(
        'bare Bolt, p99',
        'ms',
        bare.map(({ p99Ms }) => p99Ms),
      ),
      figure(
        'bare socket, p99',
        'ms',
        echo.map(({ p99Ms }) => p99Ms),
      ),
      figure(
        'all of it',
        '× bare Bolt',
        ours.map(({ lastMs }, run) => lastMs / (bare[run]?.lastMs ?? Number.NaN)),
      ),
      figure(
        'processor time until the last ack',
        'ms',
        ours.map(({ cpuMs }) => cpuMs),
      ),
      figure(
        'processor time of bare Bolt',
        'ms',
        bare.map(({ cpuMs }) => cpuMs),
      ),
    ];
  },
};

const inWorld = async (measure: (world: World) => Promise<Acks>): Promise<Acks> => {
  const world = await openWorld({ pace: 0 });
  try {
    return await measure(world);
  } finally {
    await world.close();
  }
};

const overBot = async (world: World): Promise<Acks> => {
  const bot = world.bot();
  await bot.ready();
  return await burst(world, bot.pid);
};

const burst = async (world: World, pid: number): Promise<Acks> => {
  await connected(world);
  // A first command looks up the person and warms up what all of them need.
  await Promise.all(TYPED.map((text) => type(world, text, 0)));
  await sleep(500);
  const [from, cpuFrom] = [performance.now(), processorMs(pid)];
  const typed: ReturnType<typeof type>[] = [];
  for (let n = 0; n < COMMANDS; n += 1) {
    typed.push(type(world, TYPED[n % TYPED.length] ?? 'help', n));
    if (n % AT_A_TIME === 0) await new Promise(setImmediate);
  }
  const done = await Promise.all(typed);
  const times = done.flatMap(({ acked, ms }) => (acked && ms !== null ? [ms] : []));
  return {
    acked: times.length,
    p99Ms: percentile(times, 0.99),
    lastMs: performance.now() - from,
    cpuMs: processorMs(pid) - cpuFrom,
  };
};

/** User and system time of a process, ms, in steps of 10 (proc(5), /proc/pid/stat). */
const processorMs = (pid: number): number => {
  const [, , ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

const type = ({ slack }: World, text: string, n: number) =>
  slack.control.command({ user: PEOPLE[n % PEOPLE.length], channel: 'C0SOC0001', text });

const connected = async ({ slack }: World): Promise<void> => {
  for (const end = Date.now() + 10_000; Number(slack.control.state()['connections']) < 2; await sleep(50))
    if (Date.now() > end) throw new Error('no two Socket Mode connections');
};

const BOLT = `
import { App, SocketModeReceiver } from '@slack/bolt';
const [url] = process.argv.slice(1);
for (let n = 0; n < 2; n += 1) {
  const receiver = new SocketModeReceiver({
    appToken: 'xapp-sim',
    installerOptions: { clientOptions: { slackApiUrl: url } },
  });
  const app = new App({ token: 'xoxb-sim', receiver, clientOptions: { slackApiUrl: url } });
  app.command('/illumio', async ({ ack }) => ack());
  await app.start();
}`;

const ECHO = `
import WebSocket from 'ws';
const [url] = process.argv.slice(1);
for (let n = 0; n < 2; n += 1) {
  const headers = { authorization: 'Bearer xapp-sim' };
  const answer = await fetch(url + 'apps.connections.open', { method: 'POST', headers });
  const socket = new WebSocket((await answer.json()).url);
  socket.on('message', (data) => {
    const { envelope_id } = JSON.parse(data);
    if (envelope_id !== undefined) socket.send(JSON.stringify({ envelope_id }));
  });
}`;

const overScript =
  (script: string) =>
  async (world: World): Promise<Acks> => {
    const child = spawn(
      process.execPath,
      [...NODE_OPTIONS, '--input-type=module', '--eval', script, '--', world.slack.apiUrl],
      {
        cwd: ROOT,
        stdio: ['ignore', 'ignore', 'ignore'],
      },
    );
    try {
      return await burst(world, child.pid ?? 0);
    } finally {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
  };
