import { onTestFinished } from 'vitest';
import {
  type Clock,
  type SlackSimulator,
  type SlackSimulatorOptions,
  startSlackSimulator,
} from '../../../src/simulators/slack/index.ts';

/** A clock that moves only when told to; due tasks run in order of their time. */
interface ManualClock extends Clock {
  advance(ms: number): void;
}

const manualClock = (start = 1_790_000_000_000): ManualClock => {
  let now = start;
  const tasks = new Set<{ at: number; task: () => void }>();
  return {
    now: () => now,
    after: (ms, task) => {
      const entry = { at: now + ms, task };
      tasks.add(entry);
      return () => tasks.delete(entry);
    },
    advance: (ms) => {
      const end = now + ms;
      for (;;) {
        const next = [...tasks].filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        tasks.delete(next);
        now = next.at;
        next.task();
      }
      now = end;
    },
  };
};

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape; a wrong path shows as undefined.
export type Any = any;

/** What tests call the simulator with. */
export interface Bench {
  readonly sim: SlackSimulator;
  readonly clock: ManualClock;
  /** A Web API call as the bot, form-encoded with nested values as JSON; the parsed body. */
  api(method: string, args?: Record<string, unknown>, token?: string): Promise<Any>;
  /** The same with status and headers. */
  call(
    method: string,
    args?: Record<string, unknown>,
    token?: string,
  ): Promise<{ status: number; headers: Headers; body: Any }>;
  state(): Any;
  messages(channel: string): Any[];
}

/** A simulator on a manual clock without rate limits, closed after the test. */
export const bench = async (options: SlackSimulatorOptions = {}): Promise<Bench> => {
  const clock = manualClock();
  const sim = await startSlackSimulator({ clock, pace: 0, ...options });
  onTestFinished(() => sim.close());
  const call: Bench['call'] = async (method, args = {}, token = 'xoxb-sim') => {
    const response = await fetch(`${sim.apiUrl}${method}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      },
      body: new URLSearchParams(
        Object.entries(args).map(([name, value]) => [name, wire(value)] as [string, string]),
      ),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  const state = (): Any => sim.control.state();
  return {
    sim,
    clock,
    call,
    api: async (method, args, token) => (await call(method, args, token)).body,
    state,
    messages: (channel) => state().channels.find((one: Any) => one.id === channel).messages,
  };
};

const wire = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** A section with mrkdwn text. */
export const section = (text: string, more: object = {}) => ({
  type: 'section',
  text: { type: 'mrkdwn', text, ...more },
});

export const plain = (text: string) => ({ type: 'plain_text', text });

export const button = (actionId: string, more: object = {}) => ({
  type: 'button',
  action_id: actionId,
  text: plain('Press'),
  ...more,
});

export const actions = (...elements: object[]) => ({ type: 'actions', elements });

export const input = (actionId: string, more: object = {}, element: object = {}) => ({
  type: 'input',
  block_id: `${actionId}-block`,
  label: plain('Label'),
  element: { type: 'plain_text_input', action_id: actionId, ...element },
  ...more,
});

export const modal = (blocks: object[], more: object = {}) => ({
  type: 'modal',
  title: plain('Title'),
  blocks,
  ...more,
});
