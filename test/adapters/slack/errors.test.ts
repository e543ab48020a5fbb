import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../src/adapters/slack/errors.ts';
import { openSlack } from '../../../src/adapters/slack/index.ts';
import { type Chat, ChatError } from '../../../src/core/ports.ts';
import { aBench, aMessage, aServer, CHANNEL, memoryLog, settingsFor, systemClock } from './support.ts';

const failure = async (call: Promise<unknown>): Promise<ChatError> => {
  const cause = await call.then(
    () => 'it worked',
    (error: unknown) => error,
  );
  expect(cause).toBeInstanceOf(ChatError);
  return cause as ChatError;
};
const post = (chat: Chat) => failure(chat.post({ channel: CHANNEL, key: 'k' }, aMessage()));
const edit = (chat: Chat) => failure(chat.edit({ channel: CHANNEL, ts: '1.000000' }, aMessage()));

describe('an answer that was read', () => {
  it.each([
    ['channel_not_found', 'no-channel', 'the channel is gone or private without us'],
    ['not_in_channel', 'no-channel', 'the bot was removed'],
    ['is_archived', 'no-channel', 'the channel was archived'],
    ['restricted_action', 'no-channel', 'the workspace lets others post there'],
    ['thread_not_found', 'no-message', 'the root of the thread was deleted'],
    ['msg_too_long', 'refused-content', 'our message is too long'],
    ['invalid_blocks', 'refused-content', 'our blocks are wrong'],
    ['no_text', 'refused-content', 'our message is empty'],
    ['invalid_something_new', 'refused-content', 'a word we do not know about what we sent'],
    ['invalid_auth', 'refused', 'the token is wrong'],
    ['token_revoked', 'refused', 'the token was revoked'],
    ['missing_scope', 'refused', 'the app was installed without a scope'],
    ['account_inactive', 'refused', 'the bot was deactivated'],
    ['some_new_word', 'refused', 'a word we do not know: a person must look'],
    ['service_unavailable', 'unavailable', 'Slack says it did nothing and is away'],
    ['ratelimited', 'rate-limited', 'too fast, said with HTTP 200'],
    ['internal_error', 'unclear', 'Slack says part of it may have happened'],
    ['fatal_error', 'unclear', 'the same'],
  ])('post: %s is %s: %s', async (error, code) => {
    const { sim, slack } = await aBench();
    await sim.control.faults({ method: 'chat.postMessage', kind: 'ok_false', error });
    expect(await post(slack.chat)).toMatchObject({ code, slack: error });
  });

  it.each([
    ['message_not_found', 'no-message', 'somebody deleted it'],
    ['cant_update_message', 'no-message', 'it is not ours to edit'],
    ['edit_window_closed', 'no-message', 'it is too old'],
    ['is_inactive', 'no-channel', 'the channel was archived'],
    ['internal_error', 'unavailable', 'an edit may be repeated'],
  ])('edit: %s is %s: %s', async (error, code) => {
    const { sim, slack } = await aBench();
    await sim.control.faults({ method: 'chat.update', kind: 'ok_false', error });
    expect(await edit(slack.chat)).toMatchObject({ code, slack: error });
  });
});

