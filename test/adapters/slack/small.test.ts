import { describe, expect, it } from 'vitest';
import { redact, sdkLogger } from '../../../src/adapters/slack/logger.ts';
import { createSeen } from '../../../src/adapters/slack/seen.ts';
import { fakeClock, memoryLog } from './support.ts';

describe('the log of the SDK', () => {
  it.each([
    ['token xoxb-1-2-abc_D here', 'token xoxb-… here'],
    ['xapp-1-A0-12-ff', 'xapp-…'],
    ['wss://wss.slack.com/link/?ticket=abc-def&app_id=1', 'wss://wss.slack.com/link/?ticket=…&app_id=1'],
    ['POST https://hooks.slack.com/commands/T1/2/abc failed', 'POST https://hooks.slack.com/… failed'],
  ])('%s is written as %s', (said, shown) => {
    expect(redact(said)).toBe(shown);
  });

  it('never writes what the SDK says at DEBUG', () => {
    const log = memoryLog();
    const logger = sdkLogger(log);
    logger.debug('a whole command');
    logger.warn('a warning', 1);
    expect([log.said, logger.getLevel()]).toEqual([
      [{ level: 'debug', message: 'slack sdk', fields: { said: 'a warning 1' } }],
      'info',
    ]);
  });
});

describe('what was seen', () => {
  it('forgets the oldest first when there is too much', () => {
    const seen = createSeen<number>(fakeClock(), 60_000, 3);
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const [n, id] of ids.entries()) seen.add([id], n);
    expect(ids.map((id) => seen.get([id])?.answer)).toEqual([undefined, undefined, undefined, 3, 4, 5, 6]);
  });

  it.each([
    [59_999, 'is remembered', { answer: 1 }],
    [60_000, 'may be remembered', { answer: 1 }],
    [120_000, 'is forgotten', undefined],
  ])('after %i ms %s', async (ms, _, known) => {
    const clock = fakeClock();
    const seen = createSeen<number>(clock, 60_000, 3);
    seen.add(['a'], 1);
    await clock.advance(ms);
    expect(seen.get(['a'])).toEqual(known);
  });

  it('is forgotten after twice its time, whenever it was asked for last', async () => {
    const clock = fakeClock();
    const seen = createSeen<number>(clock, 60_000, 3);
    seen.add(['a'], 1);
    await clock.advance(119_000);
    expect(seen.get(['a'])).toEqual({ answer: 1 });
    await clock.advance(1_000);
    expect(seen.get(['a'])).toBeUndefined();
  });

  it('is remembered for its time whenever it came in between', async () => {
    const clock = fakeClock();
    const seen = createSeen<number>(clock, 60_000, 3);
    await clock.advance(59_000);
    seen.add(['a'], 1);
    await clock.advance(59_999);
    seen.add(['b'], 2);
    expect(seen.get(['a'])).toEqual({ answer: 1 });
    await clock.advance(60_000);
    expect([seen.get(['a']), seen.get(['b'])]).toEqual([undefined, { answer: 2 }]);
  });
});
