import { describe, expect, it } from 'vitest';
import { createPacer, type PacedCall } from '../../../src/adapters/slack/pacer.ts';
import { fakeClock } from './support.ts';

const aPacer = () => {
  const clock = fakeClock();
  const pacer = createPacer(clock);
  const granted: { channel: string; at: number }[] = [];
  const ask = (channel: string, call: PacedCall = 'post', times = 1): void => {
    for (let n = 0; n < times; n += 1) {
      void pacer.slot(channel, call).then(
        () => granted.push({ channel, at: clock.mono() }),
        () => granted.push({ channel, at: -1 }),
      );
    }
  };
  const at = (channel: string) => granted.filter((one) => one.channel === channel).map((one) => one.at);
  return { clock, pacer, ask, at, granted };
};

describe('pacer', () => {
  it('lets a first call through at once', async () => {
    const { clock, ask, at } = aPacer();
    ask('A');
    await clock.advance(0);
    expect(at('A')).toEqual([0]);
  });

  it('spaces posts of a channel by a second, in the order of asking', async () => {
    const { clock, ask, at } = aPacer();
    ask('A', 'post', 4);
    await clock.advance(10_000);
    expect(at('A')).toEqual([0, 1_000, 2_000, 3_000]);
  });

  it('uses the whole allowance of a channel while a backlog lasts', async () => {
    const { clock, ask, at } = aPacer();
    ask('A', 'post', 100);
    await clock.advance(90_000);
    expect(at('A').length).toBe(91);
  });

  it('gives the workspace four posts a second, fairly', async () => {
    const { clock, ask, granted } = aPacer();
    for (const channel of 'ABCDEFGH') ask(channel, 'post', 20);
    await clock.advance(10_000);
    expect(granted.length).toBeGreaterThanOrEqual(40);
    expect(granted.length).toBeLessThanOrEqual(44);
    const counts = [...'ABCDEFGH'].map((channel) => granted.filter((one) => one.channel === channel).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });

  it('never passes 50 edits in any minute', async () => {
    const { clock, ask, at } = aPacer();
    ask('A', 'edit', 200);
    await clock.advance(180_000);
    const times = at('A');
    for (const from of times)
      expect(times.filter((t) => t >= from && t < from + 60_000).length).toBeLessThanOrEqual(50);
    expect(times.length).toBeGreaterThanOrEqual(135);
  });

  it('holds a refused channel back for as long as Slack said, and no other', async () => {
    const { clock, pacer, ask, at } = aPacer();
    ask('A', 'post', 2);
    await clock.advance(0);
    pacer.refused('A', 'post', 7_000);
    ask('B', 'post', 3);
    ask('A', 'edit');
    await clock.advance(20_000);
    expect(at('B')).toEqual([0, 1_000, 2_000]);
    expect(at('A')).toEqual([0, 0, 7_000]);
  });

  it('says what waits and for how long', async () => {
    const { clock, pacer, ask } = aPacer();
    ask('A', 'post', 13);
    await clock.advance(0);
    pacer.refused('A', 'post', 3_000);
    expect(pacer.backlog()).toEqual([{ channel: 'A', call: 'post', waiting: 12, waitMs: 14_000 }]);
    await clock.advance(60_000);
    expect(pacer.backlog()).toEqual([]);
  });

  it('rejects what waits when it is closed', async () => {
    const { clock, pacer, ask, at } = aPacer();
    ask('A', 'post', 3);
    await clock.advance(0);
    pacer.close();
    await clock.advance(0);
    expect(at('A')).toEqual([0, -1, -1]);
    await expect(pacer.slot('A', 'post')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('fault 23: does not mind a wall clock that jumps', async () => {
    const { clock, ask, at } = aPacer();
    ask('A', 'post', 3);
    await clock.advance(500);
    clock.set(0);
    await clock.advance(5_000);
    expect(at('A')).toEqual([0, 1_000, 2_000]);
  });
});

describe('a slot that is claimed', () => {
  it('counts as a call of its channel and of the workspace', async () => {
    const { clock, pacer, ask, at } = aPacer();
    expect(['A', 'B', 'C', 'D'].map((channel) => pacer.claim(channel, 'post') !== undefined)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(pacer.claim('E', 'post')).toBeUndefined();
    ask('A');
    await clock.advance(2_000);
    expect(at('A')).toEqual([1_000]);
  });

  it('is refused where one would have to wait', async () => {
    const { clock, pacer, ask } = aPacer();
    ask('A', 'post', 2);
    await clock.advance(0);
    pacer.refused('B', 'post', 5_000);
    expect(pacer.claim('A', 'post')).toBeUndefined();
    expect(pacer.claim('B', 'post')).toBeUndefined();
    await clock.advance(5_000);
    expect(pacer.claim('B', 'post')).toBeTypeOf('function');
    pacer.close();
    expect(pacer.claim('C', 'post')).toBeUndefined();
  });

  it('is as if nothing had been when it is given back', async () => {
    const { clock, pacer, ask, at } = aPacer();
    for (let n = 0; n < 20; n += 1) pacer.claim('A', 'post')?.();
    ask('A', 'post', 2);
    ask('B');
    await clock.advance(2_000);
    expect(at('A')).toEqual([0, 1_000]);
    expect(at('B')).toEqual([0]);
  });
});
