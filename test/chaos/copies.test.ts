import { describe, expect, it } from 'vitest';
import { judgeCopies } from '../../chaos/judge-copies.ts';

const SUBJECTS = new Set(['web-1', 'web-10']);
const copy = (id: string, words: string) => ({ id, words });
const FIRST = copy('a', 'Error: tampering on web-1');

describe('what a receiver holds', () => {
  const rows = [
    ['each host once', [FIRST, copy('b', 'Error: tampering on web-10')], ['web-1', 'web-10'], [], 0],
    ['a repeat under its id is marked, not doubled', [FIRST, FIRST], ['web-1'], [], 1],
    ['the same under another id is doubled', [FIRST, copy('b', FIRST.words)], ['web-1'], ['web-1'], 0],
    [
      'another thing said of a host is not',
      [FIRST, copy('b', 'Critical: tampering on web-1')],
      ['web-1'],
      [],
      0,
    ],
    ['a name inside another is not that host', [copy('a', 'Error: tampering on web-100')], [], [], 0],
  ] as const;
  it.each(rows)('%s', (_, copies, visible, duplicated, marked) => {
    expect(judgeCopies(copies, SUBJECTS)).toEqual({
      visible: new Set(visible),
      duplicated: new Set(duplicated),
      marked,
    });
  });
});
