import { describe, expect, it } from 'vitest';
import { mayCall } from '../../../src/adapters/slack/hosts.ts';
import { openSlack } from '../../../src/adapters/slack/index.ts';
import type { Modal } from '../../../src/core/ports.ts';
import {
  aBench,
  aMessage,
  aModal,
  aServer,
  CHANNEL,
  fakeClock,
  MAYA,
  memoryLog,
  settingsFor,
  stateOf,
  systemClock,
} from './support.ts';

const since = () => Date.now() - 60_000;
const titled = (title: string): Modal =>
  aModal({ title: { type: 'plain_text', text: title }, blocks: aMessage(title).blocks });

describe('post and find', () => {
  it('finds roots in the history and lines in their thread, by the key in the metadata', async () => {
    const { slack } = await aBench();
    const root = await slack.chat.post({ channel: CHANNEL, key: 'root' }, aMessage());
    const line = await slack.chat.post({ channel: CHANNEL, thread: root, key: 'line' }, aMessage());
    const loud = await slack.chat.post(
      { channel: CHANNEL, thread: root, broadcast: true, key: 'loud' },
      aMessage(),
    );
    const keys = new Set(['root', 'line', 'loud', 'never sent']);
    const inHistory = await slack.chat.find({ channel: CHANNEL, since: since() }, keys);
    const inThread = await slack.chat.find({ channel: CHANNEL, thread: root, since: since() }, keys);
    expect([inHistory.get('root'), inHistory.get('line')]).toEqual([[root], undefined]);
    expect([inThread.get('line'), inThread.get('loud'), inThread.get('never sent')]).toEqual([
      [line],
      [loud],
      undefined,
    ]);
  });

  it('reads every page', async () => {
    const { slack } = await aBench();
    const first = await slack.chat.post({ channel: CHANNEL, key: 'first' }, aMessage());
    for (let n = 0; n < 210; n += 1) await slack.chat.post({ channel: CHANNEL, key: `k${n}` }, aMessage());
    const found = await slack.chat.find({ channel: CHANNEL, since: since() }, new Set(['first', 'k209']));
    expect([found.get('first'), found.size]).toEqual([[first], 2]);
  });

  it('names both of two copies, the oldest first, in the history and in a thread', async () => {
    const { slack } = await aBench();
    const one = await slack.chat.post({ channel: CHANNEL, key: 'twice' }, aMessage());
    await new Promise((resolve) => setTimeout(resolve, 5));
    const two = await slack.chat.post({ channel: CHANNEL, key: 'twice' }, aMessage());
    const line = { channel: CHANNEL, thread: one, key: 'line' };
    const lines = [await slack.chat.post(line, aMessage()), await slack.chat.post(line, aMessage())];
    const keys = new Set(['twice', 'line']);
    const inHistory = await slack.chat.find({ channel: CHANNEL, since: since() }, keys);
    const inThread = await slack.chat.find({ channel: CHANNEL, thread: one, since: since() }, keys);
    expect(inHistory.get('twice')).toEqual([one, two]);
    expect(inThread.get('line')).toEqual(lines);
  });

  it('does not find what is older than asked for', async () => {
    const { slack } = await aBench();
    await slack.chat.post({ channel: CHANNEL, key: 'old' }, aMessage());
    const found = await slack.chat.find({ channel: CHANNEL, since: Date.now() + 5_000 }, new Set(['old']));
    expect(found.size).toBe(0);
  });

  it('rejects when a page cannot be read: that is not "not found"', async () => {
    const { sim, slack } = await aBench();
    await sim.control.scopes({ scopes: ['chat:write'] });
    await expect(slack.chat.find({ channel: CHANNEL, since: since() }, new Set(['k']))).rejects.toMatchObject(
      {
        code: 'refused',
        slack: 'missing_scope',
      },
    );
  });

  it('sends the key as metadata, unfurls nothing, and leaves metadata out of an edit', async () => {
    const sent: URLSearchParams[] = [];
    const url = await aServer((request, response) => {
      let body = '';
      request.on('data', (piece) => {
        body += piece;
      });
      request.on('end', () => {
        sent.push(new URLSearchParams(body));
        response.end('{"ok":true,"ts":"1700000000.000001"}');
      });
    });
    const { chat } = openSlack(settingsFor(url), () => ({}), { clock: systemClock, log: memoryLog() });
    await chat.post({ channel: CHANNEL, key: 'k1' }, aMessage('hello'));
    await chat.edit({ channel: CHANNEL, ts: '1700000000.000001' }, aMessage('hello'));
    const [post, edit] = sent.map((one) => Object.fromEntries(one));
    expect(post).toEqual({
      channel: CHANNEL,
      text: 'hello',
      blocks: JSON.stringify(aMessage('hello').blocks),
      unfurl_links: 'false',
      unfurl_media: 'false',
      metadata: '{"event_type":"illumio_chatops","event_payload":{"key":"k1"}}',
    });
    expect(Object.keys(edit ?? {}).sort()).toEqual(['blocks', 'channel', 'text', 'ts']);
  });
});

