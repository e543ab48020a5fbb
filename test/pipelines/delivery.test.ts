import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import { ChatError, type Store } from '../../src/core/ports.ts';
import { createDeadLetters } from '../../src/pipelines/dead-letters.ts';
import { createDelivery } from '../../src/pipelines/delivery.ts';
import { createRender } from '../../src/pipelines/render.ts';
import { rules } from '../../src/rules/index.ts';
import { shown } from '../support/blocks.ts';
import { HOUR, MINUTE, SECOND, T0 } from '../support/builders.ts';
import { fakeLog } from '../support/fakes.ts';
import { aBench, type Bench, FALLBACK, SOC } from './delivery-bench.ts';

const ROOT = 'Error: Firewall tampering on web-01 10:00 UTC';
const LINE = '  Error: Firewall tampering on web-02 10:00 UTC';

/** web-01 stands as a root, web-02 as a line of its thread. */
const rootAndLine = async (): Promise<Bench> => {
  const bench = await aBench();
  bench.start();
  await bench.open('i1', ['web-01']);
  await bench.settled();
  await bench.line('i1', 'web-02');
  await bench.settled();
  return bench;
};

describe('delivery', () => {
  it('posts the first as a root, and more as lines of its thread, in the channel too where it is loud', async () => {
    const bench = await rootAndLine();
    await bench.line('i1', 'web-03', { place: 'broadcast' });
    await bench.settled();
    expect(bench.lines()).toEqual([
      'Error: Firewall tampering on web-01, web-02 and web-03 10:00 UTC',
      LINE,
      '  (also in the channel) Error: Firewall tampering on web-03 10:00 UTC',
    ]);
    const told = await bench.store.told('i1');
    expect(told.map(({ reason }) => reason)).toEqual(['first', 'more', 'more']);
    const [alert] = await bench.store.alerts(['web-02']);
    expect(alert?.said).toBe('i1.more.web-02');
    expect(bench.messages(SOC).map(({ metadata }) => metadata?.event_payload.key)).toEqual([
      'i1.first.0',
      'i1.more.web-02',
      'i1.more.web-03',
    ]);
  });

  it('sends what an earlier run left waiting', async () => {
    const bench = await aBench();
    await bench.open('i1', ['web-01']);
    expect(bench.lines()).toEqual([]);
    bench.start();
    await bench.settled();
    expect(bench.lines()).toEqual([ROOT]);
  });

  it('posts at most once per incident and 5 s, other incidents go on', async () => {
    const bench = await aBench();
    bench.start();
    await bench.open('i1', ['web-01']);
    await bench.settled();
    for (const host of ['web-02', 'web-03', 'web-04']) await bench.line('i1', host);
    await bench.open('i2', ['db-01']);
    await bench.until(() => bench.lines().length === 2);
    expect(bench.lines()[1]).toContain('db-01');
    await bench.settled();
    const posts = bench.calls('chat.postMessage').map(({ at }) => at);
    const mine = [posts[0], ...posts.slice(2)] as number[];
    for (const [n, at] of mine.entries())
      if (n > 0) expect(at - (mine[n - 1] ?? 0)).toBeGreaterThanOrEqual(5 * SECOND);
    expect(bench.lines()).toHaveLength(5);
  });

  it('shows in one edit what changed many times, and never edits more than once in 3 s', async () => {
    const bench = await aBench();
    bench.start();
    await bench.open('i1', ['web-01']);
    await bench.settled();
    for (let n = 0; n < 100; n += 1) {
      await bench.touch('i1');
      await bench.pass(100);
    }
    await bench.settled();
    const edits = bench.calls('chat.update').map(({ at }) => at);
    expect(edits.length).toBeGreaterThanOrEqual(3);
    expect(edits.length).toBeLessThanOrEqual(5);
    for (const [n, at] of edits.entries())
      if (n > 0) expect(at - (edits[n - 1] ?? 0)).toBeGreaterThanOrEqual(3 * SECOND);
    expect(bench.lines()).toEqual([ROOT]);
  });

  it('leaves the process free while it waits for a message to become due', async () => {
    const bench = await aBench();
    let reads = 0;
    const { store } = bench;
    const counting: Store = {
      ...store,
      waiting: () => {
        reads += 1;
        return store.waiting();
      },
    };
    const other = await aBench({ store: counting });
    other.start();
    await other.open('i1', ['web-01']);
    await other.until(() => other.lines().length === 1);
    await other.touch('i1');
    await other.line('i1', 'web-02');
    const before = reads;
    await other.pass(2 * SECOND);
    expect(reads - before).toBeLessThan(20);
  });

  it('sends the gravest of what waits first', async () => {
    const bench = await aBench();
    await bench.open('i1', ['web-01'], { severity: 'warning' });
    await bench.open('i2', ['db-01'], { severity: 'critical' });
    bench.start();
    await bench.settled();
    expect(bench.lines()[0]).toContain('db-01');
  });

  it('keeps to the pace of a Slack that counts: 30 roots in one channel, none refused', async () => {
    const bench = await aBench({ pace: 1 });
    for (let n = 0; n < 30; n += 1) await bench.open(`i${n}`, [`h${n}`]);
    bench.start();
    await bench.settled();
    expect(bench.lines()).toHaveLength(30);
    expect(bench.calls('chat.postMessage').filter(({ ok }) => !ok)).toEqual([]);
  });
});

