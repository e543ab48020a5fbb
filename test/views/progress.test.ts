import { expect, it } from 'vitest';
import { progressView } from '../../src/views/progress.ts';
import { problemsOf, shown } from '../support/blocks.ts';

const at = (parts: Partial<Parameters<typeof progressView>[1][number]> = {}) => ({
  pce: 'prod-east',
  stage: 'queued' as const,
  rows: 0,
  sinceMs: 4_000,
  ...parts,
});

it.each([
  ['a command that asks no PCE for traffic', [], 'Reading prod-east, prod-west …'],
  [
    'waiting for others',
    [at({ stage: 'waiting' as const })],
    'Reading prod-east … waiting for two other questions, 4 s\n[Stop]',
  ],
  ['queued at the PCE', [at()], 'Reading prod-east … queued, 4 s\n[Stop]'],
  [
    'the PCE works',
    [at({ stage: 'working' as const, sinceMs: 65_000 })],
    'Reading prod-east … queued → working, 1 min 5 s\n[Stop]',
  ],
  [
    'rows come',
    [at({ stage: 'working' as const, rows: 34_120, sinceMs: 80_000 })],
    'Reading prod-east … queued → working → 34,120 flows, 1 min 20 s\n[Stop]',
  ],
  [
    'two PCEs',
    [at(), at({ pce: 'prod-west', stage: 'working' as const })],
    'Reading prod-east, prod-west … queued, 4 s; queued → working, 4 s\n[Stop]',
  ],
])('%s', (_, asked, says) => {
  const message = progressView(['prod-east', 'prod-west'], asked, 'question-1');
  expect(problemsOf(message)).toEqual([]);
  expect(shown(message)).toBe(says);
});
