import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/core/ports.ts';
import * as parts from '../../src/views/parts.ts';
import { problemsIn, problemsOf, shown } from '../support/blocks.ts';

const { md } = parts;

/** What attackers and accidents put into hostnames, labels and log lines. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '<!channel>',
          '<@U0000001>',
          '<!subteam^S1|x>',
          '<https://e.example|bank>',
          '&',
          '<',
          '>',
          '`',
          '```',
        ],
        ...[
          '\u202E',
          '\u2066',
          '\u200B',
          '\uFEFF',
          '\uD800',
          '\uDC00',
          '\n',
          '\r\n',
          '\0',
          '\t',
          '😀',
          'é',
          'مرحبا',
        ],
        ...['@here', '#general', '*', '_', '|', '^', 'a', 'web-01'],
      ),
      { maxLength: 60 },
    )
    .map((pieces) => pieces.join('')),
  fc.constantFrom('<'.repeat(10_000), '😀'.repeat(10_000), 'x'.repeat(100_000), '\n'.repeat(10_000), ''),
);

const makers: readonly (readonly [string, (text: string) => Block | readonly Block[]])[] = [
  ['a section', (text) => parts.section(md`Host ${text} said ${text}`)],
  [
    'a section of bold, code and ids',
    (text) =>
      parts.section(
        md`${parts.bold(text)} ${parts.code(text)} ${parts.mention(text)} ${parts.channel(text)}`,
      ),
  ],
  ['a header', (text) => parts.header(text)],
  ['a context', (text) => parts.context(parts.joined([text, text, parts.time(text.length)]), md`${text}`)],
  ['rich text', (text) => parts.richText([text, { bold: text }, { time: text.length }], [text])],
  ['a bulleted list', (text) => parts.bullets([text], [parts.link(text, text), parts.day(0)])],
  ['preformatted text', (text) => parts.preformatted([text, text])],
  ['a table', (text) => parts.table([text, 'n'], Array(8).fill([text, { bold: text }]), [1])],
  [
    'buttons',
    (text) =>
      parts.actions(
        parts.button({ action: 'quarantine', value: 'pce|href', text, style: 'danger', label: text }),
        parts.overflow('more', [{ text, value: 'v' }]),
      ),
  ],
];

describe('Every block stays within Slack’s limits and foreign text never acts', () => {
  for (const [name, make] of makers)
    it(`in ${name}`, () => {
      fc.assert(
        fc.property(nasty, (text) => {
          const made = make(text);
          expect(
            problemsIn(Array.isArray(made) ? made : [made as Block]).filter(
              (one) => !one.endsWith('of JSON'),
            ),
          ).toEqual([]);
        }),
        { numRuns: 150 },
      );
    });

  it('in the text of a message', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const message = parts.message(text, []);
        expect(problemsOf(message)).toEqual([]);
        expect(message.text.length).toBeLessThanOrEqual(parts.LIMITS.push);
      }),
      { numRuns: 300 },
    );
  });

  it('and no text ever holds invisible marks, control characters or half a character', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 1, max: 300 }), (text, most) => {
        const cut = parts.clip(text, most);
        expect(cut.length).toBeLessThanOrEqual(most);
        expect([...cut].every((char) => char >= ' ' && char !== '\u007F')).toBe(true);
        expect(cut).not.toMatch(/[\u200B-\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/);
        expect(cut).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('What a part makes of a text', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['escapes the three characters, the ampersand first', md`${'a&lt;<b>'}`.mrkdwn, 'a&amp;lt;&lt;b&gt;'],
    [
      'leaves our own words and markup alone',
      md`<x> ${parts.time(1_000)}`.mrkdwn,
      '<x> <!date^1^{time}|00:00 UTC>',
    ],
    [
      'gives old clients what the format asks for',
      parts.time(1_000, '{date_short_pretty} {time_secs}').mrkdwn,
      '<!date^1^{date_short_pretty} {time_secs}|1970-01-01 00:00:01 UTC>',
    ],
    [
      'gives the day where a time may not be of today',
      JSON.stringify(parts.day(60_000)),
      '{"type":"date","timestamp":60,"format":"{date_short_pretty} {time}","fallback":"1970-01-01 00:01 UTC"}',
    ],
    ['cuts between code points and says so', parts.clip('ab😀cd', 4), 'ab…'],
    ['keeps a text that just fits', parts.clip('abcd', 4), 'abcd'],
    ['turns line breaks into one blank', parts.clip('a\r\n\n\u2028b', 9), 'a b'],
    ['leaves room for what escaping adds', parts.esc('<<<<', 9).mrkdwn, '&lt;&lt;…'],
    ['shows a backtick in code as an apostrophe', parts.code('a`b').mrkdwn, "`a'b`"],
    ['names a user group by its id', parts.mention('S0123').mrkdwn, '<!subteam^S0123>'],
    ['does not name what is no id', parts.mention('<!here>').mrkdwn, '&lt;!here&gt;'],
    ['shows an impossible time in words', parts.time(Number.NaN).mrkdwn, 'an unknown time'],
    [
      'never links to a script',
      JSON.stringify(parts.link('javascript:x', 'y')),
      '{"type":"text","text":"y"}',
    ],
  ];
  for (const [sentence, actual, expected] of cases) it(sentence, () => expect(actual).toBe(expected));

  it('shows an empty cell as a dash and pads short rows', () =>
    expect(shown({ text: '', blocks: [parts.table(['a', 'b'], [['', ''], ['x']])] })).toBe(
      'a | b\n– | –\nx | –',
    ));

  it('keeps a token whole when markup is cut', () => {
    const long = parts.joined([md`${'x'.repeat(2_990)}`, parts.mention('U0000001')], '');
    expect(parts.mrkdwn(long).text).toBe(`${'x'.repeat(2_990)}…`);
  });

  it('refuses a value that does not fit, because a cut one could be another target', () =>
    expect(() => parts.button({ action: 'a', value: 'x'.repeat(2_001), text: 'b' })).toThrow(RangeError));
});