describe('an answer that was not read', () => {
  it.each<[object, string]>([
    [{ kind: 'status', status: 500 }, 'HTTP 500'],
    [{ kind: 'status', status: 503 }, 'HTTP 503'],
    [{ kind: 'html' }, 'a page of HTML with status 200'],
    [{ kind: 'html', status: 502 }, 'a page of HTML with status 502'],
    [{ kind: 'empty' }, 'nothing at all'],
    [{ kind: 'half' }, 'half of it, then the connection breaks'],
    [{ kind: 'truncate' }, 'half of it, ended properly'],
    [{ kind: 'reset' }, 'the connection breaks'],
    [{ kind: 'slow', ms: 4_000 }, 'one byte at a time, past the time-out'],
    [{ kind: 'delay', ms: 2_000 }, 'too late'],
  ])('%j leaves a post unclear and an edit to be repeated: %s', async (fault) => {
    const { sim, slack } = await aBench({ settings: { requestTimeoutMs: 300 } });
    await sim.control.faults({ ...fault, method: '*' });
    const [posted, edited] = await Promise.all([post(slack.chat), edit(slack.chat)]);
    expect([posted.code, edited.code]).toEqual(['unclear', 'unavailable']);
  });

  it('finds a post whose answer was lost', async () => {
    const { sim, slack } = await aBench();
    await sim.control.faults({ method: 'chat.postMessage', kind: 'reset', after: 'apply', times: 1 });
    expect((await post(slack.chat)).code).toBe('unclear');
    const found = await slack.chat.find({ channel: CHANNEL, since: Date.now() - 60_000 }, new Set(['k']));
    expect(found.get('k')).toEqual([expect.stringMatching(/^\d{10}\.\d{6}$/)]);
  });
});

const chatAt = (apiUrl: string): Chat =>
  openSlack(settingsFor(apiUrl, { requestTimeoutMs: 2_000 }), () => ({}), {
    clock: systemClock,
    log: memoryLog(),
  }).chat;

describe('fault 14: bytes on the wire', () => {
  it.each([
    ['unclear', 'an answer of 10 MB is not read to its end', 200, 'x'.repeat(10 * 1024 * 1024)],
    ['unclear', 'JSON that is none of Slack’s', 200, '{"hello": 1}'],
    ['unavailable', 'a gateway does not let the call through', 404, '<html>no such host</html>'],
    ['unavailable', 'fault 15: a proxy wants a password first', 407, '<html>proxy</html>'],
    ['unclear', 'a redirect, which Slack never sends', 302, ''],
    [
      'refused',
      'a refusal with a status of its own',
      403,
      '{"ok": false, "error": "team_access_not_granted"}',
    ],
    ['refused-content', 'larger than a gateway takes', 413, ''],
  ])('%s: %s', async (code, _, status, body) => {
    const url = await aServer((request, response) => {
      request.resume().on('end', () => response.writeHead(status).end(body));
    });
    expect((await post(chatAt(url))).code).toBe(code);
  });

  it('fault 15: says unavailable when nobody listens: nothing went out', async () => {
    const { sim, slack } = await aBench();
    await sim.close();
    expect(await post(slack.chat)).toMatchObject({ code: 'unavailable', slack: 'ECONNREFUSED' });
  });

  it('fault 15: says unavailable when the name does not resolve: nothing went out', async () => {
    expect(await post(chatAt('http://slack.invalid/api/'))).toMatchObject({ code: 'unavailable' });
  });

  it('fault 15: says unavailable when TLS fails: nothing went out', async () => {
    const url = await aServer(() => {});
    expect(await post(chatAt(url.replace('http:', 'https:')))).toMatchObject({ code: 'unavailable' });
  });
});

describe('fault 8: HTTP 429', () => {
  it.each<[object, number, string]>([
    [{ 'retry-after': '7' }, 7_000, 'as Slack asks'],
    [{ 'retry-after': '0' }, 1_000, 'never at once'],
    [{ 'retry-after': '86400' }, 60_000, 'not for a day'],
    [{ 'retry-after': 'abc' }, 5_000, 'nonsense'],
    [{}, 5_000, 'nothing said'],
  ])('%j waits %i ms: %s', async (headers, ms) => {
    const { sim, slack } = await aBench();
    await sim.control.faults({ method: 'chat.postMessage', kind: 'status', status: 429, headers });
    expect(await post(slack.chat)).toMatchObject({ code: 'rate-limited', retryAfterMs: ms });
  });

  it.each([
    [-3, 1_000],
    ['-3', 5_000],
    ['', 5_000],
    [null, 5_000],
    [Number.POSITIVE_INFINITY, 5_000],
    ['2.5', 2_500],
  ])('Retry-After %j is %i ms', (seconds, ms) => {
    expect(retryAfterMs(seconds)).toBe(ms);
  });
});
