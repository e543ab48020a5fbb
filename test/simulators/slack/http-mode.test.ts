import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Any, actions, bench, button } from './support.ts';

const SOC = 'C0SOC0001';

interface Received {
  readonly type: string;
  readonly signed: boolean;
  readonly headers: Any;
  readonly body: string;
}

/** An app in HTTP mode: checks the signature as Slack's documents say and gives the next answer. */
const startApp = async (
  answers: { status?: number; body?: string }[],
): Promise<{ url: string; received: Received[] }> => {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces).toString();
    const stamp = request.headers['x-slack-request-timestamp'];
    const expected = `v0=${createHmac('sha256', 'simsecret').update(`v0:${stamp}:${body}`).digest('hex')}`;
    const signed = request.headers['x-slack-signature'] === expected;
    received.push({ type: request.headers['content-type'] ?? '', signed, headers: request.headers, body });
    const { status = 200, body: said = '' } = answers.shift() ?? {};
    response.writeHead(status).end(said);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`, received };
};

test('a command is a signed form, its answer is shown', async () => {
  const app = await startApp([{ body: JSON.stringify({ text: 'hello', response_type: 'in_channel' }) }]);
  const b = await bench({ requestUrl: app.url });
  expect(await b.sim.control.command({ user: 'maya', channel: SOC, text: 'status' })).toMatchObject({
    ok: true,
  });
  const [request] = app.received;
  expect(request).toMatchObject({ type: 'application/x-www-form-urlencoded', signed: true });
  expect(Object.fromEntries(new URLSearchParams(request?.body))).toMatchObject({
    command: '/illumio',
    text: 'status',
    user_id: 'U0MAYA001',
  });
  expect(b.messages(SOC)).toMatchObject([{ text: 'hello' }]);
});

test('a click is a form with one payload, an event is JSON', async () => {
  const app = await startApp([]);
  const b = await bench({ requestUrl: app.url });
  const { ts } = await b.api('chat.postMessage', {
    channel: SOC,
    text: 'x',
    blocks: [actions(button('go'))],
  });
  await b.sim.control.click({ user: 'maya', channel: SOC, ts, action_id: 'go' });
  await b.sim.control.event({ event: { type: 'user_change' } });
  const [click, event] = app.received;
  expect(JSON.parse(new URLSearchParams(click?.body).get('payload') ?? '')).toMatchObject({
    type: 'block_actions',
    actions: [{ action_id: 'go' }],
  });
  expect([click?.signed, event?.signed, event?.type]).toEqual([true, true, 'application/json']);
  expect(JSON.parse(event?.body ?? '')).toMatchObject({
    type: 'event_callback',
    event: { type: 'user_change' },
  });
});

test('an event that failed comes again with its number and reason', async () => {
  const app = await startApp([{ status: 500 }]);
  const b = await bench({ requestUrl: app.url });
  await b.sim.control.event({ event: { type: 'user_change' } });
  b.clock.advance(0);
  while (app.received.length < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(app.received[1]?.headers).toMatchObject({
    'x-slack-retry-num': '1',
    'x-slack-retry-reason': 'http_error',
  });
  expect(app.received[1]?.body).toBe(app.received[0]?.body);
});

test('an app that answers 500 is dispatch_failed for the person', async () => {
  const app = await startApp([{ status: 500 }]);
  const b = await bench();
  await b.sim.control.requestUrl({ url: app.url });
  expect(await b.sim.control.command({ user: 'maya', channel: SOC, text: '' })).toMatchObject({
    error: 'dispatch_failed',
  });
});

test('only loopback is ever called', async () => {
  const b = await bench();
  await expect(b.sim.control.requestUrl({ url: 'https://example.com/slack/events' })).rejects.toThrow(
    /127\.0\.0\.1/,
  );
});
