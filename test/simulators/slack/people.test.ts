import { expect, test } from 'vitest';
import { openSocket } from './socket.ts';
import { type Any, actions, bench, button, plain, section } from './support.ts';

const SOC = 'C0SOC0001';
const option = (value: string) => ({ text: plain(value), value });

test.each<[string, Record<string, unknown>, RegExp]>([
  ['a deactivated person', { user: 'gone', channel: SOC }, /gone is deactivated/],
  ['a bot', { user: 'ci-bot', channel: SOC }, /has no client/],
  ['nobody', { user: 'U0NOBODY1', channel: SOC }, /no user U0NOBODY1/],
  ['a guest elsewhere', { user: 'guest', channel: 'general' }, /guest cannot see #general/],
  ['an outsider in a channel of ours', { user: 'otto', channel: SOC }, /otto cannot see #soc-alerts/],
  ['anybody in an archived channel', { user: 'maya', channel: 'C0ARCHIV1' }, /archived/],
  ['anybody nowhere', { user: 'maya', channel: 'C0NOWHERE1' }, /no channel/],
])('%s cannot type a command', async (_who, body, message) => {
  const b = await bench();
  await expect(b.sim.control.command({ ...body, text: 'x' })).rejects.toThrow(message);
});

test('a person of another workspace does not have the command, and is told so', async () => {
  const b = await bench();
  const { received } = await openSocket(b);
  expect(await b.sim.control.command({ user: 'otto', channel: 'C0SHARED1', text: 'x' })).toMatchObject({
    ok: false,
    error: 'not_a_valid_command',
  });
  expect(b.state().ephemerals).toMatchObject([{ user: 'U0OTTO001', from: 'USLACKBOT' }]);
  expect(received).toEqual([]);
  expect(
    await b.sim.control.command({ user: 'otto', channel: 'C0SHARED1', text: 'x', forged: true }),
  ).toMatchObject({ ok: true });
});

test('an outsider can press a button in a shared channel; the payload names their home team', async () => {
  const b = await bench();
  const { received } = await openSocket(b);
  const { ts } = await b.api('chat.postMessage', {
    channel: 'C0SHARED1',
    text: 'x',
    blocks: [actions(button('go', { value: 'a1' }))],
  });
  await b.sim.control.click({ user: 'otto', channel: 'C0SHARED1', ts, action_id: 'go' });
  expect(received[0].payload).toMatchObject({
    type: 'block_actions',
    team: { id: 'T0SIM0001' },
    user: { id: 'U0OTTO001', team_id: 'T0OTHER01' },
    container: { type: 'message', message_ts: ts, channel_id: 'C0SHARED1', is_ephemeral: false },
    message: { ts, bot_id: 'B0BOT0001', app_id: 'A0SIM0001' },
    actions: [{ type: 'button', action_id: 'go', value: 'a1', block_id: expect.any(String) }],
    response_url: expect.stringContaining('http://127.0.0.1:'),
  });
});

test('an overflow menu and a select send the option that was chosen', async () => {
  const b = await bench();
  const { received } = await openSocket(b);
  const options = [option('snooze'), option('assign')];
  const menus = actions(
    { type: 'overflow', action_id: 'more', options },
    { type: 'static_select', action_id: 'pick', options },
  );
  const { ts } = await b.api('chat.postMessage', { channel: SOC, text: 'x', blocks: [section('x'), menus] });
  const at = { user: 'maya', channel: SOC, ts };
  await b.sim.control.click({ ...at, action_id: 'more', selected_option: 'assign' });
  await b.sim.control.click({ ...at, action_id: 'pick', value: 'snooze' });
  expect(received.map((one) => one.payload.actions[0].selected_option)).toEqual([
    option('assign'),
    option('snooze'),
  ]);
  expect(Object.values(received[1].payload.state.values)).toEqual([
    { pick: { type: 'static_select', selected_option: option('snooze') } },
  ]);
  await expect(b.sim.control.click({ ...at, action_id: 'more', selected_option: 'x' })).rejects.toThrow(
    /no option x; there are snooze, assign/,
  );
  await expect(b.sim.control.click({ ...at, action_id: 'gone' })).rejects.toThrow(
    /no element gone here; there are more, pick/,
  );
});

test('changes of groups, people and channels reach the app as events', async () => {
  const b = await bench();
  const { received } = await openSocket(b);
  await b.sim.control.group({ id: 'S0SECOPS1', users: ['U0JO00001', 'U0SAM0001'] });
  await b.sim.control.user({ id: 'U0SAM0001', deleted: true });
  await b.sim.control.channel({ id: 'C0NOTMEM1', member: true });
  await b.sim.control.channel({ id: SOC, shared: true, archived: true });
  await b.sim.control.message({ user: 'maya', channel: 'general', text: '<@U0BOT0001> help' });
  await b.sim.control.home({ user: 'maya' });
  expect(received.map((one) => one.payload.event.type)).toEqual([
    'subteam_members_changed',
    'subteam_updated',
    'user_change',
    'member_joined_channel',
    'channel_shared',
    'app_mention',
    'app_home_opened',
  ]);
  expect(received[0].payload.event).toMatchObject({
    added_users: ['U0SAM0001'],
    removed_users: ['U0MAYA001'],
  });
  expect(await b.api('chat.postMessage', { channel: 'C0NOTMEM1', text: 'x' })).toMatchObject({ ok: true });
  expect(await b.api('chat.postMessage', { channel: SOC, text: 'x' })).toMatchObject({
    error: 'is_archived',
  });
});

test('a message shortcut carries the message', async () => {
  const b = await bench();
  const { received } = await openSocket(b);
  const { ts } = await b.api('chat.postMessage', { channel: SOC, text: 'x' });
  await b.sim.control.shortcut({ user: 'jo', channel: SOC, ts, callback_id: 'investigate' });
  expect(received[0].payload).toMatchObject({
    type: 'message_action',
    callback_id: 'investigate',
    message: { ts, text: 'x' },
    channel: { id: SOC },
  });
});

test('the control API over HTTP tells in a sentence what cannot be done', async () => {
  const b = await bench();
  const send = async (path: string, body: string) => {
    const response = await fetch(`${b.sim.url}/_sim/${path}`, { method: 'POST', body });
    return { status: response.status, body: (await response.json()) as Any };
  };
  expect(await send('click', '{"user":"maya"}')).toEqual({
    status: 400,
    body: { ok: false, error: 'missing channel' },
  });
  expect(await send('command', 'nonsense')).toEqual({
    status: 400,
    body: { ok: false, error: 'the body must be a JSON object' },
  });
  expect(await send('nowhere', '{}')).toMatchObject({ status: 404 });
  expect(await send('command', '{"user":"maya","channel":"C0SOC0001","text":"x"}')).toMatchObject({
    status: 200,
    body: { error: 'dispatch_failed' },
  });
});

test('the change feed answers when something happened', async () => {
  const b = await bench();
  const { change } = b.state();
  const waiting = fetch(`${b.sim.url}/_sim/changes?since=${change}`).then((response) => response.json());
  await b.api('chat.postMessage', { channel: SOC, text: 'x' });
  expect(((await waiting) as Any).change).toBeGreaterThan(change);
});
