import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PceEvent, parseEvent } from '../../../src/core/event.ts';
import { type CefRecord, readCef, writeCef } from '../../../src/core/formats/cef.ts';
import { readLeef, writeLeef } from '../../../src/core/formats/leef.ts';
import { eventAsCef, eventAsLeef, eventOfCef, eventOfLeef } from '../../../src/core/formats/pce-event.ts';
import { readSyslogLine } from '../../../src/core/formats/syslog.ts';
import pairs from '../../fixtures/pce-syslog/cef-pairs.json' with { type: 'json' };

const SOURCE = { version: '26.2.20', fqdn: 'pce.example.com' };

const event = (raw: unknown): PceEvent => {
  const parsed = parseEvent(raw);
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.event;
};

/** An address that the API hides is in the PCE's own line: it knows it, we do not. */
const withHiddenAddress = ({ event: raw, cef }: (typeof pairs)[number]): string =>
  raw.action?.src_ip === 'FILTERED' ? cef.replace(/ dst=\S+/, ' dst=pce.example.com') : cef;

describe('an event as the PCE writes it to syslog', () => {
  it.each(pairs.map((pair) => [pair.event.event_type, pair] as const))(
    '%s: the CEF line is the captured one',
    (_, pair) => {
      expect(eventAsCef(event(pair.event), SOURCE)).toBe(withHiddenAddress(pair));
    },
  );

  it.each(pairs.map((pair) => [pair.event.event_type, pair] as const))(
    '%s: the captured CEF line reads as the polled event',
    (_, pair) => {
      const read = eventOfCef(pair.cef);
      const polled = event(pair.event);
      const streamed = event(read.ok ? read.raw : read.why);
      const address = polled.action.address === undefined ? streamed.action.address : polled.action.address;
      expect({ ...streamed, raw: {} }).toEqual({
        ...polled,
        raw: {},
        action: { ...polled.action, ...(address === undefined ? {} : { address }) },
      });
    },
  );

  it.each(pairs.map((pair) => [pair.event.event_type, pair] as const))(
    '%s: our LEEF line reads as the polled event',
    (_, pair) => {
      const polled = event(pair.event);
      const read = eventOfLeef(eventAsLeef(polled, SOURCE));
      const back = event(read.ok ? read.raw : read.why);
      expect([
        back.href,
        back.at,
        back.type,
        back.status,
        back.severity,
        back.actor.name,
        back.notices,
      ]).toEqual([
        polled.href,
        polled.at,
        polled.type,
        polled.status,
        polled.severity,
        polled.actor.name,
        polled.notices,
      ]);
    },
  );

  it('a line whose changes were cut is refused, because polling has the whole event', () => {
    const [pair] = pairs;
    const cut = pair?.cef.replace(/(cs4=\[\{.{40}).*?( cs4Label=)/, '$1$2') ?? '';
    expect(eventOfCef(cut)).toEqual({ ok: false, why: 'its changes break off' });
  });

  it('a name with a backslash stays as it is', () => {
    const line = pairs[3]?.cef.replace('duser=admin@example.com', 'duser=CORP\\nina') ?? '';
    const read = eventOfCef(line);
    expect(read.ok && event(read.raw).actor.name).toBe('CORP\\nina');
  });
});

const word = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 12 });
const key = fc.stringMatching(/^[A-Za-z][\w.-]{0,10}$/);

describe('CEF', () => {
  it('what is written is read back, whatever stands in it', () => {
    const record: fc.Arbitrary<CefRecord> = fc.record({
      vendor: word,
      product: word,
      version: word,
      signature: word,
      name: word,
      severity: fc.integer({ min: 0, max: 10 }),
      extension: fc.array(fc.tuple(key, word), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(record, (given) => {
        const read = readCef(writeCef(given));
        expect(read).toEqual({ ok: true, record: given });
      }),
      {
        examples: [
          [
            {
              vendor: 'a|b\\',
              product: '',
              version: '1',
              signature: 's',
              name: 'n',
              severity: 3,
              extension: [['msg', 'a=b c=d \\ e\nf\r']],
            },
          ],
        ],
      },
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string(),
        (text) => void [readCef(text), readCef(`CEF:0|${text}`), eventOfCef(`CEF:0|${text}`)],
      ),
    );
  });
});

describe('LEEF', () => {
  const rows: readonly (readonly [string, string, readonly (readonly [string, string])[]])[] = [
    [
      'tabs without a delimiter field',
      'LEEF:1.0|V|P|1|e|a=1\tb=x y',
      [
        ['a', '1'],
        ['b', 'x y'],
      ],
    ],
    [
      'a caret',
      'LEEF:2.0|V|P|1|e|^|a=1^b=2=3',
      [
        ['a', '1'],
        ['b', '2=3'],
      ],
    ],
    [
      'a delimiter in hexadecimal',
      'LEEF:2.0|V|P|1|e|x7c|a=1|b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
  ];
  it.each(rows)('%s', (_, line, attributes) => {
    const read = readLeef(line);
    expect(read.ok && read.record.attributes).toEqual(attributes);
  });

  it('what is written is read back; what would break the line is a blank', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, word), { maxLength: 5 }), (attributes) => {
        const read = readLeef(writeLeef({ vendor: 'v', product: 'p', version: '1', event: 'e', attributes }));
        expect(read.ok && read.record.attributes).toEqual(
          attributes.map(([name, value]) => [name, value.replace(/[\r\n\t]+/g, ' ')]),
        );
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void [readLeef(text), eventOfLeef(`LEEF:2.0|${text}`)]));
  });
});

