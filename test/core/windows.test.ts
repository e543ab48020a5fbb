import { describe, expect, it } from 'vitest';
import { cronMatches, lastStart, parseCron } from '../../src/core/cron.ts';
import { parseHours, withinHours } from '../../src/core/hours.ts';
import { isZone } from '../../src/core/zoned.ts';
import { HOUR, MINUTE } from '../support/builders.ts';

const at = (text: string): number => Date.parse(text);
const cronAt = (text: string, time: string, zone = 'UTC'): boolean => {
  const cron = parseCron(text);
  if (cron === undefined) throw new Error(`no cron: ${text}`);
  return cronMatches(cron, at(time), zone);
};

describe('cron', () => {
  it.each<[string, string, string, boolean]>([
    ['0 2 * * sun', 'opens on Sunday at two', '2026-11-22T02:00:30Z', true],
    ['0 2 * * sun', 'not at three', '2026-11-22T03:00:00Z', false],
    ['0 2 * * 7', 'knows Sunday as 7', '2026-11-22T02:00:00Z', true],
    ['0 2 * * sun', 'not on Monday', '2026-11-23T02:00:00Z', false],
    ['*/15 8-18 * * mon-fri', 'counts in steps within spans', '2026-11-23T17:45:00Z', true],
    ['*/15 8-18 * * mon-fri', 'and not between them', '2026-11-23T17:46:00Z', false],
    [
      '0 0 1 * mon',
      'takes day or weekday where both are restricted, as cron does',
      '2026-11-23T00:00:00Z',
      true,
    ],
    ['0 0 1 jan *', 'reads names of months', '2027-01-01T00:00:00Z', true],
    ['30 0 2 * * *', 'takes six fields; a window opens at the whole minute', '2026-11-22T02:00:00Z', true],
  ])('%s %s', (text, _, time, expected) => expect(cronAt(text, time)).toBe(expected));

  it.each([
    '',
    '* * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '*/0 * * * *',
    '5-1 * * * *',
    '@daily',
    'x * * * *',
  ])('refuses %j', (text) => expect(parseCron(text)).toBeUndefined());

  it('is read in its zone, over the change of the clocks too', () => {
    expect(cronAt('0 2 * * *', '2026-07-01T00:00:00Z', 'Europe/Berlin')).toBe(true);
    expect(cronAt('0 2 * * *', '2026-12-01T01:00:00Z', 'Europe/Berlin')).toBe(true);
    expect(cronAt('0 2 * * *', '2026-12-01T00:00:00Z', 'Europe/Berlin')).toBe(false);
  });

  it('finds when a window that is open now was opened', () => {
    const cron = parseCron('0 2 * * sun');
    if (cron === undefined) throw new Error('no cron');
    const now = at('2026-11-22T05:59:00Z');
    expect(lastStart(cron, 'UTC', now - 4 * HOUR + MINUTE, now)).toBe(at('2026-11-22T02:00:00Z'));
    expect(lastStart(cron, 'UTC', now - 3 * HOUR, now)).toBeUndefined();
  });
});

describe('hours of a route', () => {
  const within = (text: string, time: string, zone = 'UTC'): boolean => {
    const hours = parseHours(text);
    if (hours === undefined) throw new Error(`no hours: ${text}`);
    return withinHours({ ...hours, zone }, at(time));
  };
  it.each<[string, string, string, boolean]>([
    ['mon-fri 08:00-18:00', 'holds from its first minute', '2026-11-23T08:00:00Z', true],
    ['mon-fri 08:00-18:00', 'and not in its last', '2026-11-23T18:00:00Z', false],
    ['mon-fri 08:00-18:00', 'nor on Sunday', '2026-11-22T10:00:00Z', false],
    ['sat,sun 00:00-24:00', 'holds all of the week-end', '2026-11-22T23:59:00Z', true],
    ['fri-mon 10:00-11:00', 'goes over the end of the week', '2026-11-22T10:30:00Z', true],
    ['fri 22:00-06:00', 'goes on after midnight', '2026-11-28T05:00:00Z', true],
    ['fri 22:00-06:00', 'of the day it began only', '2026-11-27T05:00:00Z', false],
    ['22:00-06:00', 'means every day when none is named', '2026-11-25T23:00:00Z', true],
  ])('%s %s', (text, _, time, expected) => expect(within(text, time)).toBe(expected));

  it('is read in its zone', () => {
    expect(within('mon-fri 08:00-18:00', '2026-11-23T07:30:00Z', 'Europe/Berlin')).toBe(true);
    expect(within('mon-fri 08:00-18:00', '2026-11-23T17:30:00Z', 'Europe/Berlin')).toBe(false);
  });

  it.each([
    '',
    'mon',
    '8-18',
    '08:00-08:00',
    '25:00-26:00',
    'mon-tue-wed 08:00-09:00',
    'xyz 08:00-09:00',
    '08:61-09:00',
  ])('refuses %j', (text) => expect(parseHours(text)).toBeUndefined());

  it('knows the zones of this machine', () => {
    expect([isZone('Europe/Berlin'), isZone('UTC'), isZone('Mars/Olympus')]).toEqual([true, true, false]);
  });
});
