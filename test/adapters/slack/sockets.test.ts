import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { openSlack, type SlackAdapter, type SlackDeps } from '../../../src/adapters/slack/index.ts';
import type { SlackSettings } from '../../../src/core/settings.ts';
import { startSlackSimulator } from '../../../src/simulators/slack/index.ts';
import {
  aBench,
  aMessage,
  aServer,
  type Bench,
  CHANNEL,
  MAYA,
  memoryLog,
  settingsFor,
  stateOf,
  systemClock,
  until,
} from './support.ts';

const quick: Partial<SlackDeps> = { times: { helloMs: 400, pongMs: 300, closeMs: 100, startMs: 1_000 } };
const command = { user: MAYA.user, channel: CHANNEL, text: 'help' };

/** On a Slack that opens this URL and nothing else. */
const aSlackThatOpens = async (link: string, deps: Partial<SlackDeps>): Promise<SlackAdapter> => {
  const url = await aServer((request, response) => {
    const auth = { ok: true, team_id: MAYA.team, user_id: 'U0BOT0001', bot_id: 'B0BOT0001' };
    response.end(JSON.stringify(request.url?.endsWith('auth.test') ? auth : { ok: true, url: link }));
  });
  const slack = openSlack(settingsFor(url), () => ({}), { clock: systemClock, log: memoryLog(), ...deps });
  onTestFinished(() => slack.stop());
  return slack;
};

/** A server of WebSockets that says nothing by itself. */
const aSocketServer = async () => {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => void sockets.close());
  await once(sockets, 'listening');
  return { sockets, url: `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}/link` };
};

/** Every connection that ended, as it was told: one that is back between two looks has ended all the same. */
const endsIn = (log: Bench['log']): readonly object[] =>
  log.said.filter(({ message }) => message === 'slack connection ended').map(({ fields }) => fields);

describe('start', () => {
  it('brings up every connection and says so', async () => {
    const { slack } = await aBench();
    const told: string[] = [];
    slack.onReady(() => told.push('ready'));
    slack.onChange(({ up, wanted }) => told.push(`${up}/${wanted}`));
    expect(slack.connections()).toMatchObject({ up: 0, wanted: 2 });
    await slack.start();
    await until(() => slack.connections().up === 2);
    expect(slack.connections()).toEqual({ up: 2, wanted: 2, problem: undefined });
    expect(told).toEqual(['ready', '1/2', '2/2']);
  });

  it.each<[Partial<SlackSettings>, string, string]>([
    [{ botToken: 'xoxb-wrong' }, 'slack.bot_token is refused: invalid_auth', 'a wrong bot token'],
    [
      { botToken: 'xapp-sim' },
      'slack.bot_token is refused: not_allowed_token_type',
      'the app token as bot token',
    ],
    [{ appToken: 'xapp-wrong' }, 'slack.app_token is refused: invalid_auth', 'a wrong app token'],
    [
      { appToken: 'xoxb-sim' },
      'slack.app_token is refused: not_allowed_token_type',
      'the bot token as app token',
    ],
    [{ appToken: undefined }, 'slack.app_token is missing', 'no app token in Socket Mode'],
    [{ mode: 'http', signingSecret: undefined }, 'slack.signing_secret is missing', 'no secret in HTTP mode'],
    [
      { team: 'T0OTHER01' },
      'slack.bot_token is of workspace T0SIM0001, slack.team says T0OTHER01',
      'another team',
    ],
  ])('%j rejects at once: %s (%s)', async (settings, slack) => {
    const bench = await aBench({ settings });
    const from = performance.now();
    await expect(bench.slack.start()).rejects.toMatchObject({ code: 'refused', slack });
    expect(performance.now() - from).toBeLessThan(5_000);
    expect(JSON.stringify(bench.log.said)).not.toMatch(/x(app|oxb)-(sim|wrong)/);
  });

  it('resolves without Slack, says why, and comes up once Slack is back', async () => {
    const first = await startSlackSimulator({ pace: 0 });
    await first.close();
    const log = memoryLog();
    const slack = openSlack(settingsFor(first.apiUrl), () => ({}), { clock: systemClock, log, ...quick });
    await slack.start();
    expect(slack.connections()).toEqual({ up: 0, wanted: 2, problem: 'ECONNREFUSED' });
    expect(log.said.map(({ message }) => message)).toContain('slack is away, trying on');
    const second = await startSlackSimulator({ pace: 0, port: first.port });
    await until(() => slack.connections().up === 2);
    await slack.stop();
    await second.close();
  });

  it('does not wait for a hello that never comes', async () => {
    const { url } = await aSocketServer();
    const slack = await aSlackThatOpens(url, quick);
    await slack.start();
    expect(slack.connections()).toEqual({ up: 0, wanted: 2, problem: 'no_hello' });
  });

  it('is ready when the second connection is up before anything is known of the first', async () => {
    const { url, sockets } = await aSocketServer();
    sockets.on('connection', (socket) => {
      if (sockets.clients.size === 2) socket.send('{"type":"hello","num_connections":2}');
    });
    const slack = await aSlackThatOpens(url, quick);
    const told: object[] = [];
    slack.onChange((connections) => told.push(connections));
    await slack.start();
    expect(told[0]).toEqual({ up: 1, wanted: 2, problem: undefined });
  });

  it('takes no hello that comes after it gave up waiting for it', async () => {
    const { url, sockets } = await aSocketServer();
    const closed = new Promise<void>((resolve) => {
      sockets.on('connection', (socket) => {
        socket.on('close', () => resolve());
        void systemClock.sleep(150).then(() => socket.send('{"type":"hello","num_connections":1}'));
      });
    });
    const slack = await aSlackThatOpens(url, { times: { helloMs: 50, closeMs: 300, startMs: 10 } });
    const told = new Set<number>();
    slack.onChange(({ up }) => told.add(up));
    await slack.start();
    await closed;
    expect(told).toEqual(new Set([0]));
  });
});

