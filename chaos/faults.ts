import type { Random } from './random.ts';
import { noise } from './subjects.ts';
import type { ChaosWorld } from './world.ts';

/** Lets something go wrong once. */
type Fault = (world: ChaosWorld, random: Random) => Promise<unknown> | unknown;

type SlackFault = Parameters<ChaosWorld['slack']['control']['faults']>[0];

const slack =
  (make: (random: Random) => SlackFault): Fault =>
  (world, random) =>
    world.slack.control.faults({ times: 1, ...make(random) });

/** Calls whose failure must not matter: posts most of all. */
const CALLS = [
  'chat.postMessage',
  'chat.postMessage',
  'chat.postMessage',
  'chat.update',
  'conversations.history',
] as const;

/** Rows one answer of GET /events holds at most (facts/pce-api §2.1). */
const CAP = 10_000;

/** What can go wrong, by name. Numbers are those of the list of faults. */
export const FAULTS = {
  /** 7, 8: too fast, with a Retry-After, without, and with nonsense. */
  'slack-429': slack((random) => ({
    method: random.pick(CALLS),
    kind: 'status',
    status: 429,
    headers: random.pick<Readonly<Record<string, string>>>([
      { 'retry-after': '1' },
      { 'retry-after': '2' },
      { 'retry-after': '0' },
      { 'retry-after': 'abc' },
      {},
    ]),
  })),
  /** 10: an outage of one call, done or not. */
  'slack-5xx': slack((random) => ({
    method: random.pick(CALLS),
    kind: 'status',
    status: random.pick([500, 502, 503]),
    ...(random.chance(0.5) ? { after: 'apply' } : {}),
  })),
  /** 12: accepted, then the connection is reset. */
  'slack-reset-after': slack(() => ({ method: 'chat.postMessage', kind: 'reset', after: 'apply' })),
  /** 15: the connection is reset before anything was done. */
  'slack-reset': slack((random) => ({ method: random.pick(CALLS), kind: 'reset' })),
  /** 13: accepted, and the answer comes long after the bot has stopped waiting. */
  'slack-no-answer': slack((random) => ({ method: random.pick(CALLS), kind: 'delay', ms: 4_000 })),
  /** 14: an answer that is none. */
  'slack-garbage': slack((random) => ({
    method: random.pick(CALLS),
    kind: random.pick(['html', 'empty', 'half', 'truncate']),
    ...(random.chance(0.7) ? { after: 'apply' } : {}),
  })),
  /** 11: HTTP 200 and yet not done, or nobody knows. A channel that is gone for one call sends the message to the fallback. */
  'slack-ok-false': slack((random) => {
    const error = random.pick([
      'internal_error',
      'fatal_error',
      'service_unavailable',
      'ratelimited',
      'channel_not_found',
    ]);
    const unclear = error === 'internal_error' || error === 'fatal_error';
    return {
      method: 'chat.postMessage',
      kind: 'ok_false',
      error,
      ...(unclear && random.chance(0.5) ? { after: 'apply' } : {}),
    };
  }),
  /** 37: Slack hangs up, with or without a word. */
  disconnect: (world, random) =>
    world.slack.control.socket({ reason: random.pick(['refresh_requested', 'drop']) }),
  /** 18: the PCE is away for a few calls. */
  'pce-503': (world, random) =>
    world.pce.control.fault({ path: '/events', kind: 'status', status: 503, times: 1 + random.int(4) }),
  /** 18: the PCE answers with something that is no answer. */
  'pce-garbage': (world, random) =>
    world.pce.control.fault({
      path: '/events',
      kind: random.pick(['half', 'truncate', 'html', 'empty', 'reset']),
      times: 1,
    }),
  /** 19: marks the alerts that are injected next as recorded late; see `run.ts`. */
  late: () => {},
  /**
   * 20: more rows than one answer holds, recorded late, so that they stay in the polls' overlap for some seconds only: each poll reads
   * them again.
   */
  burst: (world) => {
    const now = Date.parse(world.pce.control.clock());
    world.pce.control.events(
      Array.from({ length: CAP + 200 }, (_, row) =>
        noise(new Date(now - 116_000 + (row % 4_000)).toISOString()),
      ),
    );
  },
  /** 1: an output does not take a notice. */
  'output-refuses': (world, random) => random.pick(world.receivers).mishap('before'),
  /** 1: an output takes a notice, and nobody hears of it. */
  'output-reset-after': (world, random) => random.pick(world.receivers).mishap('after'),
} as const satisfies Readonly<Record<string, Fault>>;

/** Of what is there only with --outputs. */
export const OUTPUT_FAULTS = ['output-refuses', 'output-reset-after'] as const satisfies readonly FaultName[];

export type FaultName = keyof typeof FAULTS;
