import { describe, expect, it } from 'vitest';
import { createTurns, type Turns } from '../../../src/adapters/slack/turns.ts';

/** A clock that is moved by hand: sleeping ends by its signal, or when the time is set past it. */
const handClock = () => {
  let at = 0;
  const asleep: { readonly until: number; readonly wake: () => void }[] = [];
  return {
    mono: () => at,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((wake) => {
        asleep.push({ until: at + ms, wake });
        signal?.addEventListener('abort', () => wake(), { once: true });
      }),
    advance(ms: number) {
      at += ms;
      for (const { until, wake } of asleep) if (until <= at) wake();
    },
  };
};

const fewTurns = async (): Promise<void> => {
  for (let n = 0; n < 5; n += 1) await new Promise(setImmediate);
};

/** Something that is acknowledged at once. */
const comeAndGo = (turns: Turns): void => {
  turns.hold();
  turns.release();
};

describe('a rush of commands', () => {
  it('begins no work while something waits for its acknowledgement', async () => {
    const turns = createTurns(handClock());
    turns.hold();
    turns.hold();
    let begun = 0;
    void turns.next().then(() => (begun += 1));
    await fewTurns();
    turns.release();
    await fewTurns();
    expect(begun).toBe(0);
    turns.release();
    await fewTurns();
    expect(begun).toBe(1);
  });

  it('begins work that has waited long although more comes in', async () => {
    const clock = handClock();
    const turns = createTurns(clock);
    turns.hold();
    let begun = 0;
    void turns.next().then(() => (begun += 1));
    void turns.next().then(() => (begun += 1));
    await fewTurns();
    expect(begun).toBe(0);
    clock.advance(300);
    await fewTurns();
    expect(begun).toBe(2);
  });

  it('begins no work between two pieces of a rush, and goes on when nothing came for 15 ms', async () => {
    const clock = handClock();
    const turns = createTurns(clock);
    for (let n = 0; n < 30; n += 1) comeAndGo(turns);
    let begun = 0;
    void turns.next().then(() => (begun += 1));
    await fewTurns();
    expect(begun).toBe(0);
    clock.advance(15);
    await fewTurns();
    expect(begun).toBe(1);
  });

  it('lets a few in a row begin at once: that is no rush', async () => {
    const turns = createTurns(handClock());
    for (let n = 0; n < 5; n += 1) comeAndGo(turns);
    let begun = 0;
    void turns.next().then(() => (begun += 1));
    await fewTurns();
    expect(begun).toBe(1);
  });

  it('begins one piece in a turn of the event loop', async () => {
    const turns = createTurns(handClock());
    const begun: number[] = [];
    for (const n of [1, 2, 3]) void turns.next().then(() => begun.push(n));
    await new Promise(setImmediate);
    expect(begun.length).toBeLessThan(3);
    await fewTurns();
    expect(begun).toEqual([1, 2, 3]);
  });
});
