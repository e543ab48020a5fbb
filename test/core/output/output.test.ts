import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCef } from '../../../src/core/formats/cef.ts';
import { callOf } from '../../../src/core/output/bodies.ts';
import { LINE_FORMATS, lineOf } from '../../../src/core/output/line.ts';
import { mailOf } from '../../../src/core/output/mail.ts';
import { NOTICE_KINDS, type Notice } from '../../../src/core/output/notice.ts';
import { SEVERITIES } from '../../../src/core/severity.ts';
import { aNotice } from '../../support/notices.ts';
import { OpsgenieAlert, OpsgenieStep, PagerDutyEvent } from '../../support/pagers.ts';

const parsed = (preset: 'plain' | 'pagerduty' | 'opsgenie', notice: Notice) => {
  const { path, body } = callOf(preset, notice, { routingKey: 'R0UT1NG' });
  return { path, body: JSON.parse(body) };
};

describe('what a pager is told', () => {
  it('PagerDuty: a firing alert triggers with the four fields that are required and the same dedupe key throughout', () => {
    const { body } = parsed('pagerduty', aNotice());
    expect([body.routing_key, body.event_action, body.dedup_key]).toEqual([
      'R0UT1NG',
      'trigger',
      aNotice().dedupe,
    ]);
    expect([body.payload.summary, body.payload.source, body.payload.severity]).toEqual([
      'Error: firewall tampering on web-01 (prod-east)',
      'web-01',
      'error',
    ]);
  });

  it.each([
    ['acknowledged', 'acknowledge'],
    ['resolved', 'resolve'],
  ] as const)('PagerDuty: %s is told by key alone', (kind, action) => {
    const { body } = parsed('pagerduty', aNotice({ kind }));
    expect(body).toEqual({ routing_key: 'R0UT1NG', event_action: action, dedup_key: aNotice().dedupe });
  });

  it.each([
    ['acknowledged', 'acknowledge'],
    ['resolved', 'close'],
  ] as const)('Opsgenie: %s names the alert by its alias in the path', (kind, step) => {
    const { path } = parsed('opsgenie', aNotice({ kind, dedupe: 'prod east/1' }));
    expect(path).toBe(`/prod%20east%2F1/${step}?identifierType=alias`);
  });

  it('Opsgenie: severities become P1 to P5', () => {
    const priorities = (['critical', 'error', 'warning', 'info'] as const).map(
      (severity) => parsed('opsgenie', aNotice({ severity })).body.priority,
    );
    expect(priorities).toEqual(['P1', 'P2', 'P3', 'P5']);
  });

  it('what is said of any alert holds against the documented schemas of both', () => {
    const anything = fc.record({
      title: fc.string({ unit: 'grapheme', maxLength: 2_000 }),
      story: fc.string({ unit: 'grapheme', maxLength: 20_000 }),
      pce: fc.string({ minLength: 1, maxLength: 60 }),
      kind: fc.constantFrom(...NOTICE_KINDS),
      severity: fc.constantFrom(...SEVERITIES),
      hosts: fc.array(
        fc.record({
          name: fc.string({ minLength: 1, maxLength: 253 }),
          href: fc.constant(null),
          labels: fc.constant({}),
        }),
        { maxLength: 300 },
      ),
    });
    fc.assert(
      fc.property(anything, (over) => {
        const notice = aNotice({ ...over, link: 'https://slack.com/archives/C1/p1' });
        const routingKey = 'r'.repeat(32);
        PagerDutyEvent.parse(JSON.parse(callOf('pagerduty', notice, { routingKey }).body));
        const opsgenie = JSON.parse(callOf('opsgenie', notice).body);
        (over.kind === 'firing' ? OpsgenieAlert : OpsgenieStep).parse(opsgenie);
      }),
      {
        numRuns: 60,
        examples: [
          [
            {
              title: 'x'.repeat(2_000),
              story: 'y'.repeat(20_000),
              pce: 'p'.repeat(60),
              kind: 'firing',
              severity: 'error',
              hosts: Array.from({ length: 300 }, () => ({ name: 'h'.repeat(253), href: null, labels: {} })),
            },
          ],
        ],
      },
    );
  });

  it('limits of both hold for any text and any number of hosts', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30_000 }), fc.nat(300), (text, hosts) => {
        const notice = aNotice({
          title: text,
          story: text,
          dedupe: text,
          hosts: Array.from({ length: hosts }, (_, at) => ({ name: `web-${at}`, href: null, labels: {} })),
        });
        const pagerduty = parsed('pagerduty', notice).body;
        const opsgenie = parsed('opsgenie', notice).body;
        const length = (value: string): number => [...value].length;
        expect(length(pagerduty.dedup_key)).toBeLessThanOrEqual(255);
        expect(length(pagerduty.payload.summary)).toBeLessThanOrEqual(1_024);
        expect(length(opsgenie.message)).toBeLessThanOrEqual(130);
        expect(length(opsgenie.alias)).toBeLessThanOrEqual(512);
        expect(length(opsgenie.description)).toBeLessThanOrEqual(15_000);
        expect(Object.values(opsgenie.details).every((value) => typeof value === 'string')).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a mail', () => {
  it('has no second header in its subject and no markup of others in its page', () => {
    const { subject, html, text } = mailOf(
      aNotice({ title: 'x\r\nBcc: y@example.com', story: '<script>alert(1)</script> & "q"' }),
    );
    expect(subject).not.toMatch(/[\r\n]/);
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;q&quot;');
    expect(text).toContain('<script>alert(1)</script>');
  });

  it('names every host with its labels', () => {
    const { text } = mailOf(aNotice());
    expect(text).toContain('- web-01 app=shop env=prod');
  });
});

describe('a syslog line', () => {
  const self = { host: 'bot-1', version: '0.1.0' };

  it.each(LINE_FORMATS)('%s: one line, whatever the story holds', (format) => {
    fc.assert(
      fc.property(fc.string(), (story) => {
        expect(lineOf(aNotice({ story }), format, self)).not.toMatch(/[\r\n]/);
      }),
    );
  });

  it('its priority is facility 13 and the severity', () => {
    const priorities = (['info', 'warning', 'error', 'critical'] as const).map(
      (severity) => /^<(\d+)>/.exec(lineOf(aNotice({ severity }), 'json', self))?.[1],
    );
    expect(priorities).toEqual(['110', '108', '107', '106']);
  });

  it('CEF can be read by a reader of CEF', () => {
    const line = lineOf(aNotice({ story: 'a=b | c\\d\ne' }), 'cef', self);
    const read = readCef(line.slice(line.indexOf('CEF:')));
    expect(read.ok && Object.fromEntries(read.record.extension)['msg']).toBe('a=b | c\\d\ne');
  });

  it('a host name that is none becomes one word', () => {
    expect(lineOf(aNotice(), 'json', { host: 'my host é', version: '1' }).split(' ')[2]).toBe('my_host__');
  });
});
