import { expect, test } from 'vitest';
import { type Bench, bench } from './support.ts';

const SOC = 'C0SOC0001';
const post = (b: Bench, channel = SOC): Promise<Response> =>
  fetch(`${b.sim.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb-sim' },
    body: new URLSearchParams({ channel, text: 'x' }),
  });

const fault = (b: Bench, more: Record<string, unknown>) =>
  b.sim.control.faults({ method: 'chat.postMessage', times: 1, ...more });

test.each<[string, Record<string, unknown>, number, RegExp]>([
  ['a status', { kind: 'status', status: 503 }, 503, /internal_error/],
  ['an HTML page', { kind: 'html' }, 200, /<html>/],
  ['an empty body', { kind: 'empty' }, 200, /^$/],
  ['a truncated body', { kind: 'truncate' }, 200, /^\{"ok":true[^}]*$/],
  [
    'a refusal',
    { kind: 'ok_false', error: 'restricted_action' },
    200,
    /^\{"ok":false,"error":"restricted_action"\}$/,
  ],
])('%s is answered once, and nothing is posted', async (_what, more, status, body) => {
  const b = await bench();
  await fault(b, more);
  const spoilt = await post(b);
  expect(spoilt.status).toBe(status);
  expect(await spoilt.text()).toMatch(body);
  expect(b.messages(SOC)).toEqual([]);
  expect(b.state().calls.at(-1)).toMatchObject({ ok: false, error: `fault:${String(more['kind'])}` });
  expect((await post(b)).status).toBe(200);
  expect(b.messages(SOC)).toHaveLength(1);
});

test.each(['reset', 'half'])('%s breaks the connection', async (kind) => {
  const b = await bench();
  await fault(b, { kind });
  await expect(post(b).then((response) => response.text())).rejects.toThrow();
  expect(b.messages(SOC)).toEqual([]);
});

test.each(['reset', 'half', 'html', 'empty', 'truncate', 'status', 'ok_false'])(
  'with after: apply the post takes effect although the answer is %s',
  async (kind) => {
    const b = await bench();
    await fault(b, { kind, after: 'apply' });
    await post(b)
      .then((response) => response.text())
      .catch(() => undefined);
    expect(b.messages(SOC)).toHaveLength(1);
    expect(b.state().calls.at(-1)).toMatchObject({ ok: true, error: null, fault: kind });
  },
);

test('a delay holds the answer back, a slow one drips', async () => {
  const b = await bench();
  await fault(b, { kind: 'delay', ms: 5_000 });
  const delayed = post(b);
  while (b.messages(SOC).length === 0) await new Promise((resolve) => setImmediate(resolve));
  b.clock.advance(5_000);
  expect((await delayed).status).toBe(200);
  await fault(b, { kind: 'slow', ms: 1_000 });
  const slow = await post(b);
  b.clock.advance(2_000);
  expect(await slow.json()).toMatchObject({ ok: true });
});

test('a rate limit of one channel leaves the others alone, until it is cleared', async () => {
  const b = await bench();
  await b.sim.control.faults({
    method: 'chat.postMessage',
    channel: SOC,
    kind: 'status',
    status: 429,
    headers: { 'retry-after': '5' },
  });
  const refused = await post(b);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
  expect(await refused.json()).toEqual({ ok: false, error: 'ratelimited' });
  expect((await post(b, 'C0GENERAL')).status).toBe(200);
  expect((await post(b)).status).toBe(429);
  await b.sim.control.clearFaults();
  expect((await post(b)).status).toBe(200);
});

test('over HTTP faults are added with an id, deleted, and refused in a sentence', async () => {
  const b = await bench();
  const send = async (method: string, body?: object) => {
    const response = await fetch(`${b.sim.url}/_sim/faults`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  expect(await send('POST', { method: 'chat.postMessage', kind: 'reset' })).toMatchObject({
    status: 200,
    body: { id: 'fault-1' },
  });
  expect(await send('POST', { kind: 'explode' })).toMatchObject({ status: 400, body: { ok: false } });
  expect(await send('DELETE')).toMatchObject({ status: 200, body: { ok: true } });
  expect((await post(b)).status).toBe(200);
});
