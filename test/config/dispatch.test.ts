import { describe, expect, it } from 'vitest';
import { errorsIn, MINIMAL, valid } from '../support/config.ts';

const withRoute = (lines: string): string => `${MINIMAL}routes:\n  - {channel: C0ROUTED01, ${lines}}\n`;
const silenceOf = (match: string, more = ''): string =>
  `${MINIMAL}silences:\n  - {match: ${match}, until: 2027-01-01, author: job, reason: lab${more}}\n`;

describe('routes', () => {
  it('take several channels, a channel by label, hours in a zone and a time to answer', () => {
    const text = `${MINIMAL}routes:
  - channel: [C0ROUTED01, C0ROUTED02]
    channel_by: {label: team, channels: {pay: C0PAYMENT1}}
    escalate_after: 10m
    hours: mon-fri 08:00-18:00
    zone: Europe/Berlin
`;
    expect(valid(text).settings.routes[0]).toMatchObject({
      channel: 'C0ROUTED01',
      also: ['C0ROUTED02'],
      byLabel: { key: 'team', channels: { pay: 'C0PAYMENT1' } },
      escalateAfterMs: 600_000,
      hours: { days: [1, 2, 3, 4, 5], from: 480, to: 1080, zone: 'Europe/Berlin' },
    });
  });

  it.each([
    ['hours: daytime', /hours of the week/],
    ['zone: Mars/Olympus', /time zone/],
    ['escalate_after: soon', /duration/],
  ])('refuse %s', (line, expected) => {
    expect(errorsIn(withRoute(line))[0]?.message).toMatch(expected);
  });
});

describe('silences and maintenance windows', () => {
  it('are read with their matcher', () => {
    const { settings } = valid(silenceOf('{rule: [ven-*], severity: error+, labels: env=lab, host: web-*}'));
    expect(settings.silences).toEqual([
      {
        matcher: { rules: ['ven-*'], severities: ['error', 'critical'], labels: 'env=lab', host: 'web-*' },
        until: Date.parse('2027-01-01T00:00:00Z'),
        author: 'job',
        reason: 'lab',
      },
    ]);
  });

  it.each([
    ['one without a condition', silenceOf('{}'), /names nothing/],
    ['one of a rule there is not', silenceOf('{rule: [ven-offlin]}'), /ven-offlin/],
    [
      'one without an end',
      `${MINIMAL}silences:\n  - {match: {host: web-01}, author: job, reason: lab}\n`,
      /missing/,
    ],
    [
      'a window without a cron expression',
      `${MINIMAL}maintenance:\n  - {labels: env=dev, cron: nightly, for: 4h, reason: patching}\n`,
      /cron/,
    ],
  ])('refuses %s', (_, text, expected) => {
    expect(errorsIn(text)[0]?.message).toMatch(expected);
  });
});
