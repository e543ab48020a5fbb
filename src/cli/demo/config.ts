import type { DemoWorld } from './world.ts';

/** How fast the demo's bot looks: a demo is watched by people, a smoke run by nobody. */
export interface DemoPace {
  readonly events: string;
  readonly health: string;
  /** After how long without an answer the PCE counts as unreachable. */
  readonly unreachableMinutes: number;
}

/** The configuration of the demo's bot, as an operator would write it for the simulated workspace and PCE. */
export const demoConfig = ({ pce, slack }: Pick<DemoWorld, 'pce' | 'slack'>, pace: DemoPace): string => `
pces:
  - name: prod-east
    url: ${pce.url}
    key: api_sim
    secret: simsecret
    write_key: api_sim
    write_secret: simsecret
slack:
  mode: socket
  bot_token: xoxb-sim
  app_token: xapp-sim
  team: T0SIM0001
  api_url: ${slack.apiUrl}
  request_timeout: 5s
default_channel: C0SOC0001
fallback_channel: C0FALLBK1
admin_channel: C0PCEADM1
announce_channel: C0ANNOUN1
share_channels: [C0SOC0001]
routes:
  - match: {severity: critical}
    channel: C0SOC0001
    notify: {critical: S0SECOPS1}
roles:
  analyst: [{members: [S0SECOPS1, T0SIM0001/U0OPS0001]}]
  responder: [{members: [S0SECOPS1, T0SIM0001/U0ANA0001]}]
  approver: [T0SIM0001/U0ANA0001, T0SIM0001/U0OPS0001]
  admin: [T0SIM0001/U0OPS0001]
quarantine:
  strategy: deny
  labels: {Quarantine: Severe}
high_value: ["role=dc*"]
poll: {events: ${pace.events}, health: ${pace.health}}
rules:
  pce-unreachable: {minutes: ${pace.unreachableMinutes}}
  # A minute by default: nobody who watches a demo waits that long.
  policy-draft-broad: {judge_seconds: 5}
log: {level: info}
`;
