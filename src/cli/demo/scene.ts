import type { DemoWorld } from './world.ts';

type Json = Readonly<Record<string, unknown>>;

/** A message as a person sees it in Slack: all its words in one text. */
export interface Seen {
  readonly channel: string;
  readonly ts: string;
  readonly thread: string | null;
  readonly broadcast: boolean;
  readonly words: string;
  readonly edited: boolean;
}

/** A file as a person downloads it; a picture has no text. */
export interface SharedFile {
  readonly name: string;
  readonly text: string;
}

/** What a step expected and what it saw instead. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}

export const SOC = 'C0SOC0001';
export const ANNOUNCE = 'C0ANNOUN1';
export const MAYA = 'U0MAYA001';
export const ANA = 'U0ANA0001';
export const OLU = 'U0OPS0001';
export const SAM = 'U0SAM0001';
export const OTTO = 'U0OTTO001';

/** Things to look at and to do in a demo world. Every look is at the simulators' state, never at the bot's. */
export interface Scene {
  readonly world: DemoWorld;
  /** Undeleted messages of a channel, oldest first. */
  messages(channel?: string): readonly Seen[];
  /** The first message whose words hold all of these; undefined when there is none. */
  find(...words: readonly string[]): Seen | undefined;
  /** Files that were shared, wherever, oldest first. */
  files(): readonly SharedFile[];
  /** What only this person sees, newest last. */
  ephemerals(user: string): readonly string[];
  /** Words and id of the newest open modal of a person. */
  modal(user: string): { readonly id: string; readonly words: string } | undefined;
  /** `Key=value` pairs of a workload on the PCE, sorted. */
  labels(hostname: string): string;
  href(hostname: string): string;
  writes(): readonly Json[];
  mentions(): readonly Json[];
  command(user: string, text: string): Promise<void>;
  /** @param forged as only a client that Slack does not make could send it */
  click(user: string, message: Seen, action: string, forged?: boolean): Promise<void>;
  submit(user: string, values: Json): Promise<void>;
  /** Waits until the probe gives something; a Mismatch says what was expected and what stood there instead. */
  until<T>(expected: string, probe: () => T | undefined, saw?: () => string): Promise<T>;
  /** Waits until the bot has asked the PCE for events so many times more. */
  polls(times: number): Promise<void>;
}

const PATIENCE_MS = 25_000;
const LOOK_MS = 100;

export const createScene = (world: DemoWorld, signal: AbortSignal): Scene => {
  const slack = (): Json => world.slack.control.state() as Json;
  const messages = (channel = SOC): readonly Seen[] =>
    rows(rows(slack()['channels']).find(({ id }) => id === channel)?.['messages'])
      .filter(({ deleted }) => deleted !== true)
      .map((row) => ({
        channel,
        ts: String(row['ts']),
        thread:
          typeof row['thread_ts'] === 'string' && row['thread_ts'] !== row['ts'] ? row['thread_ts'] : null,
        broadcast: row['broadcast'] === true,
        words: wordsOf(row['blocks'], row['text']),
        edited: Number(row['updates'] ?? 0) > 0,
      }));
  const find: Scene['find'] = (...words) =>
    messages().find((message) => words.every((word) => message.words.includes(word)));
  const workloads = () => world.pce.control.state().workloads as Readonly<Record<string, Json>>;
  const href = (hostname: string): string => {
    const found = Object.entries(workloads()).find(([, row]) => row['hostname'] === hostname);
    if (found === undefined) throw new Mismatch(`the simulated fleet has no ${hostname}`);
    return found[0];
  };
  const until: Scene['until'] = async (expected, probe, saw) => {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const value = probe();
      if (value !== undefined) return value;
      if (Date.now() > end || signal.aborted)
        throw new Mismatch(
          `expected ${expected}, saw ${
            saw?.() ??
            messages()
              .map(({ words }) => words.slice(0, 60))
              .join(' | ')
          }`,
        );
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  };
  const eventCalls = (): number =>
    world.pce.control.state().requests.filter(({ path }) => String(path).includes('/events')).length;
  const modal = (user: string): { id: string; words: string } | undefined => {
    const view = rows(slack()['views'])
      .filter((row) => row['user'] === user)
      .at(-1);
    return view === undefined ? undefined : { id: String(view['id']), words: wordsOf(view['blocks'], '') };
  };
  const accepted = (what: string, outcome: Json): void => {
    if (outcome['ok'] !== true)
      throw new Mismatch(`expected ${what} to be acknowledged, saw ${JSON.stringify(outcome)}`);
  };
  return {
    world,
    messages,
    find,
    until,
    href,
    modal,
    files: () =>
      rows(slack()['channels'])
        .flatMap((channel) => rows(channel['messages']))
        .flatMap((message) => rows(message['files']))
        .map((file) => ({ name: String(file['name']), text: String(file['text'] ?? '') })),
    ephemerals: (user) =>
      rows(slack()['ephemerals'])
        .filter((row) => row['user'] === user)
        .map((row) => wordsOf(row['blocks'], row['text'])),
    labels: (hostname) =>
      Object.entries((workloads()[href(hostname)]?.['labels'] ?? {}) as Json)
        .map(([key, value]) => `${key}=${value}`)
        .sort()
        .join(' '),
    writes: () => world.pce.control.state().writes.map((row) => ({ ...row })),
    mentions: () => rows(slack()['mentions']),
    command: async (user, text) =>
      accepted(`/illumio ${text}`, await world.slack.control.command({ user, channel: SOC, text })),
    click: async (user, { channel, ts }, action, forged = false) =>
      accepted(
        `the click on ${action}`,
        await world.slack.control.click({ user, channel, ts, action_id: action, forged }),
      ),
    submit: async (user, values) => {
      const view = await until(`an open form of ${user}`, () => modal(user));
      accepted('the form', await world.slack.control.submit({ user, view_id: view.id, values }));
    },
    polls: async (times) => {
      const wanted = eventCalls() + times;
      await until(
        `${times} more polls`,
        () => (eventCalls() >= wanted ? true : undefined),
        () => `${eventCalls()}`,
      );
    },
  };
};

const rows = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** Every literal text in a message's blocks, in order; the message's own text where it has no blocks. */
const wordsOf = (blocks: unknown, text: unknown): string => {
  const words: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(one);
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) {
        if ((key === 'text' || key === 'fallback') && typeof inner === 'string') words.push(inner);
        else walk(inner);
      }
  };
  walk(blocks);
  return words.length > 0 ? words.join(' ') : String(text ?? '');
};
