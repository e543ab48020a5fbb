import { type Chat, ChatError, type Clock, type Inbox, type Log, type Suggest } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import { createApi } from './api.ts';
import { createChannels } from './channels.ts';
import { createChat } from './chat.ts';
import { createIdentity, type Identity } from './identity.ts';
import { createIntake, type Intake } from './inbound.ts';
import type { LineTimes } from './line.ts';
import { type Backlog, createPacer } from './pacer.ts';
import { createPeople } from './people.ts';
import type { Connections } from './sockets.ts';

export type { Backlog } from './pacer.ts';
export { openProbe, type SlackProbe } from './probe.ts';
export type { Connections } from './sockets.ts';

/** Slack, outgoing and incoming. */
export interface SlackAdapter {
  /** Works before `start`, too. */
  readonly chat: Chat;
  /**
   * Resolves at the first connection (HTTP mode: once it listens), or after 10 s without one: then it is tried on in the background
   * and `connections().problem` says why. Rejects with ChatError('refused') when Slack refuses a token, naming which; nothing
   * runs on then. HTTP mode also rejects when the port is taken.
   */
  start(): Promise<void>;
  /** Hangs up and lets running work end; resolves within 5 s. Waiting slots reject. */
  stop(): Promise<void>;
  connections(): Connections;
  /** Called whenever connections go from none to some. */
  onReady(listener: () => void): void;
  /** Called with every change of `connections()`. */
  onChange(listener: (connections: Connections) => void): void;
  /** What waits for Slack's pace, by channel. */
  backlog(): readonly Backlog[];
  /** The bound port in HTTP mode, undefined before and in Socket Mode. */
  port(): number | undefined;
}

export interface SlackDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** What lists in forms offer; absent = nothing. */
  readonly suggest?: Suggest;
  /** Shorter times, for tests. */
  readonly times?: Partial<LineTimes & { readonly startMs: number }>;
}

const START_MS = 10_000;
const STOP_MS = 4_500;
/** Between attempts to learn who we are while Slack is away, and while it refuses the token. */
const ASK_AGAIN_MS = { away: 3_000, refused: 30_000 } as const;

export const openSlack = (settings: SlackSettings, inbox: Inbox, deps: SlackDeps): SlackAdapter => {
  const { clock, log, suggest = async () => [] } = deps;
  const api = createApi(settings, log);
  const identity = createIdentity(settings, api);
  const people = createPeople(settings.team, api, clock);
  const channels = createChannels(api, clock);
  const pacer = createPacer(clock);
  const chat = createChat({ settings, api, clock, pacer, identity, people, channels });

  const end = new AbortController();
  const changed: ((connections: Connections) => void)[] = [];
  let connections: Connections = { up: 0, wanted: wanted(settings), problem: 'not started' };
  let intake: Intake | undefined;
  let port: number | undefined;
  let running: Promise<void> | undefined;

  const change = (now: Connections): void => {
    connections = now;
    for (const listener of changed) listener(now);
  };

  /** Asks until Slack answers. */
  const whoWeAre = async (onRefused: (error: ChatError) => void): Promise<Identity | undefined> => {
    while (!end.signal.aborted) {
      try {
        return await identity();
      } catch (cause) {
        if (!(cause instanceof ChatError)) throw cause;
        change({ ...connections, problem: cause.slack });
        const refused = cause.code === 'refused';
        if (refused) onRefused(named('slack.bot_token', cause));
        else log.warn({ err: cause }, 'slack is away');
        await clock.sleep(cause.retryAfterMs ?? ASK_AGAIN_MS[refused ? 'refused' : 'away'], end.signal);
      }
    }
    return undefined;
  };

  const run = async (onRefused: (error: ChatError) => void): Promise<void> => {
    const missing = missingSetting(settings);
    if (missing !== undefined) return onRefused(new ChatError('refused', `${missing} is missing`));
    const way = settings.mode === 'http' ? import('./over-http.ts') : import('./over-sockets.ts');
    const [us, { receive }] = await Promise.all([whoWeAre(onRefused), way]);
    if (us === undefined) return;
    intake = createIntake({ identity: us, inbox, suggest, chat, people, channels, clock, log });
    const onPort = (bound: number): void => {
      port = bound;
    };
    await receive(
      { settings, us, intake, clock, log, times: deps.times ?? {} },
      { onChange: change, onRefused, onPort },
      end.signal,
    );
  };

  return {
    chat,
    start: async () => {
      let started = false;
      const ready = new Promise<void>((resolve) => {
        changed.push(({ up }) => up > 0 && resolve());
      });
      const refused = new Promise<never>((_, reject) => {
        running = run((error) => {
          // After the start a token may be revoked: the bot stays up and says so.
          if (started) return log.error({ err: error }, 'slack refuses us');
          reject(error);
          end.abort();
        });
        running.catch((cause: unknown) => {
          reject(cause);
          end.abort();
        });
      });
      await Promise.race([ready, refused, clock.sleep(deps.times?.startMs ?? START_MS, end.signal)]);
      started = true;
      refused.catch((err: unknown) => log.error({ err }, 'slack stopped'));
      if (connections.up === 0) log.warn({ problem: connections.problem }, 'slack is away, trying on');
    },
    stop: async () => {
      end.abort();
      pacer.close();
      const done = new AbortController();
      void Promise.allSettled([running, intake?.idle()]).then(() => done.abort());
      await clock.sleep(STOP_MS, done.signal);
    },
    connections: () => connections,
    onReady: (listener) => {
      let up = connections.up;
      changed.push((now) => {
        if (up === 0 && now.up > 0) listener();
        up = now.up;
      });
    },
    onChange: (listener) => void changed.push(listener),
    backlog: () => pacer.backlog(),
    port: () => port,
  };
};

const wanted = (settings: SlackSettings): number => (settings.mode === 'http' ? 1 : settings.connections);

const missingSetting = (settings: SlackSettings): string | undefined => {
  if (settings.mode === 'http') return settings.signingSecret ? undefined : 'slack.signing_secret';
  return settings.appToken ? undefined : 'slack.app_token';
};

const named = (setting: string, cause: ChatError): ChatError =>
  cause.slack.startsWith('slack.')
    ? cause
    : new ChatError('refused', `${setting} is refused: ${cause.slack}`, { cause });
