import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { aBench, aMessage, type Bench, CHANNEL, MAYA, until } from './support.ts';

const body = new URLSearchParams({
  command: '/illumio',
  text: 'help',
  team_id: MAYA.team,
  user_id: MAYA.user,
  channel_id: CHANNEL,
  trigger_id: '1.2.3',
  api_app_id: 'A0SIM0001',
}).toString();

const aDoor = async (): Promise<Bench & { url: string }> => {
  const bench = await aBench({ settings: { mode: 'http', appToken: undefined } });
  await bench.slack.start();
  return { ...bench, url: `http://127.0.0.1:${bench.slack.port()}/slack/events` };
};

interface Sent {
  readonly body?: string;
  readonly ageS?: number;
  readonly secret?: string;
  readonly headers?: Record<string, string>;
}
const send = async (
  url: string,
  { body: content = body, ageS = 0, secret = 'simsecret', headers = {} }: Sent,
) => {
  const stamp = String(Math.floor(Date.now() / 1_000) - ageS);
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${stamp}:${content}`).digest('hex')}`;
  const answer = await fetch(url, {
    method: 'POST',
    body: content,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': stamp,
      'x-slack-signature': signature,
      ...headers,
    },
  });
  return answer.status;
};

describe('HTTP mode', () => {
  it('takes commands, clicks and events of the simulator', async () => {
    const { sim, slack, inbounds, url } = await aDoor();
    await sim.control.requestUrl({ url });
    expect(slack.connections()).toEqual({ up: 1, wanted: 1, problem: undefined });
    expect((await sim.control.command({ user: MAYA.user, channel: CHANNEL, text: 'help' })).ok).toBe(true);
    const elements = [
      { type: 'button', action_id: 'why', value: 'a', text: { type: 'plain_text', text: 'Why' } },
    ];
    const ts = await slack.chat.post(
      { channel: CHANNEL, key: 'k' },
      aMessage('x', [{ type: 'actions', elements }]),
    );
    expect((await sim.control.click({ user: MAYA.user, channel: CHANNEL, ts, action_id: 'why' })).ok).toBe(
      true,
    );
    await sim.control.event({ event: { type: 'user_change', user: { id: 'U0SAM0001' } } });
    expect(inbounds.map(({ kind }) => kind)).toEqual(['command', 'click', 'event']);
  });

  it.each<[Sent, number, string]>([
    [{}, 200, 'as Slack signs it'],
    [
      { headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' } },
      200,
      'with a charset',
    ],
    [{ ageS: 299 }, 200, 'almost too old'],
    [{ ageS: 360 }, 401, 'six minutes old'],
    [{ ageS: -290 }, 200, 'a clock that is a little ahead'],
    [{ ageS: -3_600 }, 401, 'an hour in the future'],
    [{ secret: 'guessed' }, 401, 'signed with another secret'],
    [{ headers: { 'x-slack-signature': '' } }, 401, 'unsigned'],
    [{ headers: { 'x-slack-signature': 'v0=' } }, 401, 'with an empty signature'],
    [{ headers: { 'x-slack-request-timestamp': 'soon' } }, 401, 'without a time'],
    [{ body: 'x'.repeat(1_100_000) }, 413, 'larger than anything Slack sends'],
  ])('%j is answered %i: %s', async (sent, status) => {
    const { url, inbounds } = await aDoor();
    expect(await send(url, sent)).toBe(status);
    expect(inbounds.length).toBe(status === 200 ? 1 : 0);
  });

  it('refuses a replay, also of a request whose text was changed', async () => {
    const { url, inbounds, log } = await aDoor();
    expect([await send(url, { ageS: 1 }), await send(url, { ageS: 1 })]).toEqual([200, 401]);
    expect(inbounds.length).toBe(1);
    expect(log.said).toContainEqual(expect.objectContaining({ fields: { why: 'replayed', status: 401 } }));
  });

  it('runs nothing of an unsigned ssl_check, whatever else is in it', async () => {
    const { url, inbounds } = await aDoor();
    const content = `ssl_check=1&${body}`;
    expect(await send(url, { body: content, headers: { 'x-slack-signature': '' } })).toBe(200);
    expect(inbounds).toEqual([]);
  });

  it('has nothing elsewhere', async () => {
    const { url } = await aDoor();
    expect(await send(url.replace('/slack/events', '/admin'), {})).toBe(404);
  });

  it('rejects at start when its port is taken, and lets it go at stop', async () => {
    const { slack } = await aDoor();
    const port = slack.port() ?? 0;
    const second = await aBench({ settings: { mode: 'http', port } });
    await expect(second.slack.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await slack.stop();
    const third = await aBench({ settings: { mode: 'http', port } });
    await third.slack.start();
    await until(() => third.slack.connections().up === 1);
  });
});
