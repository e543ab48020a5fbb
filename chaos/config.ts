import type { Flow, Options } from './options.ts';
import type { Receiver } from './receivers/index.ts';

/** Where the bot of a run talks to. */
export interface Places {
  readonly pceUrl: string;
  readonly slackApiUrl: string;
  readonly receivers: readonly Pick<Receiver, 'name' | 'yaml'>[];
}

/** Channels of the simulated workspace that the bot is in; the first ones are used. */
export const CHANNELS = ['C0SOC0001', 'C0GENERAL', 'C0PCEADM1', 'C0ANNOUN1'] as const;
export const FALLBACK = 'C0FALLBK1';
export const ANNOUNCE = 'C0ANNOUN1';

/** The label that is the quarantine. */
export const MARK = { key: 'Quarantine', value: 'Severe' } as const;
/** Who asks for responses, and the two who agree to them. */
export const RESPONDER = 'U0MAYA001';
export const APPROVERS = ['U0ANA0001', 'U0OPS0001'] as const;
/** After so long a quarantine of a run is to be reviewed, seconds: most of them within the run. */
export const REVIEW_S = 60;

/** Of the simulated fleet's roles, so that the channels get about as much each. What is none of them goes to the first. */
export const ROLES = ['web', 'app', 'db'] as const;

/** A message per host, or one message whose thread names them all. */
const groupOf = (flow: Flow): string => (flow === 'files' ? 'rule' : 'rule, subject');

/**
 * The bot's configuration: a message per host and none about all of them, and short times, so that a minute holds many kills. One Slack connection instead of two:
 * a bot that is restarted every other second would use up Slack's 50 apps.connections.open a minute with nothing but starting.
 */
export const configFor = (
  { pceUrl, slackApiUrl, receivers }: Places,
  { channels, flow }: Pick<Options, 'channels' | 'flow'>,
): string => `
pces:
  - name: prod-east
    url: ${pceUrl}
    key: api_sim
    secret: simsecret
    write_key: api_sim
    write_secret: simsecret
slack:
  bot_token: xoxb-sim
  app_token: xapp-sim
  team: T0SIM0001
  api_url: ${slackApiUrl}
  request_timeout: 1s
  connections: 1
default_channel: ${CHANNELS[0]}
fallback_channel: ${FALLBACK}
admin_channel: C0PCEADM1
announce_channel: ${ANNOUNCE}
outputs: [${receivers.map(({ yaml }) => yaml).join(', ')}]
routes:
${ROLES.slice(0, channels - 1)
  .map(
    (role, index) =>
      `  - {match: {labels: role=${role}}, channel: ${CHANNELS[index + 1]}, group_by: [${groupOf(flow)}], outputs: [${namesOf(receivers)}]}`,
  )
  .join('\n')}
  - {channel: ${CHANNELS[0]}, group_by: [${groupOf(flow)}], outputs: [${namesOf(receivers)}]}
roles:
  responder: [{members: [T0SIM0001/${RESPONDER}]}]
  approver: [${APPROVERS.map((user) => `T0SIM0001/${user}`).join(', ')}]
quarantine:
  strategy: deny
  labels: {${MARK.key}: ${MARK.value}}
  review: [${REVIEW_S}s, 4h]
  budget: {per_responder: 9999/h, per_bot: 9999/h}
folding: false
rules: {firewall-tampering: {spreading_hosts: 100000}}
poll: {events: 200ms, health: 60s}
log: {level: info}
`;

const namesOf = (receivers: Places['receivers']): string => receivers.map(({ name }) => name).join(', ');
