import { expect, test } from 'vitest';
import { bench } from './support.ts';

const post = { channel: 'C0SOC0001', text: 'x' };

test('a channel takes a burst of 3, then one post a second; others are not affected', async () => {
  const b = await bench({ pace: 1 });
  for (let n = 0; n < 3; n += 1) expect((await b.call('chat.postMessage', post)).status).toBe(200);
  const { status, headers, body } = await b.call('chat.postMessage', post);
  expect({ status, retryAfter: headers.get('retry-after'), body }).toEqual({
    status: 429,
    retryAfter: '1',
    body: { ok: false, error: 'ratelimited' },
  });
  expect(b.state().calls.at(-1)).toMatchObject({ ok: false, error: 'ratelimited', status: 429 });
  expect((await b.call('chat.postMessage', { ...post, channel: 'C0GENERAL' })).status).toBe(200);
  b.clock.advance(1_000);
  expect((await b.call('chat.postMessage', post)).status).toBe(200);
  expect((await b.call('chat.postMessage', post)).status).toBe(429);
  expect(b.messages('C0SOC0001')).toHaveLength(4);
});

test('a slow pace asks for the whole seconds it needs', async () => {
  const b = await bench({ pace: 0.2 });
  for (let n = 0; n < 3; n += 1) await b.call('chat.postMessage', post);
  expect((await b.call('chat.postMessage', post)).headers.get('retry-after')).toBe('5');
});

test.each([
  ['usergroups.list', {}, 20],
  ['conversations.info', { channel: 'C0SOC0001' }, 50],
  ['users.info', { user: 'U0MAYA001' }, 100],
])('%s %o is allowed %i times a minute', async (method, args, allowed) => {
  const b = await bench({ pace: 1 });
  for (let n = 0; n < allowed; n += 1) expect((await b.call(method, args)).status).toBe(200);
  const refused = await b.call(method, args);
  expect(refused.status).toBe(429);
  b.clock.advance(Number(refused.headers.get('retry-after')) * 1_000);
  expect((await b.call(method, args)).status).toBe(200);
});

test.each([0, Number.POSITIVE_INFINITY])('pace %d knows no limit', async (pace) => {
  const b = await bench({ pace });
  for (let n = 0; n < 30; n += 1) expect((await b.call('usergroups.list')).status).toBe(200);
});
