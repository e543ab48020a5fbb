import { describe, expect, it } from 'vitest';
import { ChatError, type ChatErrorCode } from '../../src/core/ports.ts';
import { createTroubles } from '../../src/pipelines/troubles.ts';
import { message } from '../../src/views/parts.ts';
import { shown } from '../support/blocks.ts';
import { HOUR, MINUTE } from '../support/builders.ts';
import { aChannel, fakeChat, fakeClock, fakeLog } from '../support/fakes.ts';

const aBench = () => {
  const clock = fakeClock();
  const chat = fakeChat(clock);
  chat.channels.set('C0ADMIN', aChannel('C0ADMIN'));
  chat.channels.set('C0FALL', aChannel('C0FALL'));
  const log = fakeLog();
  const channels = { admin: 'C0ADMIN', fallback: 'C0FALL' };
  /** What the next posts come to; `arrives` = it stands in Slack all the same. */
  const failures: { code: ChatErrorCode; arrives?: boolean }[] = [];
  const faulty = {
    ...chat,
    post: async (...args: Parameters<typeof chat.post>) => {
      const failure = failures.shift();
      if (failure === undefined || failure.arrives) await chat.post(...args);
      if (failure !== undefined) throw new ChatError(failure.code, failure.code);
      return '1.1';
    },
  };
  const open = () => createTroubles({ chat: faulty, channels, clock, log });
  return {
    clock,
    chat,
    log,
    failures,
    open,
    troubles: open(),
    said: () => chat.posts.map((post) => `${post.channel} ${shown(post.message)}`),
  };
};

describe('troubles of our own', () => {
  it('are said in the admin channel, as literal text', async () => {
    const { troubles, said, chat } = aBench();
    troubles.tell('prod-east: <!channel> is not a name');
    await troubles.flush();
    expect(said()).toEqual(['C0ADMIN prod-east: <!channel> is not a name']);
    expect(chat.posts[0]?.message.text).toContain('&lt;!channel&gt;');
  });

  it('are not said where another organisation reads, but in the fallback channel; nowhere where it reads both', async () => {
    const { troubles, said, chat, log } = aBench();
    chat.channels.set('C0ANN', aChannel('C0ANN', { external: true }));
    troubles.say('k1', message('web-01 was labelled', []), 'C0ANN');
    await troubles.flush();
    expect(said().map((line) => line.split(' ')[0])).toEqual(['C0FALL']);
    chat.channels.set('C0FALL', aChannel('C0FALL', { external: true }));
    troubles.say('k2', message('web-02 was labelled', []), 'C0ANN');
    await troubles.flush();
    expect(said()).toHaveLength(1);
    expect(log.lines.map(({ message: text }) => text)).toContain('a trouble of our own cannot be said');
  });

  it('are said at most once an hour each', async () => {
    const { troubles, said, clock } = aBench();
    for (let minutes = 0; minutes <= 61; minutes += 1) {
      troubles.tell('a');
      if (minutes === 30) troubles.tell('b');
      await troubles.flush();
      await clock.advance(MINUTE);
    }
    expect(said()).toEqual(['C0ADMIN a', 'C0ADMIN b', 'C0ADMIN a']);
  });

  it('that come together are one message', async () => {
    const { troubles, said } = aBench();
    troubles.tell('a');
    troubles.tell('b');
    await troubles.flush();
    expect(said()).toEqual(['C0ADMIN a\nb']);
  });

  it('survive a Slack that is away, and then say when they were', async () => {
    const { troubles, said, clock, failures, log } = aBench();
    for (let n = 0; n < 200; n += 1) failures.push({ code: 'unavailable' });
    troubles.tell('a');
    for (let n = 0; n < 720; n += 1) {
      await troubles.flush();
      await clock.advance(5_000);
    }
    expect(said()).toEqual([]);
    expect(200 - failures.length).toBeLessThan(80);
    expect(log.lines.filter(({ message: text }) => text === 'troubles wait for Slack')).toHaveLength(1);
    failures.length = 0;
    troubles.tell('b');
    await clock.advance(MINUTE);
    await troubles.flush();
    expect(said()).toEqual(['C0ADMIN 10:00 UTC: a', 'C0ADMIN b']);
  });

  it('are bounded: what does not fit is counted', async () => {
    const { troubles, said } = aBench();
    for (let n = 0; n < 70; n += 1) troubles.tell(`t${n}`);
    await troubles.flush();
    const lines = said().flatMap((one) => one.replace('C0ADMIN ', '').split('\n'));
    expect(lines).toEqual([
      ...Array.from({ length: 50 }, (_, n) => `t${n}`),
      '20 further troubles: see the log.',
    ]);
  });

  it.each<[string, ChatErrorCode, boolean, readonly string[]]>([
    ['an unclear answer to a post that arrived: not said twice', 'unclear', true, ['C0ADMIN a']],
    ['an unclear answer to one that did not: said again', 'unclear', false, ['C0ADMIN a']],
    ['the admin channel is gone: the fallback channel hears it', 'no-channel', false, ['C0FALL a']],
    ['a sentence Slack never takes is dropped, and stands in the log', 'refused-content', false, []],
  ])('%s', async (_, code, arrives, expected) => {
    const { troubles, said, clock, failures } = aBench();
    failures.push({ code, arrives });
    troubles.tell('a');
    for (let n = 0; n < 5; n += 1) {
      await troubles.flush();
      await clock.advance(MINUTE);
    }
    expect(said()).toEqual(expected);
  });
});

describe('a line under a key', () => {
  const line = message('alive', []);

  it('is said once, whichever process says it', async () => {
    const { open, chat, clock } = aBench();
    for (const process of [open(), open()]) {
      process.say('alive.2026-11-22', line);
      await process.flush();
      await clock.advance(HOUR);
    }
    expect(chat.posts.map(({ key }) => key)).toEqual(['alive.2026-11-22']);
  });
});
