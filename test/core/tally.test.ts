import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Tallied, tallyOf } from '../../src/core/tally.ts';

const at = (minute: number, id = String(minute)) => ({ at: minute * 60_000, href: `/orgs/1/events/${id}` });
const TEN = 10 * 60_000;

const counted = (minutes: readonly number[], before: Tallied = {}) => {
  const tally = tallyOf(before);
  for (const minute of minutes) tally.add('maya', at(minute));
  return tally;
};

describe('a tally', () => {
  it.each([
    ['all of one span', [0, 2, 4, 6, 8], 8, 5],
    ['the ends of a span belong to it', [0, 10], 10, 2],
    ['a minute longer is another span', [0, 11], 11, 1],
    ['the fullest span around the moment, also when it comes first', [0, 2, 4, 6, 20], 0, 4],
    ['what was counted later than the moment', [20, 22, 24], 20, 3],
    ['nothing of another span', [0, 1, 2, 40], 40, 1],
  ] as const)('%s', (_, minutes, moment, count) => {
    expect(counted(minutes).fullest('maya', moment * 60_000, TEN).count).toBe(count);
  });

  it('says when the span begins and ends', () => {
    expect(counted([0, 3, 9, 30]).fullest('maya', 0, TEN)).toMatchObject({ first: 0, last: 9 * 60_000 });
  });

  it('counts distinct ones apart', () => {
    const tally = tallyOf({});
    for (const [i, name] of ['a', 'b', 'a', 'c'].entries()) tally.add('192.0.2.9', at(i), name);
    expect(tally.fullest('192.0.2.9', 0, TEN)).toMatchObject({ count: 4, distinct: 3 });
  });

  it('counts one event once, and two of the same moment twice', () => {
    const tally = counted([1, 1]);
    tally.add('maya', at(1, 'another'));
    expect(tally.fullest('maya', 60_000, TEN).count).toBe(2);
  });

  it('asks for spans that end between two moments', () => {
    const tally = counted([0, 1, 2, 30]);
    expect(tally.fullestEnding('maya', [0, 20 * 60_000], TEN).count).toBe(3);
    expect(tally.fullestEnding('maya', [10 * 60_000, 20 * 60_000], TEN).count).toBe(0);
  });

  it('keeps what is new enough, of a flood the newest', () => {
    expect(counted([1, 50]).kept(20 * 60_000)).toEqual({
      maya: [[50 * 60_000, '/orgs/1/events/50'.slice(-12), '']],
    });
    const flood = counted(Array.from({ length: 1_000 }, (_, i) => i)).kept(0)['maya'] ?? [];
    expect([flood.length, flood[flood.length - 1]?.[0]]).toEqual([200, 999 * 60_000]);
    const many = tallyOf({});
    for (let i = 0; i < 2_000; i += 1) many.add(`name ${i}`, at(i));
    const kept = Object.keys(many.kept(0));
    expect([kept.length, kept[0]]).toEqual([500, 'name 1999']);
  });

  it('remembers the same in whatever order and portions the events come, also twice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('maya', 'joe'), fc.nat(60), fc.nat(3)), { maxLength: 40 }),
        fc.infiniteStream(fc.nat()),
        fc.integer({ min: 1, max: 10 }),
        (events, random, portion) => {
          const outcome = (order: typeof events, size: number): Tallied => {
            let kept: Tallied = {};
            for (let i = 0; i < order.length; i += size) {
              const tally = tallyOf(kept);
              for (const [key, minute, id] of order.slice(i, i + size))
                tally.add(key, at(minute, `${minute}-${id}`));
              kept = tally.kept(0);
            }
            return kept;
          };
          const shuffled = [...events, ...events]
            .map((event) => ({ event, by: random.next().value as number }))
            .sort((a, b) => a.by - b.by)
            .map(({ event }) => event);
          expect(outcome(shuffled, portion)).toEqual(outcome(events, Math.max(1, events.length)));
        },
      ),
    );
  });
});
