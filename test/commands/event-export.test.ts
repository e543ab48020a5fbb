import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aBench } from '../support/asking.ts';
import { anEvent, byUser, readEvent } from '../support/builders.ts';
import { parseCef, parseLeef } from '../support/siem.ts';

interface Pair {
  readonly event: { readonly timestamp: string; readonly action: { readonly src_ip?: string } | null };
  readonly cef: string;
}
const pairs = JSON.parse(
  readFileSync(new URL('../fixtures/pce-syslog/cef-pairs.json', import.meta.url), 'utf8'),
) as Pair[];

/** The export of these events, as the asker finds it in the direct messages with the bot. */
const exported = async (format: string, events: ReturnType<typeof readEvent>[]): Promise<string> => {
  const bench = aBench();
  bench.pce.recorded = events;
  bench.pce.version = async () => '26.2.20';
  const said = await bench.ask(`events --from 2026-01-01T00:00:00Z --as ${format}`, 'U0ANA');
  if (format === 'cef') expect(said).toContain('Left out: process id, thread and request id');
  expect(bench.chat.files).toMatchObject([{ channel: 'DU0ANA' }]);
  return String(bench.chat.files[0]?.content);
};

/** The vendor's line, whose values are not escaped: only its own keys end one. */
const vendors = (line: string): Map<string, string> => {
  const extension = line.split('|').slice(7).join('|');
  const keys =
    /(?:^| )(rt|dvchost|duid|duser|dst|outcome|cat|request|requestMethod|reason|cs\d|cs\dLabel|cn2|cn2Label)=/g;
  const starts = [...extension.matchAll(keys)];
  return new Map(
    starts.map((start, n) => [
      start[1] ?? '',
      extension.slice(start.index + start[0].length, starts[n + 1]?.index ?? extension.length).trim(),
    ]),
  );
};

describe('exports of events', () => {
  it.each(pairs.map((pair, n) => [n, pair] as const))(
    "CEF of sample %d has the vendor's fields, field by field",
    async (_, { event, cef }) => {
      const [line = ''] = (await exported('cef', [readEvent(event)])).split('\n');
      const { header, fields } = parseCef(line);
      expect(header).toEqual(cef.split('|').slice(0, 7));
      const theirs = vendors(cef);
      // The API hides the address that the PCE's own line tells.
      if (event.action?.src_ip === 'FILTERED' || event.action === null) theirs.set('dst', 'pce.example.com');
      expect(Object.fromEntries(fields)).toEqual(Object.fromEntries(theirs));
    },
  );

  it('LEEF says the same under the names of its own format', async () => {
    const events = pairs.map(({ event }) => readEvent(event));
    const lines = (await exported('leef', events)).trimEnd().split('\n');
    const cef = (await exported('cef', events)).trimEnd().split('\n').map(parseCef);
    expect(lines).toHaveLength(pairs.length);
    for (const [n, line] of lines.entries()) {
      const { header, fields } = parseLeef(line);
      expect(header[4]).toBe(cef[n]?.header[4]);
      for (const [leefs, cefs] of [
        ['devTime', 'rt'],
        ['usrName', 'duser'],
        ['url', 'request'],
        ['http_status_code', 'reason'],
        ['href', 'cs1'],
        ['resource_changes', 'cs2'],
        ['notifications', 'cs4'],
      ] as const)
        expect(fields.get(leefs), leefs).toBe(cef[n]?.fields.get(cefs));
    }
  });

  it('hostile names stay one value of one line', async () => {
    const name = 'CORP\\jd=oe|x\n cs1=/orgs/9/events/forged';
    const content = await exported('cef', [
      anEvent({ at: Date.parse('2026-03-01T00:00:00Z'), created_by: byUser(name) }),
    ]);
    expect(content.trimEnd().split('\n')).toHaveLength(1);
    const { fields } = parseCef(content.trimEnd());
    expect(fields.get('duser')).toBe(name);
    expect(fields.get('cs1')).toMatch(/^\/orgs\/1\/events\//);
  });

  it('JSON holds every field as the PCE sent it, CSV a row each', async () => {
    const events = pairs.map(({ event }) => readEvent(event));
    expect(JSON.parse(await exported('json', events))).toEqual(
      [...events].sort((a, b) => a.at - b.at).map(({ raw }) => raw),
    );
    expect((await exported('csv', events)).trimEnd().split('\r\n')).toHaveLength(1 + events.length);
  });
});