describe('stop', () => {
  it('hangs up quickly and stays down', async () => {
    const { sim, slack } = await aBench();
    await slack.start();
    await until(() => slack.connections().up === 2);
    const from = performance.now();
    await slack.stop();
    expect(performance.now() - from).toBeLessThan(5_000);
    await until(() => stateOf(sim).connections === 0);
    expect(slack.connections().up).toBe(0);
  });

  it('waits for work that is running', async () => {
    let done = false;
    const { sim, slack } = await aBench({
      handle: () => ({
        work: async () => {
          await systemClock.sleep(100);
          done = true;
        },
      }),
    });
    await slack.start();
    await sim.control.command(command);
    await slack.stop();
    expect(done).toBe(true);
  });

  it('works before a start, during it and twice', async () => {
    const { slack } = await aBench();
    await slack.stop();
    const second = await aBench();
    const starting = second.slack.start();
    await Promise.all([starting, second.slack.stop()]);
    await second.slack.stop();
    expect(stateOf(second.sim).connections).toBe(0);
  });
});

describe('fault 37: reconnecting', () => {
  it.each([
    ['warning', 'Slack announces the end'],
    ['refresh_requested', 'Slack moves the connection'],
    ['drop', 'the connection breaks'],
  ])('after %s at once: %s', async (reason) => {
    const { sim, slack, log } = await aBench();
    await slack.start();
    await until(() => slack.connections().up === 2);
    await sim.control.socket({ reason });
    await until(() => endsIn(log).length === 2 && slack.connections().up === 2);
    expect(endsIn(log)).toMatchObject([{ waitMs: 0 }, { waitMs: 0 }]);
    expect((await sim.control.command(command)).ok).toBe(true);
  });

  it('finds a connection that is half open', async () => {
    const { sim, slack, log } = await aBench({ deps: quick });
    await slack.start();
    await until(() => slack.connections().up === 2);
    await sim.control.socket({ reason: 'halfopen' });
    await until(() => endsIn(log).length >= 2 && slack.connections().up === 2);
  });

  it('loses no command while one of two connections is refreshed', async () => {
    const { sim, slack, inbounds } = await aBench();
    await slack.start();
    await until(() => slack.connections().up === 2);
    for (let round = 0; round < 5; round += 1) {
      await sim.control.socket({ reason: 'refresh_requested', count: 1 });
      for (let n = 0; n < 10; n += 1) expect((await sim.control.command(command)).ok).toBe(true);
      await until(() => slack.connections().up === 2);
    }
    expect(inbounds.length).toBe(50);
  });

  it('waits before it comes back to a crowded app', async () => {
    const { sim, slack, log } = await aBench({ settings: { connections: 1 } });
    await slack.start();
    await sim.control.socket({ reason: 'too_many_websockets' });
    await until(() => slack.connections().up === 0);
    expect(slack.connections().problem).toBe('too_many_websockets');
    await until(() => endsIn(log).length > 0);
    expect(endsIn(log)[0]).toMatchObject({ reason: 'too_many_websockets', waitMs: 5_000 });
  });

  it.each<[object, number, string]>([
    [{ kind: 'status', status: 500 }, 1_000, 'an error'],
    [{ kind: 'ok_false', error: 'internal_error' }, 1_000, 'a refusal'],
    [{ kind: 'html' }, 1_000, 'a page'],
    [{ kind: 'status', status: 429, headers: { 'retry-after': '2' } }, 2_000, 'as long as Slack asks'],
    [
      { kind: 'ok_false', error: 'invalid_auth' },
      30_000,
      'a token that was revoked meanwhile, which only people mend',
    ],
  ])('tries again after apps.connections.open answered %j, %i ms later: %s', async (fault, waitMs) => {
    const { sim, slack, log } = await aBench({ settings: { connections: 1 } });
    await slack.start();
    await sim.control.faults({ method: 'apps.connections.open', ...fault, times: 1 });
    await sim.control.socket({ reason: 'drop' });
    await until(() => endsIn(log).length === 2);
    expect(endsIn(log)[1]).toMatchObject({ upMs: undefined, waitMs });
    if (waitMs < 5_000) await until(() => slack.connections().up === 1);
  });

  it('acknowledges an event flood’s app_rate_limited, an envelope without an event', async () => {
    const { sim, slack, log } = await aBench({
      settings: { connections: 1 },
      sim: { ackMs: 100, retryMs: [] },
    });
    await slack.start();
    const told = await sim.control.event({ event: { type: 'app_rate_limited', minute_rate_limited: 1 } });
    expect(told).toMatchObject({ ok: true, delivered: { acked: true } });
    expect((await sim.control.command(command)).ok).toBe(true);
    expect(log.said.filter(({ level }) => level !== 'info' && level !== 'debug')).toEqual([]);
  });

  it.each([
    ['warning', 'sent after Slack announced the end'],
    ['refresh_requested', 'not acknowledged yet when Slack moved the connection'],
  ])('%s: loses no command %s', async (reason) => {
    const { sim, slack, inbounds } = await aBench({
      settings: { connections: 1 },
      handle: () => ({ before: () => systemClock.sleep(50) }),
    });
    await slack.start();
    const before = sim.control.command(command);
    await sim.control.socket({ reason });
    const after = reason === 'warning' ? [sim.control.command(command)] : [];
    const told = await Promise.all([before, ...after]);
    expect(told.map(({ acked }) => acked)).toEqual(told.map(() => true));
    expect(inbounds.length).toBe(told.length);
  });

  it('does not close what it replaces when posting goes on', async () => {
    const { sim, slack } = await aBench();
    await slack.start();
    await sim.control.socket({ reason: 'drop' });
    await slack.chat.post({ channel: CHANNEL, key: 'k' }, aMessage());
    expect(stateOf(sim).messages(CHANNEL).length).toBe(1);
  });
});