describe('an answer that never came', () => {
  for (const [sentence, fault] of [
    ['fault 12: after a reset connection', { kind: 'reset' }],
    ['fault 14: after half an answer', { kind: 'half' }],
    ['fault 14: after a page of HTML', { kind: 'html' }],
    ['fault 14: after an empty answer', { kind: 'empty' }],
    ['after HTTP 500', { kind: 'status', status: 500 }],
    ['fault 11: after ok:false internal_error', { kind: 'ok_false', error: 'internal_error' }],
    ['fault 13: after an answer that takes longer than the time-out', { kind: 'delay', ms: HOUR }],
  ] as const) {
    it(`${sentence} a root that stands is looked up, found and not posted twice`, async () => {
      const bench = await aBench(fault.kind === 'delay' ? { timeoutMs: 200 } : {});
      await bench.sim.control.faults({ method: 'chat.postMessage', after: 'apply', times: 1, ...fault });
      bench.start();
      await bench.open('i1', ['web-01']);
      await bench.settled();
      expect(bench.lines()).toEqual([ROOT]);
      expect(bench.calls('chat.postMessage')).toHaveLength(1);
      expect((await bench.store.told('i1')).map(({ ts }) => ts)).toEqual([bench.messages(SOC)[0]?.ts]);
    });
  }

  it('is looked up: what does not stand is posted once, under the same key', async () => {
    const bench = await aBench();
    await bench.sim.control.faults({ method: 'chat.postMessage', kind: 'reset', times: 1 });
    bench.start();
    await bench.open('i1', ['web-01']);
    await bench.settled();
    expect(bench.lines()).toEqual([ROOT]);
    expect(bench.messages(SOC)[0]?.metadata?.event_payload.key).toBe('i1.first.0');
    expect(bench.calls('conversations.history')).not.toEqual([]);
  });

  it('is looked up in the thread where it was a line', async () => {
    const bench = await aBench();
    bench.start();
    await bench.open('i1', ['web-01']);
    await bench.settled();
    await bench.sim.control.faults({ method: 'chat.postMessage', kind: 'reset', after: 'apply', times: 1 });
    await bench.line('i1', 'web-02', { place: 'broadcast' });
    await bench.settled();
    expect(bench.lines().slice(1)).toEqual([
      '  (also in the channel) Error: Firewall tampering on web-02 10:00 UTC',
    ]);
    expect(bench.calls('conversations.replies')).not.toEqual([]);
  });

  it('waits for its own time-out from when it was sent, also after a restart, and delays no other channel', async () => {
    const bench = await aBench();
    await bench.sim.control.faults({ method: 'chat.postMessage', kind: 'reset', after: 'apply', times: 1 });
    const first = bench.start();
    await bench.open('i1', ['web-01']);
    await bench.until(() => bench.messages(SOC).length === 1 && !bench.busy());
    const sentAt = bench.clock.now();
    await first.stop();
    await bench.pass(4 * SECOND);
    bench.start();
    await bench.open('i2', ['db-01'], { channel: 'C0GENERAL' });
    await bench.until(() => bench.lines('C0GENERAL').length === 1);
    expect(bench.clock.now() - sentAt).toBeLessThan(6 * SECOND);
    await bench.pass(sentAt + 10_500 - bench.clock.now());
    expect(bench.calls('conversations.history')).toEqual([]);
    await bench.settled();
    expect(bench.calls('conversations.history')[0]?.at).toBeLessThan(sentAt + 13 * SECOND);
    expect(bench.lines()).toEqual([ROOT]);
  });

  it('is nothing a kill between the post and its confirmation could double', async () => {
    const bench = await aBench();
    let commits = 0;
    const dying: Store = {
      ...bench.store,
      // The process ends when it would write the confirmation.
      commit: (transitions) => {
        commits += 1;
        return transitions.some(({ type }) => type === 'delivery-sent')
          ? new Promise(() => {})
          : bench.store.commit(transitions);
      },
    };
    await bench.open('i1', ['web-01']);
    const end = new AbortController();
    const loop = createDelivery({
      store: dying,
      chat: bench.chat,
      clock: bench.clock,
      log: fakeLog(),
      render: createRender({ store: dying, desks: new Map(), rules, runbook: () => undefined }),
      fallback: FALLBACK,
      requestTimeoutMs: 10_000,
      folding: false,
      tell: () => {},
    });
    void loop.run(end.signal);
    await bench.until(() => bench.messages(SOC).length === 1);
    end.abort();
    expect(commits).toBeGreaterThan(0);
    expect((await bench.store.waiting()).map(({ state }) => state)).toEqual(['intent']);
    bench.start();
    await bench.settled();
    expect(bench.lines()).toEqual([ROOT]);
  });

  it('is not repeated a day later because the first look-up fails', async () => {
    const bench = await aBench();
    await bench.sim.control.faults({ method: 'chat.postMessage', kind: 'reset', after: 'apply', times: 1 });
    const { stop } = bench.start();
    await bench.open('i1', ['web-01']);
    await bench.until(() => bench.messages(SOC).length === 1);
    await stop();
    await bench.clock.advance(24 * HOUR);
    await bench.sim.control.faults({
      method: 'conversations.history',
      kind: 'status',
      status: 503,
      times: 1,
    });
    bench.start();
    await bench.settled();
    expect(bench.lines()).toEqual([ROOT]);
  });

  it('stays unclear while it cannot be looked up, and goes out again after 10 min', async () => {
    const bench = await aBench();
    await bench.sim.control.faults({ method: 'chat.postMessage', kind: 'reset', times: 1 });
    await bench.sim.control.faults({ method: 'conversations.history', kind: 'status', status: 503 });
    bench.start();
    await bench.open('i1', ['web-01']);
    await bench.pass(9 * MINUTE);
    expect(bench.calls('chat.postMessage')).toHaveLength(1);
    await bench.settled();
    expect(bench.lines()).toEqual([ROOT]);
  }, 30_000);
});