describe('edit and remove', () => {
  it('shows the new content and keeps the key', async () => {
    const { sim, slack } = await aBench();
    const ts = await slack.chat.post({ channel: CHANNEL, key: 'k' }, aMessage('before'));
    await slack.chat.edit({ channel: CHANNEL, ts }, aMessage('after'));
    const [message] = stateOf(sim).messages(CHANNEL);
    expect(message).toMatchObject({
      text: 'after',
      edited: false,
      metadata: { event_type: 'illumio_chatops', event_payload: { key: 'k' } },
    });
    expect((await slack.chat.find({ channel: CHANNEL, since: since() }, new Set(['k']))).get('k')).toEqual([
      ts,
    ]);
  });

  it('removes a message, and does not mind that it is gone', async () => {
    const { sim, slack } = await aBench();
    const ts = await slack.chat.post({ channel: CHANNEL, key: 'k' }, aMessage());
    await slack.chat.remove({ channel: CHANNEL, ts });
    await slack.chat.remove({ channel: CHANNEL, ts });
    expect(stateOf(sim).messages(CHANNEL)[0]).toMatchObject({ deleted: true });
  });

  it('says no-message for an edit of a message a person deleted', async () => {
    const { sim, slack } = await aBench();
    const ts = await slack.chat.post({ channel: CHANNEL, key: 'k' }, aMessage());
    await sim.control.delete({ channel: CHANNEL, ts });
    await expect(slack.chat.edit({ channel: CHANNEL, ts }, aMessage())).rejects.toMatchObject({
      code: 'no-message',
    });
  });
});

describe('where it may not speak', () => {
  it.each([
    ['C0NOTMEM1', 'the bot is not in it'],
    ['C0ARCHIV1', 'it is archived'],
    ['C0NOSUCH1', 'it does not exist'],
  ])('%s is no-channel: %s', async (channel) => {
    const { slack } = await aBench();
    await expect(slack.chat.post({ channel, key: 'k' }, aMessage())).rejects.toMatchObject({
      code: 'no-channel',
    });
  });

  it('says refused-content and logs where Slack points', async () => {
    const { slack, log } = await aBench();
    const bad = aMessage('x', [{ type: 'section', text: { type: 'plain_text', text: '' } }]);
    await expect(slack.chat.post({ channel: CHANNEL, key: 'k' }, bad)).rejects.toMatchObject({
      code: 'refused-content',
    });
    expect(JSON.stringify(log.said)).toContain('/blocks/1');
  });
});

