import { expect, test } from 'vitest';
import { type Any, actions, bench, button, section } from './support.ts';

const SOC = 'C0SOC0001';
const metadata = { event_type: 'illumio_chatops', event_payload: { key: 'k1' } };

test.each<[string, string, Record<string, unknown>, string]>([
  ['no token', 'auth.test', { token: undefined }, 'not_authed'],
  ['an unknown channel', 'chat.postMessage', { channel: 'C0NOWHERE1', text: 'x' }, 'channel_not_found'],
  ['a channel the bot is not in', 'chat.postMessage', { channel: 'C0NOTMEM1', text: 'x' }, 'not_in_channel'],
  ['an archived channel', 'chat.postMessage', { channel: 'C0ARCHIV1', text: 'x' }, 'is_archived'],
  ['nothing to say', 'chat.postMessage', { channel: SOC }, 'no_text'],
  [
    'an unknown thread',
    'chat.postMessage',
    { channel: SOC, text: 'x', thread_ts: '1.000001' },
    'thread_not_found',
  ],
  [
    '101 attachments',
    'chat.postMessage',
    { channel: SOC, attachments: Array(101).fill({ text: 'x' }) },
    'too_many_attachments',
  ],
  [
    'metadata without a type',
    'chat.postMessage',
    { channel: SOC, text: 'x', metadata: { event_payload: {} } },
    'invalid_metadata_format',
  ],
  [
    'text and markdown_text',
    'chat.postMessage',
    { channel: SOC, text: 'x', markdown_text: 'x' },
    'markdown_text_conflict',
  ],
  [
    'an update of nothing there',
    'chat.update',
    { channel: SOC, ts: '1.000001', text: 'x' },
    'message_not_found',
  ],
  ['a deletion of nothing there', 'chat.delete', { channel: SOC, ts: '1.000001' }, 'message_not_found'],
  [
    'an ephemeral for someone elsewhere',
    'chat.postEphemeral',
    { channel: SOC, user: 'U0OTTO001', text: 'x' },
    'user_not_in_channel',
  ],
  [
    'an ephemeral for nobody',
    'chat.postEphemeral',
    { channel: SOC, user: 'U0NOBODY1', text: 'x' },
    'user_not_found',
  ],
  ['an unknown person', 'users.info', { user: 'U0NOBODY1' }, 'user_not_found'],
  ['an unknown address', 'users.lookupByEmail', { email: 'nobody@example.com' }, 'users_not_found'],
  ['an unknown group', 'usergroups.users.list', { usergroup: 'S0NOGROUP' }, 'no_such_subteam'],
  ['an unknown file', 'files.info', { file: 'F0NOFILE01' }, 'file_not_found'],
  [
    'history of a channel the bot is not in',
    'conversations.history',
    { channel: 'C0NOTMEM1' },
    'not_in_channel',
  ],
  [
    'an unknown thread to read',
    'conversations.replies',
    { channel: SOC, ts: '1.000001' },
    'thread_not_found',
  ],
  ['a broken cursor', 'conversations.history', { channel: SOC, cursor: 'nonsense' }, 'invalid_cursor'],
  ['a broken oldest', 'conversations.history', { channel: SOC, oldest: 'yesterday' }, 'invalid_ts_oldest'],
  ['an unknown method', 'chat.postMesage', {}, 'unknown_method'],
  [
    'a reaction to nothing there',
    'reactions.add',
    { channel: SOC, timestamp: '1.000001', name: 'eyes' },
    'message_not_found',
  ],
])('%s is refused', async (_what, method, args, error) => {
  const b = await bench();
  const token = 'token' in args ? '' : 'xoxb-sim';
  const { status, body } = await b.call(method, 'token' in args ? {} : args, token);
  expect(status).toBe(200);
  expect(body).toMatchObject({ ok: false, error });
  expect(b.state().calls.at(-1)).toMatchObject({ method, ok: false, error });
});

test('a text over 40,000 characters is cut, an update over 4,000 refused', async () => {
  const b = await bench();
  const { ts } = await b.api('chat.postMessage', { channel: SOC, text: 'x'.repeat(40_001) });
  expect(b.messages(SOC)[0].text).toHaveLength(40_000);
  expect(await b.api('chat.update', { channel: SOC, ts, text: 'x'.repeat(4_001) })).toMatchObject({
    error: 'msg_too_long',
  });
});

