import { expect, it } from 'vitest';
import { pollPace } from '../../src/core/poll-pace.ts';
import type { Interval } from '../../src/core/settings.ts';

it.each<[string, Interval, number, Interval]>([
  ['an ordinary poll is followed by the next as configured', 30_000, 3_000, 30_000],
  ['after more than 3,000 rows the next is a minute later', 30_000, 3_001, 60_000],
  ['who polls more rarely than that goes on doing so', 300_000, 9_999, 300_000],
  ['a cron expression stands', '*/30 * * * * *', 9_999, '*/30 * * * * *'],
])('%s', (_, configured, rows, expected) => {
  expect(pollPace(configured, rows)).toBe(expected);
});