describe('one channel refused', () => {
  it('holds its posts back for Retry-After and leaves the others alone', async () => {
    const clock = fakeClock();
    const { sim, slack } = await aBench({ deps: { clock } });
    const headers = { 'retry-after': '9' };
    await sim.control.faults({
      method: 'chat.postMessage',
      channel: CHANNEL,
      kind: 'status',
      status: 429,
      headers,
    });
    await slack.chat.slot(CHANNEL, 'post');
    await expect(slack.chat.post({ channel: CHANNEL, key: 'k' }, aMessage())).rejects.toMatchObject({
      code: 'rate-limited',
    });
    const granted: string[] = [];
    void slack.chat.slot(CHANNEL, 'post').then(() => granted.push('refused one'));
    void slack.chat.slot('C0GENERAL', 'post').then(() => granted.push('other'));
    await clock.advance(8_999);
    expect(granted).toEqual(['other']);
    expect(slack.backlog()).toEqual([{ channel: CHANNEL, call: 'post', waiting: 1, waitMs: 1 }]);
    await clock.advance(1);
    expect(granted).toEqual(['other', 'refused one']);
  });
});

describe('answers to one person', () => {
  it('posts an ephemeral in a channel', async () => {
    const { sim, slack } = await aBench();
    await slack.chat.ephemeral({ channel: CHANNEL, user: MAYA.user }, aMessage('only you'));
    expect(stateOf(sim).ephemerals).toMatchObject([{ channel: CHANNEL, user: MAYA.user, text: 'only you' }]);
  });

  it('answers by response_url where the bot is no member, until it is used up', async () => {
    const { sim, slack, inbounds } = await aBench();
    await slack.start();
    await sim.control.command({ user: MAYA.user, channel: 'C0NOTMEM1', text: 'help' });
    const [command] = inbounds;
    if (command?.kind !== 'command') throw new Error('no command');
    for (let n = 0; n < 5; n += 1) await slack.chat.respond(command.responseUrl, aMessage(`answer ${n}`));
    expect(stateOf(sim).ephemerals.length).toBe(5);
    await expect(slack.chat.respond(command.responseUrl, aMessage())).rejects.toMatchObject({
      code: 'no-message',
      slack: 'used_url',
    });
  });

  it.each([
    ['https://hooks.slack.com/commands/T1/2/3', 'https://slack.com/api/', true, 'Slack itself'],
    ['https://hooks.slack-gov.com/x', 'https://slack-gov.com/api/', true, 'the government cloud'],
    ['https://files.slack.com/upload/v1/x', 'https://slack.com/api/', true, 'an upload'],
    ['http://hooks.slack.com/x', 'https://slack.com/api/', false, 'not encrypted'],
    ['https://hooks.slack.com.example.com/x', 'https://slack.com/api/', false, 'a look-alike'],
    ['https://notslack.com/x', 'https://slack.com/api/', false, 'another look-alike'],
    ['http://127.0.0.1:8080/x', 'https://slack.com/api/', false, 'our own machine'],
    ['https://169.254.169.254/latest', 'https://slack.com/api/', false, 'a cloud’s metadata'],
    ['http://127.0.0.1:8080/x', 'http://127.0.0.1:9090/api/', true, 'the simulator'],
    ['not a url', 'https://slack.com/api/', false, 'nothing'],
  ])('may call %s with the API at %s: %s (%s)', (url, api, allowed) => {
    expect(mayCall(url, api)).toBe(allowed);
  });
});

describe('views', () => {
  it('opens a modal with the trigger of a click, fills it later, and says when the trigger is used up', async () => {
    const { sim, slack, inbounds } = await aBench();
    await slack.start();
    await sim.control.command({ user: MAYA.user, channel: CHANNEL, text: 'quarantine web-01' });
    const trigger = inbounds[0]?.kind === 'command' ? inbounds[0].triggerId : '';
    const view = await slack.chat.openView(trigger, titled('Loading'));
    await slack.chat.updateView(view, titled('Ready'));
    expect(stateOf(sim).views).toMatchObject([{ id: view, user: MAYA.user, title: 'Ready' }]);
    await expect(slack.chat.openView(trigger, titled('Again'))).rejects.toMatchObject({ code: 'no-message' });
    await sim.control.close({ user: MAYA.user, view_id: view });
    await expect(slack.chat.updateView(view, titled('Gone'))).rejects.toMatchObject({ code: 'no-message' });
  });
});

