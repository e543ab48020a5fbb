import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Verb } from '../../src/cli/verb.ts';
import {
  type PceSimulator,
  type PceSimulatorOptions,
  startPceSimulator,
} from '../../src/simulators/pce/index.ts';
import { type SlackSimulator, startSlackSimulator } from '../../src/simulators/slack/index.ts';
import { anEdge } from './edge.ts';

/** Both simulators, and a folder with the configuration of a bot on them; all gone after the test. */
export interface LiveWorld {
  readonly pce: PceSimulator;
  readonly slack: SlackSimulator;
  readonly cwd: string;
  /** The configuration as written; `change` replaces it. */
  readonly config: string;
  change(edit: (config: string) => string): void;
  /** Runs a verb in the folder; its JSON documents, one a line, are read when `--json` is among the arguments. */
  run(verb: Verb, ...args: string[]): Promise<LiveRun>;
}

export interface LiveRun {
  readonly code: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

const configOf = (pce: string, api: string): string => `pces:
  - name: east
    url: ${pce}
    key: api_sim
    secret: simsecret
    write_key: api_sim
    write_secret: simsecret
    expires: 2120-01-01
slack:
  bot_token: xoxb-sim
  app_token: xapp-sim
  team: T0SIM0001
  api_url: ${api}
default_channel: C0SOC0001
fallback_channel: C0FALLBK1
admin_channel: C0PCEADM1
announce_channel: C0ANNOUN1
outputs: [{name: siem, type: syslog, host: 127.0.0.1, port: ${new URL(pce).port}, tls: false}]
routes:
  - match: {severity: critical, labels: env=prod}
    channel: C0GENERAL
    notify: {critical: S0LEADS01}
roles:
  responder: [{members: [S0SECOPS1], labels: env=dev}]
  approver: [T0SIM0001/U0ANA0001]
  admin: [T0SIM0001/U0OPS0001]
quarantine:
  strategy: deny
  labels: {Quarantine: Severe}
protected: ["role=dc*"]
high_value: ["app=pay env=prod"]
`;

export const aLiveWorld = async (options: PceSimulatorOptions = {}): Promise<LiveWorld> => {
  // A finished traffic query can be deleted at once: nobody waits for its cancellation.
  const pce = await startPceSimulator({ timings: { trafficQuery: 0 }, ...options });
  const slack = await startSlackSimulator({ pace: 0 });
  const cwd = mkdtempSync(join(tmpdir(), 'live-'));
  onTestFinished(async () => {
    await pce.close();
    await slack.close();
    rmSync(cwd, { recursive: true });
  });
  let config = configOf(pce.url, slack.apiUrl);
  const write = (): void => writeFileSync(join(cwd, 'config.yml'), config);
  write();
  return {
    pce,
    slack,
    cwd,
    get config() {
      return config;
    },
    change(edit) {
      const before = config;
      config = edit(config);
      if (config === before) throw new Error('the edit changes nothing: a row would prove nothing');
      write();
    },
    async run(verb, ...args) {
      const edge = anEdge({ cwd });
      return { code: await verb.run(args, edge), stdout: edge.stdout, stderr: edge.stderr };
    },
  };
};
