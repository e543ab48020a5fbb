import { expect, test } from 'vitest';
import { startBot } from './bot.ts';
import { type Any, actions, bench, button, input, modal, plain, section } from './support.ts';

const SOC = 'C0SOC0001';

/** Resolves once `happened` holds; woken by the simulator's change feed, not by time. */
const until = async (b: Awaited<ReturnType<typeof bench>>, happened: () => boolean): Promise<void> => {
  let seen = b.state().change;
  while (!happened()) seen = ((await b.sim.control.changes(seen)) as Any).change;
};

test('a slash command is acknowledged and answered over its response_url', async () => {
  const b = await bench();
  await startBot(b.sim, (app) =>
    app.command('/illumio', async ({ ack, respond, command }) => {
      await ack();
      await respond({ text: `you said ${command.text}`, response_type: 'ephemeral' });
    }),
  );
  const outcome = await b.sim.control.command({ user: 'maya', channel: SOC, text: 'status' });
  expect(outcome).toMatchObject({ ok: true, acked: true });
  await until(b, () => b.state().ephemerals.length === 1);
  expect(b.state().ephemerals[0]).toMatchObject({ user: 'U0MAYA001', channel: SOC, text: 'you said status' });
  expect(b.state().acks[0].type).toBe('slash_commands');
});

test('the payload of a command ack is shown to the person who typed', async () => {
  const b = await bench();
  await startBot(b.sim, (app) => app.command('/illumio', ({ ack }) => ack('at once')));
  await b.sim.control.command({ user: 'maya', channel: SOC, text: 'help' });
  expect(b.state().ephemerals[0].text).toBe('at once');
});

test('a click opens a modal, its submission updates the message', async () => {
  const b = await bench();
  const { app } = await startBot(b.sim, (one) => {
    one.action('quarantine', async ({ ack, body, client }) => {
      await ack();
      const { trigger_id, container } = body as Any;
      await client.views.open({
        trigger_id,
        view: modal([input('reason')], {
          callback_id: 'quarantine',
          submit: plain('Quarantine'),
          private_metadata: container.message_ts,
        }) as Any,
      });
    });
    one.view('quarantine', async ({ ack, view, client }) => {
      await ack();
      const reason = view.state.values['reason-block']?.['reason']?.value;
      await client.chat.update({ channel: SOC, ts: view.private_metadata, text: `done: ${reason}` });
    });
  });
  const blocks = [section('web-01'), actions(button('quarantine', { value: 'a1' }))] as Any;
  const posted = await app.client.chat.postMessage({ channel: SOC, text: 'web-01', blocks });
  await b.sim.control.click({ user: 'maya', channel: SOC, ts: posted.ts, action_id: 'quarantine' });
  await until(b, () => b.state().views.length === 1);
  const [view] = b.state().views;
  expect(view).toMatchObject({ user: 'U0MAYA001', title: 'Title', top: true });

  const empty = await b.sim.control.submit({ user: 'maya', view_id: view.id, values: {} });
  expect(empty).toMatchObject({ ok: false, error: 'missing_required', fields: ['reason-block'] });

  await b.sim.control.submit({ user: 'maya', view_id: view.id, values: { reason: 'ransomware' } });
  expect(b.state().views).toEqual([]);
  await until(b, () => b.messages(SOC)[0].updates === 1);
  expect(b.messages(SOC)[0]).toMatchObject({ text: 'done: ransomware', blocks: [], edited: true });
});

test('filesUploadV2 and raw bytes both end as a file in the channel', async () => {
  const b = await bench();
  const { app } = await startBot(b.sim, () => undefined);
  await app.client.filesUploadV2({
    channel_id: SOC,
    file: Buffer.from('host\nweb-01\n'),
    filename: 'hosts.csv',
    initial_comment: 'all hosts',
  });
  const raw = Buffer.from('host\nweb-02\n');
  const { upload_url: url, file_id: id } = await app.client.files.getUploadURLExternal({
    filename: 'more.csv',
    length: raw.length,
  });
  const uploaded = await fetch(String(url), { method: 'POST', body: raw });
  expect(await uploaded.text()).toBe(`OK - ${raw.length}`);
  await app.client.files.completeUploadExternal({
    files: [{ id: String(id), title: 'More' }],
    channel_id: SOC,
  });
  const files = b.messages(SOC).flatMap((message) => message.files);
  expect(files).toMatchObject([
    { name: 'hosts.csv', text: 'host\nweb-01\n' },
    { name: 'more.csv', title: 'More', text: 'host\nweb-02\n' },
  ]);
});

test.each([
  ['a refresh request', { reason: 'refresh_requested' }],
  ['a warning', { reason: 'warning' }],
  ['a dropped connection', { reason: 'drop' }],
])('the app comes back after %s', async (_why, disturbance) => {
  const b = await bench();
  const bot = await startBot(b.sim, (app) => app.command('/illumio', ({ ack }) => ack()));
  const back = bot.connected();
  await b.sim.control.socket(disturbance);
  await back;
  expect(await b.sim.control.command({ user: 'maya', channel: SOC, text: 'x' })).toMatchObject({ ok: true });
});

test('an event reaches its listener, a home is published', async () => {
  const b = await bench();
  await startBot(b.sim, (app) =>
    app.event('app_home_opened', async ({ event, client }) => {
      await client.views.publish({
        user_id: event.user,
        view: { type: 'home', blocks: [section('Home')] } as Any,
      });
    }),
  );
  await b.sim.control.home({ user: 'ana' });
  await until(b, () => b.state().homes.length === 1);
  expect(b.state().homes[0]).toMatchObject({ user: 'U0ANA0001', type: 'home' });
});
