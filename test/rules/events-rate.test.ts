import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/core/rule.ts';
import { plain } from '../../src/core/text.ts';
import { eventsRate } from '../../src/rules/events-rate.ts';
import { anEstate, anEvent, HOUR, MINUTE, T0 } from '../support/builders.ts';
import { told, type Watching, watching } from '../support/rules.ts';

const DAY = 24 * HOUR;
/** A Wednesday at 10:00, so that weeks before it are made of both kinds of day. */
const WEDNESDAY = T0 + 3 * DAY;

const hour = (from: number, count: number, event_type = 'label.create'): Observation => ({
  kind: 'hour',
  pce: 'prod-east',
  now: from + HOUR + 20 * MINUTE,
  from,
  estate: anEstate(),
  events: Array.from({ length: count }, (_, i) => anEvent({ at: from + (i * HOUR) / count, event_type })),
});
const silence = (newest: number, now: number): Observation => ({
  kind: 'ingest',
  pce: 'prod-east',
  now,
  estate: anEstate(),
  newest,
});

/** So many days of the same count at ten and eleven o'clock. */
const learnt = (days: number, count: number): Watching => {
  const rule = watching(eventsRate);
  for (let day = days; day >= 1; day -= 1)
    for (const at of [WEDNESDAY - day * DAY, WEDNESDAY - day * DAY + HOUR]) rule.see(hour(at, count));
  return rule;
};

describe('events-rate', () => {
  it.each([
    ['a spike', 20, 81, ['warning prod-east']],
    ['four times as many is no spike yet', 20, 80, []],
    ['few events never are', 2, 50, []],
    ['as many as ever', 20, 20, []],
    ['half', 60, 30, []],
  ] as const)('%s', (_, usual, count, expected) => {
    expect(told(learnt(10, usual).see(hour(WEDNESDAY, count)).findings)).toEqual(expected);
  });

  it('a drop is told after the second hour, with the families by name', () => {
    const rule = learnt(10, 60);
    expect(rule.see(hour(WEDNESDAY, 5)).findings).toEqual([]);
    const { findings } = rule.see(hour(WEDNESDAY + HOUR, 5));
    expect(plain(findings[0]?.story ?? [])).toBe(
      'In the hour from 11:00 UTC: 5 label events instead of about 60, for two hours.',
    );
  });

  it('is learning while it has fewer than five days of the same kind', () => {
    expect(learnt(4, 20).see(hour(WEDNESDAY, 500)).findings).toEqual([]);
  });

  it('is over when an hour is as usual again, and the same hour twice changes nothing', () => {
    const rule = learnt(10, 20);
    rule.see(hour(WEDNESDAY, 500));
    const before = JSON.stringify((rule.memory() as { hours: unknown }).hours);
    rule.see(hour(WEDNESDAY, 500));
    expect(JSON.stringify((rule.memory() as { hours: unknown }).hours)).toBe(before);
    expect(rule.see(hour(WEDNESDAY + HOUR, 20)).cleared).toMatchObject([{ why: 'as many as usual again' }]);
  });

  it('an hour that could not be read says nothing', () => {
    const rule = learnt(10, 60);
    rule.see({ ...hour(WEDNESDAY, 0), events: null } as Observation);
    expect(rule.see(hour(WEDNESDAY + HOUR, 5)).findings).toEqual([]);
  });

  it('chatter of VENs and sessions is one family', () => {
    const rule = watching(eventsRate);
    rule.see(hour(WEDNESDAY, 5, 'agent.update'));
    rule.see(hour(WEDNESDAY + HOUR, 5, 'user.create_session'));
    expect((rule.memory() as { hours: { counts: object[] } }).hours.counts).toEqual([
      { 'VEN chatter and sessions': 5 },
      { 'VEN chatter and sessions': 5 },
    ]);
  });

  it('no event at all for longer than ever is an error, until one comes', () => {
    const rule = learnt(7, 60);
    expect(rule.see(silence(WEDNESDAY, WEDNESDAY + 29 * MINUTE)).findings).toEqual([]);
    expect(told(rule.see(silence(WEDNESDAY, WEDNESDAY + 31 * MINUTE)).findings)).toEqual([
      'error silence of prod-east',
    ]);
    expect(rule.see(silence(WEDNESDAY, WEDNESDAY + 50 * MINUTE)).findings).toEqual([]);
    expect(rule.see(silence(WEDNESDAY + HOUR, WEDNESDAY + HOUR)).cleared).toMatchObject([
      { why: 'events are recorded again' },
    ]);
  });

  it('says nothing of silence before it knows the gaps', () => {
    expect(watching(eventsRate).see(silence(WEDNESDAY, WEDNESDAY + DAY)).findings).toEqual([]);
  });

  it('four weeks of twelve families stay small', () => {
    const rule = watching(eventsRate);
    for (let i = 0; i < 30 * 24; i += 1)
      rule.see({
        ...hour(WEDNESDAY - (30 * 24 - i) * HOUR, 0),
        events: Array.from({ length: 12 }, (_, family) =>
          anEvent({ at: WEDNESDAY, event_type: `family${family}.update` }),
        ),
      } as Observation);
    expect(JSON.stringify(rule.memory()).length).toBeLessThan(150_000);
  });
});
