import { expect, test } from 'vitest';
import { openSocket } from './socket.ts';
import { type Any, actions, type Bench, bench, button, section } from './support.ts';

const SOC = 'C0SOC0001';

const respond = async (url: string, body: object): Promise<{ status: number; body: Any }> => {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  return { status: response.status, body: await response.json() };
};

const commandUrl = async (b: Bench): Promise<string> =>
  ((await b.sim.control.command({ user: 'maya', channel: SOC, text: '' })) as Any)['response_url'];

/** A click on a posted (or ephemeral) button, and the response_url it came with. */
const clickUrl = async (b: Bench, ts: string): Promise<string> => {
  const { received } = await openSocket(b);
  await b.sim.control.click({ user: 'maya', channel: SOC, ts, action_id: 'go' });
  return received.at(-1).payload.response_url;
};

test('a response_url is good for five uses', async () => {
  const b = await bench();
  const url = await commandUrl(b);
  for (let n = 0; n < 5; n += 1) expect((await respond(url, { text: `${n}` })).status).toBe(200);
  expect(await respond(url, { text: 'six' })).toEqual({
    status: 404,
    body: { ok: false, error: 'used_url' },
  });
  expect(b.state().ephemerals).toHaveLength(5);
});

test('a response_url is good for 30 minutes', async () => {
  const b = await bench();
  const url = await commandUrl(b);
  b.clock.advance(30 * 60_000);
  expect((await respond(url, { text: 'x' })).status).toBe(200);
  b.clock.advance(1);
  expect(await respond(url, { text: 'x' })).toEqual({
    status: 404,
    body: { ok: false, error: 'expired_url' },
  });
});

test('an answer is ephemeral unless in_channel is asked for, and needs no membership', async () => {
  const b = await bench();
  const outcome = (await b.sim.control.command({ user: 'maya', channel: 'C0NOTMEM1', text: '' })) as Any;
  await respond(outcome['response_url'], { text: 'quiet' });
  await respond(outcome['response_url'], { text: 'loud', response_type: 'in_channel' });
  expect(b.state().ephemerals.map((one: Any) => one.text)).toEqual(['quiet']);
  expect(b.messages('C0NOTMEM1').map((one) => one.text)).toEqual(['loud']);
});

test.each<[string, object, string]>([
  ['nothing', {}, 'no_text'],
  ['invalid blocks', { blocks: [section('x'.repeat(3001))] }, 'invalid_blocks'],
])('an answer of %s is refused with 400', async (_what, body, error) => {
  const b = await bench();
  expect(await respond(await commandUrl(b), body)).toMatchObject({ status: 400, body: { ok: false, error } });
});

test('an answer to a click replaces or deletes the message', async () => {
  const b = await bench();
  const { ts } = await b.api('chat.postMessage', {
    channel: SOC,
    text: 'x',
    blocks: [actions(button('go'))],
  });
  const url = await clickUrl(b, ts);
  await respond(url, { replace_original: true, text: 'done' });
  expect(b.messages(SOC)).toMatchObject([{ text: 'done', blocks: [] }]);
  await respond(url, { delete_original: true });
  expect(b.messages(SOC)).toMatchObject([{ deleted: true }]);
});

test('an ephemeral answers its button only through the response_url', async () => {
  const b = await bench();
  const { message_ts: ts } = await b.api('chat.postEphemeral', {
    channel: SOC,
    user: 'U0MAYA001',
    text: 'x',
    blocks: [actions(button('go'))],
  });
  expect(await b.api('chat.update', { channel: SOC, ts, text: 'y' })).toMatchObject({
    error: 'message_not_found',
  });
  await expect(b.sim.control.click({ user: 'jo', channel: SOC, ts, action_id: 'go' })).rejects.toThrow(
    /no message/,
  );
  const url = await clickUrl(b, ts);
  await respond(url, { replace_original: true, text: 'done' });
  expect(b.state().ephemerals).toMatchObject([{ text: 'done', blocks: [] }]);
});

test('answers in the channel keep the pace of the channel', async () => {
  const b = await bench({ pace: 1 });
  const url = await commandUrl(b);
  for (let n = 0; n < 3; n += 1) await respond(url, { text: 'x', response_type: 'in_channel' });
  expect(await respond(url, { text: 'x', response_type: 'in_channel' })).toMatchObject({ status: 429 });
});