describe('links and files', () => {
  it('gives a link to a message, and none when it is gone', async () => {
    const { slack } = await aBench();
    const ts = await slack.chat.post({ channel: CHANNEL, key: 'k' }, aMessage());
    expect(await slack.chat.permalink({ channel: CHANNEL, ts })).toContain(`p${ts.replace('.', '')}`);
    expect(await slack.chat.permalink({ channel: CHANNEL, ts: '1700000000.000000' })).toBeUndefined();
  });

  it('uploads the bytes as they are, into the thread', async () => {
    const { sim, slack } = await aBench();
    const thread = await slack.chat.post({ channel: CHANNEL, key: 'k' }, aMessage());
    const content = 'host,état\nweb-01,"offline"\n';
    await slack.chat.upload({ channel: CHANNEL, thread }, { name: 'hosts.csv', title: 'Hosts', content });
    const line = stateOf(sim).messages(CHANNEL)[1];
    expect(line).toMatchObject({
      thread_ts: thread,
      files: [{ name: 'hosts.csv', title: 'Hosts', text: content }],
    });
  });

  it.each([
    ['files.getUploadURLExternal', 'unavailable', 'nothing is visible yet'],
    ['upload', 'unavailable', 'nothing is visible yet'],
    ['files.completeUploadExternal', 'unclear', 'it may stand in the channel'],
  ])('a lost answer of %s is %s: %s', async (method, code) => {
    const { sim, slack } = await aBench();
    await sim.control.faults({ method, kind: 'reset' });
    const file = { name: 'a.csv', title: 'A', content: 'a' };
    await expect(slack.chat.upload({ channel: CHANNEL }, file)).rejects.toMatchObject({ code });
  });

  it('sends a picture as it is, with what it shows in words', async () => {
    const { sim, slack } = await aBench();
    const content = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x00, 0xff]);
    const altText = 'x'.repeat(1_200);
    const id = await slack.chat.uploads.put({ name: 'chart.png', title: 'Chart', content, altText });
    const info = await fetch(`${sim.url}/api/files.info?file=${id}`, {
      headers: { authorization: 'Bearer xoxb-sim' },
    });
    expect(await info.json()).toMatchObject({ file: { size: 6, alt_txt: 'x'.repeat(1_000) } });
  });

  it('shows a file in steps: nobody sees it before it is shared, and where it stands can be asked', async () => {
    const { sim, slack } = await aBench();
    const thread = await slack.chat.post({ channel: CHANNEL, key: 'k' }, aMessage());
    const id = await slack.chat.uploads.put({ name: 'hosts.csv', title: 'Hosts', content: 'web-01' });
    expect(stateOf(sim).messages(CHANNEL)).toHaveLength(1);
    expect(await slack.chat.uploads.shares(id)).toEqual([]);
    await slack.chat.uploads.share({ channel: CHANNEL, thread }, { id, title: 'Hosts' }, aMessage());
    const line = stateOf(sim).messages(CHANNEL)[1];
    expect(line).toMatchObject({ thread_ts: thread, files: [{ id, title: 'Hosts' }] });
    expect(line?.['blocks']).toHaveLength(aMessage().blocks.length);
    expect(await slack.chat.uploads.shares(id)).toEqual([{ channel: CHANNEL, ts: line?.['ts'] }]);
    expect(await slack.chat.uploads.shares('F0NOFILE01')).toEqual([]);
  });

  it('does not try to upload an empty file', async () => {
    const { slack } = await aBench();
    const file = { name: 'a.csv', title: 'A', content: '' };
    await expect(slack.chat.upload({ channel: CHANNEL }, file)).rejects.toMatchObject({
      code: 'refused-content',
    });
  });
});
