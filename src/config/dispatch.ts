import { z } from 'zod';
import { parseHours } from '../core/hours.ts';
import { severitiesOf } from '../core/matcher.ts';
import { SEVERITIES, type Severity } from '../core/severity.ts';
import { isZone } from '../core/zoned.ts';
import { leaf, textLeaf, words } from './leaf.ts';
import { selector } from './selector.ts';
import { channel } from './slack-ids.ts';
import { cron, date, duration } from './time.ts';

/** The channel that a label's value names: `{label: team, channels: {payments: C…}}`. */
export const channelBy = z.strictObject({
  label: words.meta({ description: 'The label key whose value names the channel.' }),
  channels: z
    .record(z.string(), channel)
    .meta({ description: 'Value → channel; any other value goes to channel.' }),
});

export const zone = textLeaf({
  expects: 'a time zone',
  hint: 'write its name in the IANA list, such as Europe/Berlin or UTC',
  json: {},
  read: (text) => (isZone(text) ? text : undefined),
});

export const hours = textLeaf({
  expects: 'hours of the week',
  hint: 'write mon-fri 08:00-18:00, sat,sun 00:00-24:00 or 22:00-06:00',
  json: {},
  read: parseHours,
});

/** `warning` = that one, `error+` = that one and graver ones. */
const severities = leaf<readonly Severity[]>({
  expects: 'a severity, with or without a plus',
  hint: `write one of ${SEVERITIES.join(', ')}, or error+ for that and graver ones`,
  json: { enum: SEVERITIES.flatMap((name) => [name, `${name}+`]) },
  read: (raw) => (typeof raw === 'string' ? severitiesOf(raw) : undefined),
});

/** What a silence hides: at least one condition, all of them must hold. */
const matcher = z
  .strictObject({
    rule: z.array(words).default([]).meta({ description: 'Rule ids, * allowed.' }),
    severity: severities.optional(),
    pce: words.optional(),
    labels: selector.optional(),
    host: words.optional().meta({ description: 'A host name, * allowed.' }),
    subject: words.optional().meta({ description: 'A user, an address, a ruleset: any subject; * allowed.' }),
  })
  .refine(
    (given) => Object.values(given).some((one) => (Array.isArray(one) ? one.length > 0 : one !== undefined)),
    {
      message: 'names nothing: a silence without a condition would hide everything',
      params: { hint: 'give rule, severity, pce, labels, host or subject' },
    },
  );

export const silence = z.strictObject({
  match: matcher,
  until: date.meta({ description: 'When it ends; every silence does.' }),
  author: words,
  reason: words,
});

export const maintenance = z.strictObject({
  labels: selector.meta({ description: 'Hosts whose alerts are hidden while the window is open.' }),
  rule: z.array(words).default([]).meta({ description: 'Only these rules; none = every rule.' }),
  cron: cron.meta({ description: 'When it opens, such as "0 2 * * sun".' }),
  zone: zone.prefault('UTC'),
  for: duration.meta({ description: 'How long it stays open, at most 24h.' }),
  reason: words,
});
