import { describe, expect, it } from 'vitest';
import { csv } from '../../src/views/csv.ts';

describe('csv', () => {
  it.each<[string | number, string, string]>([
    ['web-01', '"web-01"', 'text is quoted'],
    ['say "hi"', '"say ""hi"""', 'quotes are doubled'],
    ['a,b\r\nc', '"a,b\r\nc"', 'commas and line ends stay inside'],
    ['=cmd()', `"'=cmd()"`, 'a formula is made text'],
    ['+1', `"'+1"`, 'so is a plus'],
    ['-1', `"'-1"`, 'and a minus'],
    ['@SUM(A1)', `"'@SUM(A1)"`, 'and an at'],
    ['\t=1', `"'\t=1"`, 'a tab before it does not hide it'],
    [-1, '-1', 'a number of ours is a number'],
  ])('%j → %s: %s', (value, cell, _why) => {
    expect(csv(['host'], [[value]])).toBe(`host\r\n${cell}\r\n`);
  });

  it('ends every line, the head too', () => {
    expect(csv(['a', 'b'], [])).toBe('a,b\r\n');
  });
});
