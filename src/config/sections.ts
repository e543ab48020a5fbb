import { z } from 'zod';
import { address, callable } from './address.ts';
import { channelBy, hours, zone } from './dispatch.ts';
import { syslogStream } from './intake.ts';
import { choice, flag, integer, textLeaf, words } from './leaf.ts';
import { hostOrSelector, networkOrSelector, selector } from './selector.ts';
import { severityFilter } from './severity.ts';
import { channel, channels, member, mention, person, team } from './slack-ids.ts';
import { allowance, date, duration } from './time.ts';

/** A secret as written; secrets.ts reads `${ENV}` and the file of `…_file`. */
const secret = words.meta({});
const secretFile = words.meta({
  description: 'A file that holds nothing but this secret; relative to this file.',
});

/** A name that may stand in a file name: observations are kept per PCE. */
const pceName = textLeaf({
  expects: 'a short name',
  hint: 'letters, digits, dot, dash and underscore, at most 40; for example prod-east',
  json: { pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$' },
  read: (text) => (/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(text) ? text : undefined),
});

export const pce = z.strictObject({
  name: pceName.meta({ description: 'What people and messages call this PCE.' }),
  url: address.meta({ description: 'Where its API answers.' }),
  ui_url: address.optional().meta({ description: 'Where people open its console, if not at url.' }),
  org: integer(1, Number.MAX_SAFE_INTEGER)
    .prefault(1)
    .meta({ description: 'The organisation number in hrefs.' }),
  key: secret.optional().meta({ description: 'Key id (api_…) that may read.' }),
  key_file: secretFile.optional(),
  secret: secret.optional().meta({ description: 'The secret of key.' }),
  secret_file: secretFile.optional(),
  write_key: secret
    .optional()
    .meta({ description: 'Key id that may change labels; without it no quarantine.' }),
  write_key_file: secretFile.optional(),
  write_secret: secret.optional(),
  write_secret_file: secretFile.optional(),
  traffic_key: secret.optional().meta({ description: 'Key id for traffic queries, if not key.' }),
  traffic_key_file: secretFile.optional(),
  traffic_secret: secret.optional(),
  traffic_secret_file: secretFile.optional(),
  expires: date.optional().meta({ description: 'When key expires: the bot warns before.' }),
  ca_file: words.optional().meta({ description: 'PEM file of your own certificate authority.' }),
  syslog: syslogStream.optional().meta({
    description: 'A port for its syslog stream: alerts a second after the event.',
  }),
  members: z.array(address).default([]).meta({
    description: 'The other PCEs of its supercluster: changes go to the one that leads.',
  }),
});

export const slack = z.strictObject({
  mode: choice(['socket', 'http']).prefault('socket'),
  bot_token: secret.optional().meta({ description: 'xoxb-…' }),
  bot_token_file: secretFile.optional(),
  app_token: secret.optional().meta({ description: 'xapp-…, for mode socket.' }),
  app_token_file: secretFile.optional(),
  signing_secret: secret.optional().meta({ description: 'For mode http.' }),
  signing_secret_file: secretFile.optional(),
  port: integer(0, 65_535).optional().meta({ description: 'Where Slack calls us, for mode http.' }),
  team: team.meta({ description: 'The workspace the app is installed in.' }),
  api_url: address.prefault('https://slack.com/api/'),
  request_timeout: duration.prefault('10s'),
  connections: integer(1, 10).prefault(2),
});

const groupKey = textLeaf({
  expects: 'rule, subject or a label key',
  hint: 'write [rule], [rule, subject] or label keys such as [app, env]',
  json: {},
  read: (text) => (/^[^\s=,!*"]{1,64}$/.test(text) ? text : undefined),
});

export const route = z.strictObject({
  match: z
    .strictObject({
      rule: z.array(words).default([]).meta({ description: 'Rule ids; none = every rule.' }),
      severity: severityFilter.prefault('info+'),
      pce: words.optional(),
      labels: selector.optional(),
    })
    .prefault({}),
  channel: channels.meta({ description: 'Where it is told: one channel, or several.' }),
  channel_by: channelBy.optional(),
  group_by: z.array(groupKey).prefault(['rule']),
  notify: z
    .strictObject({
      info: mention.optional(),
      warning: mention.optional(),
      error: mention.optional(),
      critical: mention.optional(),
    })
    .default({})
    .meta({ description: 'Who is mentioned, by severity.' }),
  outputs: z.array(words).default([]).meta({ description: 'Outputs that are told as well, by name.' }),
  continue: flag.prefault(false).meta({ description: 'true = the routes below are tried as well.' }),
  escalate_after: duration.optional().meta({
    description:
      'How long an alert may stay unanswered here, instead of 5 min (critical) and 30 min (error).',
  }),
  floor: choice(['warning', 'error', 'critical']).optional().meta({
    description: 'pce-health is told here from this severity on; what is milder tries the next route.',
  }),
  hours: hours.optional().meta({ description: 'When this route holds; else the next ones are tried.' }),
  zone: zone.prefault('UTC').meta({ description: 'The zone of hours.' }),
});

const grant = z.strictObject({
  members: z.array(member).min(1),
  labels: selector.optional().meta({ description: 'Only for workloads these labels match.' }),
  channels: z.array(channel).optional().meta({ description: 'Only when asked in one of these.' }),
  actions: z.array(words).optional().meta({ description: 'Only these actions.' }),
});

export const roles = z.strictObject({
  viewer: z.array(grant).optional(),
  analyst: z.array(grant).default([]),
  responder: z.array(grant).default([]),
  approver: z.array(person).default([]),
  admin: z.array(person).default([]),
});

const service = textLeaf({
  expects: 'a service',
  hint: 'write 22/tcp, 3389/tcp or 53/udp',
  json: { pattern: '^\\d{1,5}/(tcp|udp)$' },
  read: (text) => {
    const [, port] = /^(\d{1,5})\/(?:tcp|udp)$/.exec(text) ?? [];
    return port !== undefined && Number(port) <= 65_535 ? text : undefined;
  },
});

export const quarantine = z.strictObject({
  strategy: choice(['deny', 'replace']),
  labels: z.record(z.string(), words).prefault({ Quarantine: 'Severe' }),
  management: z
    .strictObject({
      sources: z.array(hostOrSelector).default([]).meta({ description: 'From where; none = anywhere.' }),
      services: z.array(service).default(['22/tcp', '3389/tcp']),
    })
    .prefault({})
    .meta({ description: 'What should stay open to a quarantined host, for those who clean it.' }),
  review: z
    .array(duration)
    .min(1)
    .prefault(['1h', '4h', '24h', '7d'])
    .meta({ description: 'Offered times until a quarantine is reviewed.' }),
  budget: z
    .strictObject({
      per_responder: allowance.prefault('5/h'),
      per_bot: allowance.prefault('20/h'),
    })
    .prefault({})
    .meta({ description: 'How many writes of one kind may go out.' }),
  list_channel: channel.optional().meta({
    description: 'Where one message lists who is in quarantine, edited in place: pin it.',
  }),
  dry_run: flag.prefault(false).meta({ description: 'Everything but the write itself; said so each time.' }),
});

export const scanner = z.strictObject({
  host: networkOrSelector.meta({ description: 'Its address, a network, or labels.' }),
  owner: words.meta({ description: 'Who answers for it.' }),
  expires: date.meta({ description: 'From then on its scans are told again.' }),
});

export const http = z.strictObject({
  port: integer(1, 65_535).meta({
    description: 'GET /healthz, /readyz and /metrics on 127.0.0.1 of this machine.',
  }),
  ping: callable.optional().meta({
    description: 'Called every minute while all is well: a dead-man’s switch that alarms when no call comes.',
  }),
});
