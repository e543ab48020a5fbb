import type { Count, CounterName, Labels } from '../core/metrics.ts';
import { type Chat, ChatError } from '../core/ports.ts';
import type { Transition } from '../core/state.ts';
import type { CommitObserver } from './observed-store.ts';

/** Counts what happens in this process. */
export interface Meter {
  count(name: CounterName, labels?: Labels): void;
  counts(): readonly Count[];
  /** The sum over all labels. */
  total(name: CounterName): number;
  /** Counts the outcome of a run, which is handed on. */
  run<T>(labels: Labels, work: () => Promise<T>): Promise<T>;
}

export const createMeter = (): Meter => {
  const rows = new Map<string, { name: CounterName; labels: Labels; value: number }>();
  const count = (name: CounterName, labels: Labels = {}): void => {
    const key = JSON.stringify([name, labels]);
    const row = rows.get(key) ?? { name, labels, value: 0 };
    row.value += 1;
    rows.set(key, row);
  };
  return {
    count,
    counts: () => [...rows.values()],
    total: (name) => [...rows.values()].reduce((sum, row) => (row.name === name ? sum + row.value : sum), 0),
    async run(labels, work) {
      try {
        const done = await work();
        count('runs', { ...labels, outcome: 'ok' });
        return done;
      } catch (err) {
        count('runs', { ...labels, outcome: 'failed' });
        throw err;
      }
    },
  };
};

/** The chat, its posts, edits and refusals counted. */
export const meteredChat = (chat: Chat, meter: Meter): Chat => {
  const counted = async <T>(call: string, made: Promise<T>): Promise<T> => {
    try {
      return await made;
    } catch (err) {
      if (err instanceof ChatError) meter.count('chat_refusals', { call, why: err.code });
      throw err;
    }
  };
  return {
    ...chat,
    async post(to, message) {
      const ts = await counted('post', chat.post(to, message));
      meter.count('posts');
      return ts;
    },
    async edit(at, message) {
      await counted('edit', chat.edit(at, message));
      meter.count('edits');
    },
    find: (where, keys) => counted('find', chat.find(where, keys)),
  };
};

/** Counts what commits mean once they are durable. */
export const meteredCommits = (meter: Meter): CommitObserver => ({
  durable(transitions) {
    for (const one of transitions) note(one, meter);
  },
});

const note = (t: Transition, meter: Meter): void => {
  if (t.type === 'alert-fired')
    meter.count('alerts_fired', { rule: t.alert.rule, severity: t.alert.severity });
  else if (t.type === 'delivery-sent') meter.count('deliveries_sent');
  else if (t.type === 'output-told') meter.count('notices', { output: t.output, kind: t.kind });
  else if (t.type === 'output-failed')
    meter.count('notice_refusals', { output: t.output, for_good: String(t.dead) });
  else if (t.type === 'response-requested') meter.count('responses', { state: 'requested' });
  else if (t.type === 'response-moved') meter.count('responses', { state: t.to });
};