describe('another program on the same app', () => {
  it('is noticed when it was there first, and its end when Slack next says hello', async () => {
    const { sim, slack } = await aBench({ deps: { times: { crowdMs: 50, closeMs: 10 } } });
    const other = openSlack(settingsFor(sim.apiUrl), () => ({}), { clock: systemClock, log: memoryLog() });
    await other.start();
    await until(() => other.connections().up === 2);
    await slack.start();
    await until(() => slack.connections().foreign === 2);
    expect(slack.connections()).toMatchObject({ up: 2, wanted: 2, foreign: 2 });
    await until(() => stateOf(sim).connections === 4);
    await other.stop();
    await sim.control.socket({ reason: 'refresh_requested' });
    await until(() => slack.connections().up === 2 && slack.connections().foreign === undefined);
  });

  it('is not taken for one while a connection of ours that was dropped still counts', async () => {
    const { sim, slack, log } = await aBench({ deps: { times: { crowdMs: 500, closeMs: 50 } } });
    await slack.start();
    await until(() => slack.connections().up === 2);
    for (let round = 1; round <= 3; round += 1) {
      await sim.control.socket({ reason: 'refresh_requested' });
      await until(() => endsIn(log).length >= 2 * round && slack.connections().up === 2);
    }
    expect(slack.connections().foreign).toBeUndefined();
    expect(log.said.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
