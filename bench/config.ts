/** Channels of the simulated workspace that the bot is in. */
export const CHANNELS = ['C0SOC0001', 'C0GENERAL', 'C0ANNOUN1', 'C0PCEADM1'] as const;

export interface ConfigParts {
  readonly pceUrl: string;
  readonly slackApiUrl: string;
  /** `poll.events` */
  readonly events?: string;
  /** `routes` as YAML rows, without their indentation; default none: the default channel, grouped by rule. */
  readonly routes?: readonly string[];
  /** Port of the PCE's syslog stream; default none. */
  readonly syslog?: number;
  /** Whether a storm of root posts is joined; default as the bot's. */
  readonly folding?: boolean;
}

/** The bot's configuration as an operator would write it for the simulators; everything else is left at its default. */
export const configFor = ({
  pceUrl,
  slackApiUrl,
  events = '30s',
  routes = [],
  folding = true,
  syslog,
}: ConfigParts): string => `
pces: [{name: prod-east, url: ${pceUrl}, key: api_sim, secret: simsecret${syslog === undefined ? '' : `, syslog: {port: ${syslog}}`}}]
slack: {bot_token: xoxb-sim, app_token: xapp-sim, team: T0SIM0001, api_url: ${slackApiUrl}}
default_channel: ${CHANNELS[0]}
fallback_channel: C0FALLBK1
admin_channel: C0FALLBK1
announce_channel: ${CHANNELS[2]}
routes: [${routes.join(', ')}]
folding: ${folding}
poll: {events: ${events}}
`;