describe('a post that Slack does not take', () => {
  for (const [sentence, fault] of [
    ['fault 8: 429 with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '7' } }],
    ['fault 8: 429 without a header', { kind: 'status', status: 429 }],
    ['fault 8: 429 with nonsense', { kind: 'status', status: 429, headers: { 'retry-after': 'abc' } }],
    ['503 before it did anything', { kind: 'status', status: 503 }],
    ['ok:false service_unavailable', { kind: 'ok_false', error: 'service_unavailable' }],
    ['ok:false fatal_error', { kind: 'ok_false', error: 'fatal_error' }],
    ['ok:false token_revoked', { kind: 'ok_false', error: 'token_revoked' }],
    ['ok:false of a word nobody knows', { kind: 'ok_false', error: 'something_new' }],
  ] as const)
    it(`${sentence}: is sent once the trouble is over`, async () => {
      const bench = await aBench();
      await bench.sim.control.faults({ method: 'chat.postMessage', times: 3, ...fault });
      bench.start();
      await bench.open('i1', ['web-01']);
      await bench.settled();
      expect(bench.lines()).toEqual([ROOT]);
      expect(bench.calls('chat.postMessage').filter(({ ok }) => ok)).toHaveLength(1);
    });

  it('fault 7: is not tried again before Retry-After, and other channels are not held up', async () => {
    const bench = await aBench();
    await bench.sim.control.faults({
      method: 'chat.postMessage',
      channel: SOC,
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '7' },
      times: 1,
    });
    bench.start();
    await bench.open('i1', ['web-01']);
    await bench.open('i2', ['db-01'], { channel: 'C0GENERAL' });
    await bench.settled();
    const [refused, again] = bench.calls('chat.postMessage').filter(({ channel }) => channel === SOC);
    expect((again?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(7 * SECOND);
    const [other] = bench.calls('chat.postMessage').filter(({ channel }) => channel === 'C0GENERAL');
    expect((other?.at ?? 0) - (refused?.at ?? 0)).toBeLessThan(SECOND / 2);
  });

  it('backs off from a Slack that is away: at most one call a minute in the end, and nothing lost', async () => {
    const bench = await aBench();
    await bench.sim.control.faults({
      method: 'chat.postMessage',
      kind: 'ok_false',
      error: 'service_unavailable',
    });
    bench.start();
    await bench.open('i1', ['web-01']);
    await bench.pass(10 * MINUTE);
    expect(bench.calls('chat.postMessage').length).toBeLessThan(20);
    await bench.sim.control.clearFaults();
    await bench.settled();
    expect(bench.lines()).toEqual([ROOT]);
  }, 30_000);

  for (const [sentence, break_] of [
    ['the bot is not in', (bench: Bench) => bench.sim.control.channel({ id: SOC, member: false })],
    ['is archived', (bench: Bench) => bench.sim.control.channel({ id: SOC, archived: true })],
  ] as const) {
    it(`goes to the fallback channel when the channel ${sentence}, and people are told`, async () => {
      const bench = await aBench();
      await break_(bench);
      bench.start();
      await bench.open('i1', ['web-01']);
      await bench.settled();
      expect(bench.lines(FALLBACK)).toEqual([ROOT]);
      expect(bench.troubles).toEqual([expect.stringContaining(`I can't post to the channel ${SOC}`)]);
    });

    it(`takes the thread along when the channel ${sentence} later: one new root, every line below it`, async () => {
      const bench = await aBench();
      bench.start();
      await bench.open('i1', ['web-01']);
      await bench.settled();
      await break_(bench);
      await bench.line('i1', 'web-02');
      await bench.line('i1', 'web-03', { reason: 'repeat', key: 'i1.repeat.9' });
      await bench.settled();
      await bench.line('i1', 'web-04');
      await bench.settled();
      const [root, ...lines] = bench.lines(FALLBACK);
      expect(root).toMatch(/^Error: Firewall tampering on /);
      expect(lines.map((line) => /web-\d+/.exec(line)?.[0])).toEqual(['web-02', 'web-03', 'web-04']);
      expect(lines.every((line) => line.startsWith('  '))).toBe(true);
    });
  }

  describe('fault 11: each answer of Slack that is no has one way', () => {
    for (const [error, way, sentence] of [
      ['internal_error', 'retry', 'may have been done: looked up, then sent once'],
      ['fatal_error', 'retry', 'may have been done: looked up, then sent once'],
      ['token_revoked', 'retry', 'waits for a new token'],
      ['msg_too_long', 'shrink', 'the names go out alone'],
      ['invalid_blocks', 'shrink', 'the names go out alone'],
      ['not_in_channel', 'fall back', 'stands in the fallback channel'],
      ['channel_not_found', 'fall back', 'stands in the fallback channel'],
      ['is_archived', 'fall back', 'stands in the fallback channel'],
      ['restricted_action', 'fall back', 'stands in the fallback channel'],
    ] as const)
      it(`${error}: ${way} (${sentence})`, async () => {
        const bench = await aBench();
        const fault = { method: 'chat.postMessage', kind: 'ok_false', error } as const;
        await bench.sim.control.faults({ ...fault, channel: SOC, times: way === 'retry' ? 3 : 1 });
        bench.start();
        await bench.open('i1', ['web-01']);
        await bench.settled();
        const [here, there] = [SOC, FALLBACK].map((channel) => bench.messages(channel));
        expect([here?.length, there?.length]).toEqual(way === 'fall back' ? [0, 1] : [1, 0]);
        const [message] = [...(here ?? []), ...(there ?? [])];
        expect(JSON.stringify(message)).toContain('web-01');
        expect(JSON.stringify(message).includes('did not take the full message')).toBe(way === 'shrink');
        expect(await bench.store.dead()).toEqual([]);
      });

    for (const error of ['msg_too_long', 'invalid_blocks'])
      it(`${error} of the bare names too: a dead letter with an alarm under its own key, and no further attempt`, async () => {
        const bench = await aBench();
        await bench.sim.control.faults({ method: 'chat.postMessage', kind: 'ok_false', error });
        bench.start();
        await bench.open('i1', ['web-01']);
        await bench.settled();
        await bench.pass(HOUR);
        expect((await bench.store.dead()).map(({ key, trouble }) => [key, trouble])).toEqual([
          ['i1.first.0', error],
        ]);
        expect(bench.troubles).toEqual([expect.stringMatching(/^dead\.i1\.first\.0\.1: .* cannot be shown/)]);
        expect(bench.calls('chat.postMessage')).toHaveLength(2);
      });

    it('no channel at all, not even the fallback one: a dead letter with an alarm', async () => {
      const bench = await aBench();
      await bench.sim.control.faults({ method: 'chat.postMessage', kind: 'ok_false', error: 'is_archived' });
      bench.start();
      await bench.open('i1', ['web-01']);
      await bench.settled();
      expect(bench.troubles.filter((one) => one.startsWith('dead.'))).toHaveLength(1);
      expect(bench.calls('chat.postMessage')).toHaveLength(2);
    });
  });

  it('takes the lines that waited for it along, and its incident takes no more', async () => {
    const bench = await aBench();
    await bench.sim.control.faults({ method: 'chat.postMessage', kind: 'ok_false', error: 'msg_too_long' });
    await bench.open('i1', ['web-01']);
    await bench.line('i1', 'web-02');
    bench.start();
    await bench.settled();
    expect((await bench.store.dead()).map(({ key }) => key)).toEqual(['i1.first.0', 'i1.more.web-02']);
    expect((await bench.store.incident('i1'))?.open).toBe(false);
    expect(bench.troubles).toEqual([expect.stringContaining('about 2 alerts')]);
  });

  it('goes to the fallback channel when another organisation reads the channel, and people are told', async () => {
    const bench = await aBench();
    await bench.sim.control.channel({ id: SOC, shared: true });
    bench.start();
    await bench.open('i1', ['web-01']);
    await bench.settled();
    expect(bench.lines(SOC)).toEqual([]);
    expect(bench.lines(FALLBACK)).toEqual([ROOT]);
    expect(bench.troubles).toEqual([expect.stringContaining('shared with another organisation')]);
  });

  it('ends in the admin channel when not even the fallback channel works', async () => {
    const bench = await aBench();
    await bench.sim.control.channel({ id: SOC, archived: true });
    await bench.sim.control.channel({ id: FALLBACK, member: false });
    bench.start();
    await bench.open('i1', ['web-01']);
    await bench.settled();
    expect(await bench.store.dead()).toHaveLength(1);
    expect(bench.troubles).toHaveLength(2);
  });
});

describe('fault 16: a root that somebody deleted', () => {
  const aDeleted = async () => {
    const bench = await aBench();
    bench.start();
    await bench.open('i1', ['web-01']);
    await bench.settled();
    const [root] = bench.messages(SOC);
    await bench.sim.control.delete({ user: 'U0OPS0001', channel: SOC, ts: root?.ts });
    expect(bench.lines()).toEqual([]);
    return bench;
  };

  it('is posted anew while something in it fires, and its new place is known', async () => {
    const bench = await aDeleted();
    await bench.touch('i1');
    await bench.settled();
    expect(bench.lines()).toEqual([ROOT]);
    expect((await bench.store.incident('i1'))?.root?.ts).toBe(bench.messages(SOC)[0]?.ts);
  });

  it('stays gone when everything in it is over', async () => {
    const bench = await aDeleted();
    await bench.store.commit([{ type: 'alert-resolved', fingerprint: 'web-01', at: T0, why: 'quiet' }]);
    await bench.touch('i1');
    await bench.settled();
    expect(bench.lines()).toEqual([]);
  });

  it('is posted anew for a line that would have nowhere to go', async () => {
    const bench = await aDeleted();
    await bench.store.commit([{ type: 'alert-resolved', fingerprint: 'web-01', at: T0, why: 'quiet' }]);
    // Within the 5 s in which a line must wait, the edit comes first and finds no root.
    await bench.line('i1', 'web-01', { reason: 'resolved', key: 'i1.resolved.1' });
    await bench.store.commit([{ type: 'alert-resolved', fingerprint: 'web-01', at: T0, why: 'quiet' }]);
    await bench.settled();
    expect(await bench.store.waiting()).toEqual([]);
  });
});

describe('what can be sent at once', () => {
  const watched = (): { store: Store; commits: string[][] } => {
    const inner = openMemoryStore();
    const commits: string[][] = [];
    const commit: Store['commit'] = (transitions) => {
      commits.push(transitions.map(({ type }) => type));
      return inner.commit(transitions);
    };
    return { store: { ...inner, commit }, commits };
  };
  const intents = (commits: readonly string[][]): string[] =>
    commits.flatMap((types) =>
      types.includes('delivery-intent') ? [types.length === 1 ? 'alone' : 'with what queued it'] : [],
    );

  it('carries its intent in the commit that queues it, once its channel is known', async () => {
    const { store, commits } = watched();
    const bench = await aBench({ store });
    bench.start();
    for (const id of ['i1', 'i2', 'i3']) {
      await bench.open(id, [`${id}-web`]);
      await bench.settled();
      await bench.pass(2 * SECOND);
    }
    expect(intents(commits)).toEqual(['alone', 'with what queued it', 'with what queued it']);
    expect(bench.lines()).toHaveLength(3);
  });

  it('waits its turn behind others of its channel, as before', async () => {
    const { store, commits } = watched();
    const bench = await aBench({ store, pace: 1 });
    bench.start();
    await bench.open('i0', ['web-00']);
    await bench.settled();
    await bench.pass(2 * SECOND);
    await Promise.all([bench.open('i1', ['web-01']), bench.open('i2', ['web-02'])]);
    await bench.open('i3', ['web-03']);
    await bench.settled();
    expect(intents(commits)).toEqual(['alone', 'with what queued it', 'alone', 'alone']);
    expect(bench.lines()).toHaveLength(4);
    expect(bench.calls('chat.postMessage').filter(({ ok }) => !ok)).toEqual([]);
  });

  it('gives its slot back when the disk refuses the commit, and nothing is sent', async () => {
    let broken = false;
    const store = openMemoryStore(undefined, async () => {
      if (broken) throw new Error('ENOSPC: injected');
    });
    const bench = await aBench({ store });
    bench.start();
    await bench.open('i0', ['web-00']);
    await bench.settled();
    await bench.pass(2 * SECOND);
    broken = true;
    for (let n = 0; n < 20; n += 1) await expect(bench.open('i1', ['web-01'])).rejects.toThrow('ENOSPC');
    broken = false;
    const from = bench.clock.now();
    await bench.open('i1', ['web-01']);
    await bench.settled();
    const [, second] = bench.calls('chat.postMessage');
    expect(bench.lines()).toHaveLength(2);
    expect((second?.at ?? 0) - from).toBeLessThan(SECOND / 2);
  });

  it('goes before second looks for copies, which wait for the pace of look-ups; one look is for all of a channel', async () => {
    const bench = await aBench();
    bench.start();
    const hosts = Array.from({ length: 30 }, (_, n) => `web-${n}`);
    for (const host of hosts) await bench.open(host, [host]);
    await bench.settled();
    await bench.pass(2 * SECOND);
    const from = bench.clock.now();
    await bench.store.commit(
      hosts.map((host) => ({ type: 'told-looked', key: `${host}.first.0`, lookAt: from })),
    );
    await bench.open('new', ['db-01']);
    await bench.open('newer', ['db-02']);
    await bench.settled();
    const posts = bench.calls('chat.postMessage').slice(-2);
    expect(bench.lines()).toHaveLength(32);
    for (const { at } of posts) expect(at - from).toBeLessThan(5 * SECOND);
    await bench.until(async () => (await bench.store.toldToLookAt()).length === 0);
    expect(bench.lines()).toHaveLength(32);
    expect(bench.calls('conversations.history').filter(({ at }) => at >= from)).toHaveLength(1);
  });

  it('is deleted where it stands twice, in the channel and in a thread; what our state links stays', async () => {
    const bench = await rootAndLine();
    const linked = bench.messages(SOC).map(({ ts }) => ts);
    const [root = ''] = linked;
    const copy = { text: 'the same', blocks: [] };
    await bench.chat.post({ channel: SOC, key: 'i1.first.0' }, copy);
    await bench.chat.post({ channel: SOC, thread: root, key: 'i1.more.web-02' }, copy);
    expect(bench.messages(SOC)).toHaveLength(4);
    const told = await bench.store.told('i1');
    await bench.store.commit(
      told.map(({ key }) => ({ type: 'told-looked', key, lookAt: bench.clock.now() })),
    );
    await bench.until(async () => (await bench.store.toldToLookAt()).length === 0);
    expect(bench.messages(SOC).map(({ ts }) => ts)).toEqual(linked);
  });

  it('fault 1: is looked up after a kill before the post, and sent once', async () => {
    let dead = false;
    const kept = openMemoryStore();
    const bench = await aBench({
      store: kept,
      reached: (step) => {
        if (step === 'intent durable' && dead) throw new Error('killed');
      },
    });
    const first = bench.start();
    await bench.open('i0', ['web-00']);
    await bench.settled();
    await bench.pass(2 * SECOND);
    dead = true;
    await bench.open('i1', ['web-01']);
    await first.stop();
    expect((await kept.waiting()).map(({ state, channel }) => [state, channel])).toEqual([['intent', SOC]]);
    dead = false;
    bench.start();
    await bench.settled();
    expect(bench.lines()).toHaveLength(2);
    expect(bench.calls('conversations.history')).not.toEqual([]);
  });
});

describe('the message', () => {
  it('shows the newest state at the moment it is sent, not that of when it was queued', async () => {
    const bench = await aBench();
    await bench.open('i1', ['web-01']);
    await bench.store.commit([
      { type: 'alert-acknowledged', fingerprint: 'web-01', by: { team: 'T', user: 'U0MAYA001' }, at: T0 },
    ]);
    bench.start();
    await bench.settled();
    const [root] = bench.messages(SOC);
    expect(shown(root as never)).toContain('✓ Acknowledged by @U0MAYA001');
  });

  it('is not held up by an edit that is refused', async () => {
    const bench = await aBench();
    bench.start();
    await bench.open('i1', ['web-01']);
    await bench.settled();
    await bench.sim.control.faults({ method: 'chat.update', kind: 'ok_false', error: 'invalid_blocks' });
    await bench.touch('i1');
    await bench.line('i1', 'web-02');
    await bench.until(async () => (await bench.store.waiting()).length === 0);
    expect(bench.lines()).toContain(LINE);
  });
});

describe('fault 16: an edit that Slack refuses for good', () => {
  const aRefused = async (error: string, times?: number) => {
    const bench = await aBench();
    bench.start();
    await bench.open('i1', ['web-01']);
    await bench.settled();
    const fault = { method: 'chat.update', kind: 'ok_false', error } as const;
    await bench.sim.control.faults({ ...fault, ...(times === undefined ? {} : { times }) });
    return bench;
  };
  const resolve = (bench: Bench) =>
    bench.store.commit([{ type: 'alert-resolved', fingerprint: 'web-01', at: T0, why: 'quiet' }]);

  it.each(['edit_window_closed', 'cant_update_message', 'invalid_blocks', 'msg_too_long'])(
    '%s: what it would have shown is a new message, and that is the one that is linked',
    async (error) => {
      const bench = await aRefused(error);
      await resolve(bench);
      await bench.touch('i1');
      await bench.settled();
      const [old, anew] = bench.messages(SOC);
      expect(shown(old as never)).not.toContain('Resolved');
      expect(shown(anew as never)).toContain('Resolved');
      expect((await bench.store.incident('i1'))?.root?.ts).toBe(anew?.ts);
      expect(bench.troubles).toEqual([]);
    },
  );

  it('content that is refused once is edited to the bare names: no second message', async () => {
    const bench = await aRefused('msg_too_long', 1);
    await bench.touch('i1');
    await bench.settled();
    const [root, ...more] = bench.messages(SOC);
    expect(more).toEqual([]);
    expect(shown(root as never)).toContain('did not take the full message');
  });

  it('where nothing may be edited, an alert that goes on and on is a new root once a minute at most', async () => {
    const bench = await aRefused('edit_window_closed');
    for (let second = 0; second < 300; second += 1) {
      await bench.touch('i1');
      await bench.pass(SECOND);
    }
    expect(bench.messages(SOC).length).toBeGreaterThanOrEqual(5);
    expect(bench.messages(SOC).length).toBeLessThanOrEqual(7);
  });

  it('a token that is refused is no reason for a new message: the edit waits, a call a minute', async () => {
    const bench = await aRefused('token_revoked');
    await bench.touch('i1');
    await bench.pass(10 * MINUTE);
    expect(bench.calls('chat.update').length).toBeLessThanOrEqual(11);
    await bench.sim.control.clearFaults();
    await bench.settled();
    expect(bench.messages(SOC)).toHaveLength(1);
  });
});

describe('a dead letter', () => {
  it('is told although the bot was killed before it could say so, and then never again', async () => {
    const bench = await aBench();
    await bench.sim.control.faults({ method: 'chat.postMessage', kind: 'ok_false', error: 'msg_too_long' });
    await bench.open('i1', ['web-01']);
    bench.start();
    await bench.until(async () => (await bench.store.dead()).length > 0);
    const alarms: string[] = [];
    const life = (says: boolean) =>
      createDeadLetters({
        store: bench.store,
        alarm: (key, _trouble, said) => {
          alarms.push(key);
          if (says) void said();
        },
      });
    const killed = life(false);
    await killed();
    await killed();
    const next = life(true);
    await next();
    await next();
    await life(true)();
    expect(alarms).toEqual(['dead.i1.first.0.1', 'dead.i1.first.0.1']);
  });
});

it('the bench refuses what Slack refuses', async () => {
  const bench = await aBench();
  await expect(
    bench.chat.post({ channel: 'C0NOTMEM1', key: 'k' }, { text: 'x', blocks: [] }),
  ).rejects.toThrow(ChatError);
});