describe('a line of the PCE’s syslog stream', () => {
  const json =
    '{"href":"/orgs/1/events/1","timestamp":"2026-11-22T10:00:00Z","event_type":"agent.tampering","status":"success"}';
  const prefix = 'sec=661888.107 sev=INFO pid=32277 tid=38674900 rid=48f4eb55';
  const rows: readonly (readonly [string, string, string])[] = [
    [
      'RFC 5424 with JSON behind the PCE’s own prefix',
      `<14>1 2026-11-22T10:00:00.000000+00:00 core0 illumio_pce/agent 31897 - [meta sequenceId="10963"] ${prefix} ${json}`,
      'event',
    ],
    ['RFC 3164 with JSON', `<14>Nov 22 10:00:00 core0 illumio_pce/agent[31897]: ${prefix} ${json}`, 'event'],
    [
      'RFC 5424 with CEF',
      `<14>1 2026-09-11T09:05:05.941Z core0 illumio_pce/login 1 - - ${prefix} ${pairs[0]?.cef}`,
      'event',
    ],
    [
      'a node’s own health',
      '<14>1 2026-11-22T10:00:00Z core0 illumio_pce/system_health 1 - - sev=WARNING disk=91 policy_disk_usage="88 %"',
      'health',
    ],
    [
      'a flow is not for us',
      `<14>1 2026-11-22T10:00:00Z core0 illumio_pce/collector 1 - - ${prefix} {"version":4,"src_ip":"192.0.2.1"}`,
      'other',
    ],
    [
      'a flow in CEF is not for us',
      '<14>1 2026-11-22T10:00:00Z core0 illumio_pce/collector 1 - - CEF:0|Illumio|PCE|25.2|flow_blocked|Flow Blocked|5|act=blocked cat=flow_summary',
      'other',
    ],
    ['another program', '<14>1 2026-11-22T10:00:00Z core0 nginx 1 - - hello', 'other'],
    [
      'JSON that breaks off',
      `<14>1 2026-11-22T10:00:00Z core0 illumio_pce/agent 1 - - ${json.slice(0, 60)}`,
      'garbled',
    ],
    ['no syslog at all', 'GET / HTTP/1.1', 'garbled'],
    [
      'a line of a megabyte',
      `<14>1 2026-11-22T10:00:00Z core0 illumio_pce/agent 1 - - ${'x'.repeat(1_000_000)}`,
      'garbled',
    ],
  ];
  it.each(rows)('%s', (_, line, kind) => expect(readSyslogLine(line).kind).toBe(kind));

  const health: readonly (readonly [string, string, object])[] = [
    [
      'well',
      'sec=604671.4 sev=INFO pid=1 cpu=2% memory=41% disk=14%',
      { level: 'normal', figures: 'memory 41 %, disk 14 % and cpu 2 %' },
    ],
    ['a notice is no warning', 'sev=NOTICE disk=91%', { level: 'normal' }],
    ['a warning', 'sev=WARN disk=96%', { level: 'warning', figures: 'disk 96 %' }],
    ['the longer word', 'sev=WARNING ephemeral_data_root=97% log_dir=12%', { level: 'warning' }],
    ['an error', 'sev=ERR replication_lag="301 s"', { level: 'error', figures: '' }],
    ['what ends the node', 'sev=FATAL cpu=100%', { level: 'error', figures: 'cpu 100 %' }],
    [
      'thresholds are no figures',
      'sev=WARN memory_percent_thresholds=80%,95% memory=96%',
      { figures: 'memory 96 %' },
    ],
  ];
  it.each(health)('a health line: %s', (_, body, report) => {
    expect(
      readSyslogLine(`<11>1 2026-11-22T10:00:00Z core1 illumio_pce/system_health 1 - - ${body}`),
    ).toMatchObject({
      kind: 'health',
      report: { node: 'core1', ...report },
    });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string(),
        (text) => void [readSyslogLine(text), readSyslogLine(`<14>1 - h illumio_pce/agent - - - ${text}`)],
      ),
    );
  });
});
