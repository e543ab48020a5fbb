import type { Connected } from '../app.ts';
import { OutputError } from '../core/output/failure.ts';
import { listed } from '../core/text.ts';
import { type Check, fails, holds, type Outcome } from './doctor-check.ts';

/** Ways to reach people outside Slack: whether there is one, and whether each can be connected to. */
export const checkOutputs = async ({ outputs }: Pick<Connected, 'outputs'>): Promise<Check[]> => [
  { id: 'slack.away', ...away(outputs.map(({ name }) => name)) },
  ...(await Promise.all(
    outputs.map(async ({ name, reach }) => ({ id: `output.${name}`, ...(await reached(reach)) })),
  )),
];

/** Definitions §4: criticals go to every output once Slack is away for five minutes. */
const away = (names: readonly string[]): Outcome =>
  names.length === 0
    ? holds('criticals can reach nobody while Slack is away: no output is configured')
    : holds(`criticals go to ${listed(names)} while Slack is away`);

const reached = async (reach: () => Promise<string>): Promise<Outcome> => {
  try {
    return holds(`${await reach()} can be connected to; nothing was sent`);
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    return fails(
      error.message,
      'Look at its address, at the firewall between, and for TLS at ca_file. Until then alerts for it wait.',
    );
  }
};