test('an update with text removes the blocks, with neither keeps them, and keeps the metadata', async () => {
  const b = await bench();
  const blocks = [section('web-01'), actions(button('go'))];
  const { ts } = await b.api('chat.postMessage', { channel: SOC, text: 'one', blocks, metadata });
  await b.api('chat.update', { channel: SOC, ts, metadata: { event_type: 'e', event_payload: {} } });
  expect(b.messages(SOC)[0]).toMatchObject({ text: 'one', edited: false, metadata: { event_type: 'e' } });
  expect(b.messages(SOC)[0].blocks).toHaveLength(2);
  await b.api('chat.update', { channel: SOC, ts, text: 'two', blocks: [section('done')] });
  expect(b.messages(SOC)[0]).toMatchObject({
    text: 'two',
    edited: false,
    updates: 2,
    metadata: { event_type: 'e' },
  });
  await b.api('chat.update', { channel: SOC, ts, text: 'three' });
  expect(b.messages(SOC)[0]).toMatchObject({ text: 'three', blocks: [], edited: true });
});

test("a person's message cannot be updated or deleted by the bot", async () => {
  const b = await bench();
  const { ts } = (await b.sim.control.message({ user: 'maya', channel: SOC, text: 'hello' })) as Any;
  expect(await b.api('chat.update', { channel: SOC, ts, text: 'x' })).toMatchObject({
    error: 'cant_update_message',
  });
  expect(await b.api('chat.delete', { channel: SOC, ts })).toMatchObject({ error: 'cant_delete_message' });
});

test('a message deleted by a person cannot be updated', async () => {
  const b = await bench();
  const { ts } = await b.api('chat.postMessage', { channel: SOC, text: 'x' });
  await b.sim.control.delete({ channel: SOC, ts });
  expect(await b.api('chat.update', { channel: SOC, ts, text: 'y' })).toMatchObject({
    error: 'message_not_found',
  });
  expect(b.messages(SOC)[0]).toMatchObject({ deleted: true, text: 'x' });
});

test('history leaves replies out unless broadcast and shows metadata only on request', async () => {
  const b = await bench();
  const root = await b.api('chat.postMessage', { channel: SOC, text: 'root', metadata });
  const thread = { channel: SOC, thread_ts: root.ts };
  await b.api('chat.postMessage', { ...thread, text: 'quiet' });
  const loud = await b.api('chat.postMessage', { ...thread, text: 'loud', reply_broadcast: true, metadata });
  const history = await b.api('conversations.history', { channel: SOC });
  expect(history.messages.map((one: Any) => one.text)).toEqual(['loud', 'root']);
  expect(history.messages[0]).toMatchObject({ subtype: 'thread_broadcast', thread_ts: root.ts });
  expect(history.messages[1]).toMatchObject({ reply_count: 2, latest_reply: loud.ts, bot_id: 'B0BOT0001' });
  expect(history.messages.some((one: Any) => 'metadata' in one)).toBe(false);
  const replies = await b.api('conversations.replies', {
    channel: SOC,
    ts: root.ts,
    include_all_metadata: true,
  });
  expect(replies.messages.map((one: Any) => [one.text, one.metadata?.event_payload.key])).toEqual([
    ['root', 'k1'],
    ['quiet', undefined],
    ['loud', 'k1'],
  ]);
});

