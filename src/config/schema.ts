import { z } from 'zod';
import { custom } from './custom.ts';
import { maintenance, silence } from './dispatch.ts';
import { intake } from './intake.ts';
import { choice, flag, words } from './leaf.ts';
import { output } from './outputs.ts';
import { http, pce, quarantine, roles, route, scanner, slack } from './sections.ts';
import { hostOrSelector, labelKey, network, networkOrSelector, selector } from './selector.ts';
import { board, digest } from './shown.ts';
import { channel } from './slack-ids.ts';
import { duration, interval } from './time.ts';

/** Infrastructure whose isolation takes others down with it (definitions §7.2). */
const PROTECTED: readonly string[] = [
  'dc',
  'dns',
  'dhcp',
  'ntp',
  'ad',
  'ldap',
  'radius',
  'jump',
  'bastion',
  'vcenter',
  'esx',
  'backup',
  'siem',
  'proxy',
  'lb',
].map((role) => `role=${role}*`);

const selectors = z.array(selector).default([]);

/** The whole file: keys and shapes of design §9. What refers to something else is checked in references.ts. */
export const ConfigFile = z.strictObject({
  pces: z.array(pce).min(1).meta({ description: 'The controllers to watch.' }),
  slack,
  routes: z.array(route).default([]).meta({ description: 'Which alert goes where; the first match counts.' }),
  default_channel: channel.meta({ description: 'Alerts that no route names.' }),
  fallback_channel: channel.optional().meta({ description: 'Messages whose channel is gone.' }),
  admin_channel: channel.optional().meta({ description: 'What the bot says of its own troubles.' }),
  announce_channel: channel.optional().meta({ description: 'What responders did, for all to see.' }),
  approvers_channel: channel
    .optional()
    .meta({ description: 'Criticals nobody answered for 15 min; announce_channel if not given.' }),
  share_channels: z.array(channel).default([]).meta({ description: 'Where --share may post answers.' }),
  roles: roles.prefault({}),
  join_hold: duration.prefault('60m').meta({
    description: 'How long who joins a user group waits for its role; an approver may let him in before.',
  }),
  break_glass: flag.prefault(false).meta({
    description:
      'Whether the quarantine of one host that nobody approved for 5 min may be done by its requester alone; approvers are told and look at it afterwards.',
  }),
  quarantine: quarantine.optional(),
  never: z.array(hostOrSelector).default([]).meta({ description: 'Hosts nobody may quarantine.' }),
  protected: z
    .array(selector)
    .default([...PROTECTED])
    .meta({ description: 'Hosts that need two approvers.' }),
  high_value: selectors.meta({ description: 'One severity graver, and never quiet.' }),
  watch: selectors.meta({ description: 'Labels whose change is alerted.' }),
  zones: z.array(words).default([]).meta({ description: 'Values of env that form a zone, such as prod*.' }),
  ephemeral: selectors.meta({ description: 'Hosts that come and go: counted only.' }),
  shared: z.array(networkOrSelector).default([]).meta({
    description:
      'What many use. Addresses people come from, such as proxies: failed sign-ins from there are never critical. Labels of hosts that serve all zones, such as role=dc*: no crossing of a border.',
  }),
  automation: z.array(words).default([]).meta({ description: 'Users and keys whose changes are routine.' }),
  scanners: z.array(scanner).default([]).meta({ description: 'Hosts that may scan.' }),
  internal: z.array(network).default([]).meta({
    description: 'Your own networks; none = the private ones. Scans from elsewhere are told in a digest.',
  }),
  watch_groups: z.array(labelKey).default(['env']).meta({
    description: 'Label keys: blocked connections are counted for each of their values.',
  }),
  spike_groups: z.array(selector).default(['env=prod*']).meta({
    description: 'Groups of hosts whose connections are counted.',
  }),
  poll: z
    .strictObject({
      events: interval.prefault('30s'),
      sweep: interval.prefault('10m'),
      health: interval.prefault('60s'),
      traffic: interval.prefault('5m'),
    })
    .prefault({}),
  rules: z.record(z.string(), z.unknown()).default({}).meta({ description: 'By rule id; see `rules`.' }),
  custom: z.array(custom).default([]).meta({ description: 'Rules of your own; see docs/custom-rules.md.' }),
  outputs: z.array(output).default([]).meta({
    description: 'Webhooks, mail and syslog that routes may name; criticals go there when Slack is away.',
  }),
  intake: intake.optional().meta({
    description: 'A port where other products report detections and pagers acknowledge; left out = none.',
  }),
  boards: z
    .array(board)
    .default([])
    .meta({ description: 'Boards that stand in a channel, edited in place.' }),
  digests: z.array(digest).default([]).meta({ description: 'What is open, said daily or weekly.' }),
  archive: z
    .strictObject({ retain: duration.prefault('400d').meta({ description: 'How long.' }) })
    .optional()
    .meta({ description: 'Keep events as they came, a file a day; the PCE keeps them 30 days.' }),
  silences: z.array(silence).default([]).meta({ description: 'Alerts that are hidden until a date.' }),
  maintenance: z.array(maintenance).default([]).meta({ description: 'Windows in which alerts are hidden.' }),
  http: http.optional().meta({ description: 'For probes and Prometheus; left out = no port.' }),
  folding: z.boolean().default(true).meta({
    description: 'While many messages wait in a channel, join those of one rule into one that names all.',
  }),
  log: z.strictObject({ level: choice(['debug', 'info', 'warn', 'error']).prefault('info') }).prefault({}),
});
export type ConfigFile = z.infer<typeof ConfigFile>;
