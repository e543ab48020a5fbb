import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { arrived, openSocket, turn } from './socket.ts';
import { bench } from './support.ts';

const SOC = 'C0SOC0001';
const command = { user: 'maya', channel: SOC, text: 'status' };

test('hello comes first and a ticket is good once', async () => {
  const b = await bench();
  const { hello, socket } = await openSocket(b);
  expect(hello).toMatchObject({
    type: 'hello',
    num_connections: 1,
    connection_info: { app_id: 'A0SIM0001' },
  });
  const again = new WebSocket(socket.url);
  const [error] = await once(again, 'error');
  expect(String(error)).toContain('401');
});

test('each envelope goes to one connection, and over time to all of them', async () => {
  const b = await bench();
  const sockets = [await openSocket(b), await openSocket(b), await openSocket(b)];
  for (let n = 0; n < 30; n += 1) await b.sim.control.command(command);
  const counts = sockets.map((one) => one.received.length);
  expect(counts.reduce((sum, count) => sum + count)).toBe(30);
  expect(Math.min(...counts)).toBeGreaterThan(0);
});

test('an envelope has the shape of facts/slack §2', async () => {
  const b = await bench();
  const { received } = await openSocket(b);
  await b.sim.control.command(command);
  await b.sim.control.event({ event: { type: 'app_mention', user: 'U0MAYA001', channel: SOC, text: 'hi' } });
  expect(received[0]).toMatchObject({
    envelope_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    type: 'slash_commands',
    accepts_response_payload: true,
    payload: {
      command: '/illumio',
      text: 'status',
      user_id: 'U0MAYA001',
      channel_id: SOC,
      team_id: 'T0SIM0001',
    },
  });
  expect(received[1]).toMatchObject({
    type: 'events_api',
    accepts_response_payload: false,
    retry_attempt: 0,
    retry_reason: '',
    payload: { type: 'event_callback', team_id: 'T0SIM0001', event: { type: 'app_mention' } },
  });
});

test('the eleventh connection is refused with too_many_websockets', async () => {
  const b = await bench();
  for (let n = 0; n < 10; n += 1) await openSocket(b);
  const eleventh = await openSocket(b);
  expect(eleventh.hello).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
  await eleventh.closed;
});

test('a command nobody acknowledges is an error of the person, and not sent again', async () => {
  const b = await bench();
  const { received } = await openSocket(b, () => null);
  const outcome = b.sim.control.command(command);
  await arrived(received, 1);
  b.clock.advance(3_000);
  expect(await outcome).toMatchObject({ ok: false, acked: false, error: 'operation_timeout' });
  b.clock.advance(400_000);
  expect(b.state().errors).toMatchObject([
    { user: 'U0MAYA001', about: '/illumio status', error: 'operation_timeout' },
  ]);
  expect(received).toHaveLength(1);
});

test('without a connection a command fails at once', async () => {
  const b = await bench();
  expect(await b.sim.control.command(command)).toMatchObject({ ok: false, error: 'dispatch_failed' });
});

test('an event nobody acknowledges comes again at once, after 1 min and after 5 min', async () => {
  const b = await bench();
  const { received } = await openSocket(b, () => null);
  b.sim.control.event({ event: { type: 'user_change' }, event_id: 'Ev0000001' }).catch(() => undefined);
  for (const [sent, wait] of [0, 60_000, 300_000].entries()) {
    await arrived(received, sent + 1);
    b.clock.advance(3_000);
    await turn();
    b.clock.advance(Math.max(0, wait - 1));
    await turn();
    if (wait > 0) expect(received).toHaveLength(sent + 1);
    b.clock.advance(1);
  }
  await arrived(received, 4);
  b.clock.advance(1_000_000);
  expect(received.map((one) => one.retry_attempt)).toEqual([0, 1, 2, 3]);
  expect(received.map((one) => one.retry_reason)).toEqual(['', 'timeout', 'timeout', 'timeout']);
  expect(new Set(received.map((one) => one.payload.event_id))).toEqual(new Set(['Ev0000001']));
});

test('a warning leaves the connection 10 s, a refresh takes its envelopes away', async () => {
  const b = await bench();
  const warned = await openSocket(b);
  await b.sim.control.socket({ reason: 'warning' });
  expect(await b.sim.control.command(command)).toMatchObject({ ok: true });
  expect(warned.disconnects).toEqual(['warning']);
  await b.sim.control.socket({ reason: 'refresh_requested' });
  expect(await b.sim.control.command(command)).toMatchObject({ error: 'dispatch_failed' });
  b.clock.advance(10_000);
  expect(await warned.closed).toBe(1000);
});

test('a half-open connection still gets its share and answers nothing', async () => {
  const b = await bench();
  const { received } = await openSocket(b);
  await b.sim.control.socket({ reason: 'halfopen' });
  const outcome = b.sim.control.command(command);
  b.clock.advance(3_000);
  expect(await outcome).toMatchObject({ error: 'operation_timeout' });
  expect(received).toEqual([]);
});

test('the server pings, and a dropped connection ends without a close frame', async () => {
  const b = await bench();
  const { socket, closed } = await openSocket(b);
  const pinged = once(socket, 'ping');
  b.clock.advance(10_000);
  expect(String((await pinged)[0])).toContain('Ping from');
  await b.sim.control.socket({ reason: 'drop' });
  expect(await closed).toBe(1006);
});

test('only the oldest connection is disturbed when one is asked for', async () => {
  const b = await bench();
  const [first, second] = [await openSocket(b), await openSocket(b)];
  expect(await b.sim.control.socket({ reason: 'refresh_requested', count: 1 })).toEqual({
    ok: true,
    disturbed: 1,
  });
  for (let n = 0; n < 5; n += 1) await b.sim.control.command(command);
  expect([first.received.length, second.received.length]).toEqual([0, 5]);
});
