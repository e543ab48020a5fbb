import type { App } from '@slack/bolt';
import { ChatError, type Clock, type Log } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import type { Api } from './api.ts';
import { connect, type Ended, type LineTimes } from './line.ts';

/** What the supervisor knows and tells. `problem` is why not all connections are up, in Slack's words. */
export interface Connections {
  readonly up: number;
  readonly wanted: number;
  readonly problem: string | undefined;
  /** Connections of this app that are not ours, when there are any: another program uses its app token. */
  readonly foreign?: number;
}

/** Shorter ones are for tests. */
export const LINE_TIMES: LineTimes = { helloMs: 10_000, pongMs: 10_000, closeMs: 2_000, crowdMs: 60_000 };

/** A connection that stood this long was a good one: the next attempt starts afresh. */
const STEADY_MS = 30_000;
const BACK_OFF_MS = { first: 500, most: 5_000 } as const;
/** More than ten connections of the app: others linger, so make room (facts/slack §2, §9). */
const CROWDED_MS = { first: 5_000, most: 60_000 } as const;
/** A refused token or a Socket Mode that was switched off heals only by hand. */
const REFUSED_MS = 30_000;

/**
 * Keeps `settings.connections` connections up until the signal ends them; Slack sends each envelope to any one, so a refresh of
 * one leaves no gap. Resolves once all are hung up. `onChange` is called with every change, `onRefused` when the app token is refused.
 */
export const keepConnected = async (
  deps: {
    readonly settings: SlackSettings;
    /** The Web API with the app token. */
    readonly asApp: Api;
    readonly app: App;
    readonly clock: Clock;
    readonly log: Log;
    readonly times: LineTimes;
  },
  tell: {
    readonly onChange: (connections: Connections) => void;
    readonly onRefused: (error: ChatError) => void;
  },
  signal: AbortSignal,
): Promise<void> => {
  const { clock, log, settings } = deps;
  const states: { up: boolean; problem: string | undefined }[] = Array.from(
    { length: settings.connections },
    () => ({ up: false, problem: undefined }),
  );
  let foreign = 0;
  const change = (line: number, up: boolean, problem?: string): void => {
    states[line] = { up, problem };
    tellChange();
  };
  const tellChange = (): void => {
    const standing = states.filter((state) => state.up).length;
    const first = states.find((state) => !state.up && state.problem !== undefined)?.problem;
    tell.onChange({
      up: standing,
      wanted: settings.connections,
      problem: first,
      ...(foreign > 0 ? { foreign } : {}),
    });
  };
  const crowd = watchCrowd(deps, signal, (others) => {
    if (foreign === others) return;
    foreign = others;
    tellChange();
  });

  const keep = async (line: number): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      const ended = await connect(deps, deps.times, { up: () => change(line, true), crowd }, signal);
      change(line, false, ended.reason);
      if (signal.aborted) return;
      failures = (ended.upMs ?? 0) >= STEADY_MS ? 0 : failures + 1;
      const waitMs = pauseMs(ended, failures);
      log.info({ line, reason: ended.reason, upMs: ended.upMs, waitMs }, 'slack connection ended');
      if (ended.error?.code === 'refused') {
        tell.onRefused(
          new ChatError('refused', `slack.app_token is refused: ${ended.error.slack}`, {
            cause: ended.error,
          }),
        );
      }
      await clock.sleep(waitMs, signal);
    }
  };
  await Promise.all(Array.from({ length: settings.connections }, (_, line) => keep(line)));
};

/**
 * Finds out whether somebody else opens connections of this app: each would get a part of the commands and clicks. A hello that counts
 * too many may count one of ours that Slack has not let go of yet, so it is asked again a while later, by one more connection that
 * only listens to its own hello. @returns told of every hello
 */
const watchCrowd = (
  deps: Parameters<typeof keepConnected>[0],
  signal: AbortSignal,
  onFound: (foreign: number) => void,
): ((connections: number) => void) => {
  const { clock, settings, times } = deps;
  let asking = false;
  const ask = async (): Promise<void> => {
    await clock.sleep(times.crowdMs, signal);
    if (signal.aborted) return;
    const heard = new AbortController();
    const crowd = (connections: number): void => onFound(Math.max(0, connections - settings.connections - 1));
    await connect(deps, times, { up: () => heard.abort(), crowd }, AbortSignal.any([signal, heard.signal]));
  };
  return (connections) => {
    if (connections <= settings.connections) return onFound(0);
    if (asking) return;
    asking = true;
    void ask().finally(() => {
      asking = false;
    });
  };
};

/** How long to wait before the next attempt: at once after a connection that stood, else doubling up to a cap. */
const pauseMs = ({ upMs, reason, error }: Ended, failures: number): number => {
  if (error?.retryAfterMs !== undefined) return error.retryAfterMs;
  if (error?.code === 'refused' || reason === 'link_disabled') return REFUSED_MS;
  if (reason === 'too_many_websockets') return doubled(CROWDED_MS, failures);
  return upMs === undefined
    ? doubled(BACK_OFF_MS, failures)
    : failures <= 1
      ? 0
      : doubled(BACK_OFF_MS, failures - 1);
};

const doubled = ({ first, most }: { readonly first: number; readonly most: number }, nth: number): number =>
  Math.min(first * 2 ** Math.max(0, nth - 1), most);
