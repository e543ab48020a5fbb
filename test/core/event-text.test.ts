import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvents } from '../../src/core/event-text.ts';
import { rawEvent } from '../support/builders.ts';
import { pceFixture } from '../support/fixture.ts';

const rows = [rawEvent({ event_type: 'agent.tampering' }), rawEvent({ event_type: 'agent.suspend' })];
const hrefs = (text: string): string[] => readEvents(text).events.map(({ event }) => event.href);
const expected = rows.map(({ href }) => href);
const syslog = (row: object): string =>
  `<14>1 2026-11-22T10:00:00.000000+00:00 core0 illumio_pce/agent 91870 - [meta sequenceId="279"] sev=INFO  pid=98268 ${JSON.stringify(row)}`;

describe('reading events out of a text', () => {
  it.each([
    ['a JSON array', JSON.stringify(rows)],
    ['an indented JSON array', JSON.stringify(rows, null, 4)],
    ['an array behind a byte order mark', `\uFEFF${JSON.stringify(rows)}`],
    ['one object a line', rows.map((row) => JSON.stringify(row)).join('\n')],
    ['lines that end in CR LF, with blank ones', rows.map((row) => JSON.stringify(row)).join('\r\n\r\n')],
    ['syslog lines', rows.map(syslog).join('\n')],
    [
      'syslog lines whose JSON goes on over several lines',
      rows.map((row) => `<14>1 host ${JSON.stringify(row, null, 2)}`).join('\n'),
    ],
    ['syslog records without a line end between them', rows.map(syslog).join('')],
    ['an array that breaks off after its last whole element', JSON.stringify(rows).slice(0, -1)],
    ['an array with a comma too many', `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')},\n]`],
  ])('%s', (_, text) => {
    expect(hrefs(text)).toEqual(expected);
    expect(readEvents(text).rejected).toEqual([]);
  });

  it('says on which line each event begins', () => {
    const text = `\n${JSON.stringify(rows[0], null, 2)}\n${JSON.stringify(rows[1])}`;
    const length = JSON.stringify(rows[0], null, 2).split('\n').length;
    expect(readEvents(text).events.map(({ line }) => line)).toEqual([2, 2 + length]);
    expect(readEvents(JSON.stringify(rows, null, 1)).events.map(({ line }) => line)).toEqual([2, 2 + length]);
  });

  it('keeps placeholders as text', () => {
    const [read] = readEvents(
      syslog(rawEvent({ created_by: { agent: { href: '/orgs/1/agents/@@AGENT', hostname: '@@HOSTNAME' } } })),
    ).events;
    expect(read?.event.actor).toMatchObject({ name: '@@HOSTNAME', agentHref: '/orgs/1/agents/@@AGENT' });
  });

  it('names by line what is no event, and why', () => {
    const text = [
      'not json at all',
      '',
      '{"href":"/x"}',
      syslog(rows[0] as object),
      '{"href": "/orgs/1/ev',
      syslog(rows[1] as object),
    ].join('\n');
    const { events, rejected } = readEvents(text);
    expect(events).toHaveLength(2);
    expect(rejected).toEqual([
      { line: 1, why: 'no JSON object' },
      { line: 3, why: 'no event_type' },
      { line: 5, why: 'its JSON breaks off or is not valid' },
    ]);
  });

  it('counts every element of an array that is no event', () => {
    expect(readEvents(`[1, "two", null, [], {}, ${JSON.stringify(rows[0])}]`)).toMatchObject({
      events: [{ line: 1 }],
      rejected: Array(4).fill({ why: 'not a JSON object' }).concat({ why: 'no href' }),
    });
  });

  it('a record cut short does not swallow the next one', () => {
    const whole = syslog(rows[1] as object);
    const cut = syslog(rows[0] as object);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: cut.length - 1 }), (at) => {
        expect(hrefs(`${cut.slice(0, at)}\n${whole}`)).toContain(rows[1]?.['href']);
      }),
    );
  });

  it('finds every event of an array however its blanks are laid out', () => {
    const blank = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
    const wrapped = (text: string, blanks: readonly string[]): string => {
      let n = 0;
      return text.replace(/("(?:[^"\\]|\\.)*")|([[\]{},:])/g, (token, quoted) =>
        quoted ? token : `${blanks[n++ % blanks.length]}${token}${blanks[n++ % blanks.length]}`,
      );
    };
    fc.assert(
      fc.property(
        fc.array(blank, { minLength: 1, maxLength: 9 }),
        fc.array(fc.string(), { maxLength: 4 }),
        (blanks, notes) => {
          const some = notes.map((note) => rawEvent({ note, nested: { note: [note, '{', '}', '"', '\\'] } }));
          expect(hrefs(wrapped(JSON.stringify(some), blanks))).toEqual(some.map(({ href }) => href));
        },
      ),
    );
  });

  it('never throws, and every line number is one of the text', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('{', '}', '[', ']', '"', '\\', '\n', ',', ':', '{"href":', JSON.stringify(rows[0])),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const { events, rejected } = readEvents(text);
        const lines = text.split('\n').length;
        for (const { line } of [...events, ...rejected]) expect(line >= 1 && line <= lines).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads what real PCEs sent', () => {
    const all = ['tampering', 'presence', 'agent-update', 'policy', 'labels'].flatMap(
      (file) => pceFixture(file) as object[],
    );
    expect(readEvents(all.map(syslog).join('\n'))).toMatchObject({
      events: { length: all.length },
      rejected: [],
    });
  });
});