test('history is read page by page and within bounds', async () => {
  const b = await bench();
  const all: string[] = [];
  for (const text of ['a', 'b', 'c', 'd', 'e'])
    all.push((await b.api('chat.postMessage', { channel: SOC, text })).ts);
  expect([...all].sort()).toEqual(all);
  expect(new Set(all).size).toBe(5);
  const first = await b.api('conversations.history', { channel: SOC, limit: 2 });
  expect(first.messages.map((one: Any) => one.text)).toEqual(['e', 'd']);
  expect(first.has_more).toBe(true);
  const second = await b.api('conversations.history', {
    channel: SOC,
    limit: 4,
    cursor: first.response_metadata.next_cursor,
  });
  expect(second.messages.map((one: Any) => one.text)).toEqual(['c', 'b', 'a']);
  expect(second).toMatchObject({ has_more: false, response_metadata: { next_cursor: '' } });
  const between = await b.api('conversations.history', { channel: SOC, oldest: all[1], latest: all[3] });
  expect(between.messages.map((one: Any) => one.text)).toEqual(['c']);
  const inclusive = await b.api('conversations.history', {
    channel: SOC,
    oldest: all[1],
    latest: all[3],
    inclusive: true,
  });
  expect(inclusive.messages).toHaveLength(3);
});

test('a deleted root with replies stays as a tombstone', async () => {
  const b = await bench();
  const { ts } = await b.api('chat.postMessage', { channel: SOC, text: 'root' });
  await b.api('chat.postMessage', { channel: SOC, text: 'reply', thread_ts: ts });
  await b.sim.control.delete({ channel: SOC, ts });
  const { messages } = await b.api('conversations.replies', { channel: SOC, ts });
  expect(messages.map((one: Any) => [one.subtype, one.text])).toEqual([
    ['tombstone', 'This message was deleted.'],
    [undefined, 'reply'],
  ]);
});

test('a post to a person opens the direct message', async () => {
  const b = await bench();
  const first = await b.api('chat.postMessage', { channel: 'U0MAYA001', text: 'x' });
  const second = await b.api('chat.postMessage', { channel: 'U0MAYA001', text: 'y' });
  expect(first.channel).toMatch(/^D[A-Z0-9]{8,}$/);
  expect(second.channel).toBe(first.channel);
});

test('people, groups and channels are as seeded', async () => {
  const b = await bench();
  const facts = async (user: string) => (await b.api('users.info', { user })).user;
  expect(await facts('U0GUEST01')).toMatchObject({ is_ultra_restricted: true, team_id: 'T0SIM0001' });
  expect(await facts('U0OTTO001')).toMatchObject({ is_stranger: false, team_id: 'T0OTHER01' });
  expect((await facts('U0OTTO001')).profile.email).toBeUndefined();
  expect(await facts('U0GONE001')).toMatchObject({ deleted: true });
  expect(await b.api('usergroups.users.list', { usergroup: 'S0SECOPS1' })).toMatchObject({
    users: ['U0MAYA001', 'U0JO00001'],
  });
  const shared = await b.api('conversations.info', { channel: 'C0SHARED1' });
  expect(shared.channel).toMatchObject({ is_ext_shared: true, is_member: true });
  const ids = [...b.state().users, ...b.state().channels, ...b.state().groups].map((one: Any) => one.id);
  for (const id of ids) expect(id).toMatch(/^[CUTSBAFD][A-Z0-9]{8,}$/);
});

test('a disabled group lists nobody', async () => {
  const b = await bench();
  await b.sim.control.group({ id: 'S0LEADS01', disabled: true });
  expect(await b.api('usergroups.users.list', { usergroup: 'S0LEADS01' })).toMatchObject({
    ok: true,
    users: [],
  });
});

test('reactions, permalinks and identity', async () => {
  const b = await bench();
  const { ts } = await b.api('chat.postMessage', { channel: SOC, text: 'x' });
  await b.api('reactions.add', { channel: SOC, timestamp: ts, name: 'eyes' });
  expect(await b.api('reactions.add', { channel: SOC, timestamp: ts, name: 'eyes' })).toMatchObject({
    error: 'already_reacted',
  });
  expect(b.messages(SOC)[0].reactions).toEqual({ eyes: ['U0BOT0001'] });
  const { permalink } = await b.api('chat.getPermalink', { channel: SOC, message_ts: ts });
  expect(permalink).toBe(`https://sim-security.slack.com/archives/${SOC}/p${ts.replace('.', '')}`);
  const { headers, body } = await b.call('auth.test');
  expect(body).toMatchObject({ team_id: 'T0SIM0001', user_id: 'U0BOT0001', bot_id: 'B0BOT0001' });
  expect(headers.get('x-oauth-scopes')).toContain('chat:write');
});
