import { z } from 'zod';
import { PRESETS } from '../core/output/bodies.ts';
import { LINE_FORMATS } from '../core/output/line.ts';
import { address } from './address.ts';
import { choice, flag, integer, textLeaf, words } from './leaf.ts';
import { network } from './selector.ts';
import { duration } from './time.ts';

const name = textLeaf({
  expects: 'a short name',
  hint: 'letters, digits, dash and underscore, at most 40; for example pager',
  json: { pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$' },
  read: (text) => (/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/.test(text) ? text : undefined),
});

const mailbox = textLeaf({
  expects: 'a mail address',
  hint: 'write soc@example.com, or Name <soc@example.com>',
  json: {},
  read: (text) => (/^(?:[^<>\r\n]*<)?[^\s<>@]+@[^\s<>@]+>?$/.test(text) ? text : undefined),
});

const timeout = duration.prefault('10s').meta({ description: 'How long one call may take.' });
const caFile = words.optional().meta({ description: 'PEM file of your own certificate authority.' });

const webhook = z.strictObject({
  name,
  type: z.literal('webhook'),
  url: address.meta({ description: 'Where notices are POSTed to.' }),
  preset: choice(PRESETS).prefault('plain').meta({ description: 'plain JSON, or what a pager understands.' }),
  secret: words.optional().meta({ description: 'Signs time and body (HMAC-SHA256).' }),
  secret_file: words.optional(),
  routing_key: words.optional().meta({ description: 'PagerDuty’s integration key.' }),
  routing_key_file: words.optional(),
  authorization: words
    .optional()
    .meta({ description: 'Value of the Authorization header, such as GenieKey ….' }),
  authorization_file: words.optional(),
  allow: z.array(network).default([]).meta({
    description: 'Loopback or link-local addresses this webhook may call; without it they are refused.',
  }),
  timeout,
});

const smtp = z.strictObject({
  name,
  type: z.literal('smtp'),
  host: words,
  port: integer(1, 65_535).prefault(587),
  security: choice(['starttls', 'tls', 'none']).prefault('starttls'),
  user: words.optional(),
  password: words.optional(),
  password_file: words.optional(),
  from: mailbox,
  to: z.array(mailbox).min(1),
  ca_file: caFile,
  timeout,
});

const syslog = z.strictObject({
  name,
  type: z.literal('syslog'),
  host: words,
  port: integer(1, 65_535).prefault(6_514),
  tls: flag.prefault(true),
  format: choice(LINE_FORMATS).prefault('json'),
  ca_file: caFile,
  timeout,
});

/** Places outside Slack that alerts go to (definitions §9); routes name them. */
export const output = z.discriminatedUnion('type', [webhook, smtp, syslog]);
