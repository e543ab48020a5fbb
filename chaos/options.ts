import { parseArgs } from 'node:util';
import { STEPS, type Step } from '../src/core/step.ts';
import { FAULTS, type FaultName, OUTPUT_FAULTS } from './faults.ts';

/**
 * What a run is about: alerts, each a message; alerts that come by the dozen into one message, so that names go out in files; responses.
 */
export const FLOWS = ['alerts', 'files', 'response'] as const;
export type Flow = (typeof FLOWS)[number];

const STEPS_OF: Readonly<Record<Flow | 'outputs', readonly Step[]>> = {
  alerts: STEPS.alerts,
  files: [...STEPS.alerts, ...STEPS.files],
  response: STEPS.response,
  outputs: [...STEPS.alerts, ...STEPS.outputs],
};

/** How the bot's order is bent, to see that the harness notices. */
export const ORDERS = ['as built', 'send-first', 'remember-first', 'put-first', 'forget-end'] as const;
export type Order = (typeof ORDERS)[number];

export interface Options {
  readonly kills: number;
  readonly alerts: number;
  readonly channels: number;
  readonly seed: number;
  /** Posts a second and channel that the simulated Slack allows. */
  readonly pace: number;
  /** The steps to kill at; none = at random instants. */
  readonly steps: readonly Step[];
  readonly faults: readonly FaultName[];
  /** Whether the bot's token may read what it wrote. */
  readonly history: boolean;
  readonly flow: Flow;
  /** Every alert goes to a webhook, a mail server and a syslog server too. */
  readonly outputs: boolean;
  readonly order: Order;
  /** How long Slack may be left alone while something is still missing before the run is over. */
  readonly patienceMs: number;
}

/** A command line that cannot be carried out as written: exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `npm run -s chaos -- [--kills 25] [--alerts 200] [--channels 4] [--seed 1] [--pace 10] [--steps] [--faults a,b]
  [--history off] [--flow alerts|files|response] [--outputs] --json

The real bot, started from dist/ as a child process, is killed again and again while Slack and the PCE misbehave. What stands in the
simulators at the end is the only judge. One JSON document on stdout, progress on stderr; exit 1 if anything was lost, doubled or untrue.
  --steps           kill at every named step between a write and a call instead of at random instants
  --at a,b          only at these: ${[...STEPS_OF.files, ...STEPS.outputs, ...STEPS_OF.response].join(', ')}
  --flow files      40 alerts and more at once into one message of a channel, so that their names go out in files
  --outputs         every alert also to a signed webhook, by mail and by syslog over TLS; what these hold is judged, too
  --flow response   quarantines, approvals and releases; every other kill is at a named step
  --pace N          posts a second and channel that the simulated Slack allows; 1 is the real one
  --faults a,b      none, or of: ${Object.keys(FAULTS).join(', ')}; default all
  --history off     the bot may not read channels: what is unclear goes out again, marked "possible repeat"
  --order o         ${ORDERS.join(', ')}: the others bend the bot to show that this harness sees it
  --patience S      seconds without a post, or for a response to come to rest, after which what is missing counts as lost, default 75`;

export const readOptions = (args: readonly string[]): Options => {
  const flags = read(args);
  const flow = one(flags.flow, FLOWS, 'flow');
  const { outputs } = flags;
  if (outputs && flow !== 'alerts') throw new UsageError('--outputs goes with --flow alerts');
  const known = (Object.keys(FAULTS) as FaultName[]).filter(
    (name) => outputs || !OUTPUT_FAULTS.some((one) => one === name),
  );
  const steps = STEPS_OF[outputs ? 'outputs' : flow];
  return {
    kills: whole(flags.kills, 'kills', 0, 10_000),
    alerts: whole(flags.alerts, 'alerts', 1, 5_000),
    channels: whole(flags.channels, 'channels', 1, 4),
    seed: whole(flags.seed, 'seed', 0, 2 ** 31),
    pace: whole(flags.pace, 'pace', 1, 1_000),
    steps: flags.at === undefined ? (flags.steps ? steps : []) : listed(flags.at, steps, 'step'),
    faults:
      flags.faults === 'none'
        ? []
        : flags.faults === undefined
          ? known
          : listed(flags.faults, known, 'fault'),
    history: one(flags.history, ['on', 'off'], 'history') === 'on',
    flow,
    outputs,
    order: one(flags.order, ORDERS, 'order'),
    patienceMs: whole(flags.patience, 'patience', 5, 3_600) * 1_000,
  };
};

const read = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        kills: { type: 'string', default: '25' },
        alerts: { type: 'string', default: '200' },
        channels: { type: 'string', default: '4' },
        seed: { type: 'string', default: '1' },
        pace: { type: 'string', default: '10' },
        steps: { type: 'boolean', default: false },
        at: { type: 'string' },
        faults: { type: 'string' },
        history: { type: 'string', default: 'on' },
        flow: { type: 'string', default: 'alerts' },
        order: { type: 'string', default: 'as built' },
        patience: { type: 'string', default: '75' },
        outputs: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};

const whole = (text: string, name: string, least: number, most: number): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new UsageError(`--${name} wants a whole number from ${least} to ${most}, not "${text}"`);
  return value;
};

const one = <T extends string>(text: string, known: readonly T[], what: string): T => {
  const found = known.find((name) => name === text);
  if (found === undefined) throw new UsageError(`--${what} is one of ${known.join(', ')}, not "${text}"`);
  return found;
};

const listed = <T extends string>(text: string, known: readonly T[], what: string): readonly T[] =>
  text.split(',').map((name) => one(name.trim(), known, what));
