import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { panelView } from '../../src/views/panel.ts';
import { shown } from '../support/blocks.ts';

const linesOf = (
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
) =>
  shown(
    panelView({
      title: 'Board',
      sections: [{ title: 'Part', columns, rows, right }],
      basis: ['prod-east'],
      at: 0,
    }),
  ).split('\n');

describe('a board', () => {
  it.each([
    [
      'columns stand under each other, figures to the right',
      [
        ['db-01', '1,204', '0'],
        ['web-01', '7', '12'],
      ],
      ['Host    Blocked  Potentially', 'db-01     1,204            0', 'web-01        7           12'],
    ],
    [
      'a long name gives way, so that a phone breaks no line',
      [['a-very-long-name-of-a-host.example.com', '123,456,789', '123,456,789']],
      ['Host                Blocked  Potentially', 'a-very-long-n…  123,456,789  123,456,789'],
    ],
  ])('%s', (_, rows, expected) => {
    expect(linesOf(['Host', 'Blocked', 'Potentially'], rows, [1, 2])).toEqual(
      expect.arrayContaining(expected),
    );
  });

  it('has no line that a phone would break, whatever its names are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 10 }),
        (names) => {
          const rows = names.map((name) => [name.replace(/\s/gu, '_'), '123,456,789', '1,234,567']);
          const lines = linesOf(['Host', 'Blocked', 'Potentially'], rows, [1, 2]);
          for (const line of lines.filter((one) => one.endsWith('1,234,567')))
            expect([...line].length).toBeLessThanOrEqual(40);
        },
      ),
    );
  });
});
