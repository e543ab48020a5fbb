import { type Fork, fork, TransitionRefused } from '../../core/apply.ts';
import type { State, Transition } from '../../core/state.ts';
import { readTransition } from '../../core/state-schema.ts';

export interface Commits {
  /** @see Store.commit */
  commit(transitions: readonly Transition[]): Promise<void>;
  /** The newest state that is durable. */
  durable(): State;
  /** Runs a job between two writes, when the durable state and what is written agree. Rejects as the job does. */
  between<T>(job: (durable: State) => Promise<T>): Promise<T>;
  /** Resolves when nothing is being written or waits to be. */
  idle(): Promise<void>;
}

/** Commits that are written together, and fail together. */
interface Group {
  readonly commits: (readonly Transition[])[];
  readonly texts: string[];
  /** Settles as its write does: one promise for all, since a rush of commands would wait for a thousand. */
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const emptyGroup = (): Group => {
  let [resolve, reject]: [() => void, (error: unknown) => void] = [() => {}, () => {}];
  const done = new Promise<void>((...settle) => {
    [resolve, reject] = settle;
  });
  return { commits: [], texts: [], done, resolve, reject };
};

/**
 * Group commit. A commit is applied at once to a draft that its group shares, so that the next one is checked against it and a group
 * costs one copy of the tables it touches; the commits of one tick, and those that arrive during a write, are written together.
 * When a write fails, the draft begins again at the durable state and everything that waited is rejected with the write's error:
 * later commits were checked against what never came to be.
 * @param write makes the group durable, all or nothing; gets the JSON of each transition
 */
export const commitsOf = (
  start: State,
  write: (transitions: readonly string[]) => Promise<void>,
): Commits => {
  let durable = start;
  /** What the waiting commits were applied to: the durable state, or what is being written. */
  let base = start;
  let head = fork(base);
  let waiting: Group | undefined;
  let jobs: (() => Promise<void>)[] = [];
  let running: Promise<void> | undefined;

  const restart = (from: State): void => {
    base = from;
    head = fork(base);
  };
  /** All or nothing: what a refused commit had changed before its refusal is forgotten. */
  const applied = (transitions: readonly Transition[]): void => {
    try {
      addAll(head, transitions);
    } catch (error) {
      restart(base);
      for (const before of waiting?.commits ?? []) addAll(head, before);
      throw error;
    }
  };

  const joined = (transitions: readonly Transition[]): Group => {
    const texts = transitions.map(readable);
    applied(transitions);
    waiting ??= emptyGroup();
    waiting.commits.push(transitions);
    waiting.texts.push(...texts);
    return waiting;
  };

  const taken = (): Group | undefined => {
    const group = waiting;
    waiting = undefined;
    return group;
  };
  const writeGroup = async (group: Group): Promise<void> => {
    const reached = head.state;
    restart(reached);
    try {
      await write(group.texts);
      durable = reached;
      group.resolve();
    } catch (error) {
      restart(durable);
      group.reject(error);
      taken()?.reject(error);
    }
  };

  const run = async (): Promise<void> => {
    await undefined; // The rest of this tick's commits joins the first group.
    while (jobs.length > 0 || waiting !== undefined) {
      const due = jobs;
      jobs = [];
      for (const job of due) await job();
      const group = taken();
      if (group !== undefined) await writeGroup(group);
    }
    running = undefined;
  };

  const wake = (): void => {
    running ??= run();
  };

  return {
    commit(transitions) {
      if (transitions.length === 0) return Promise.resolve();
      try {
        const group = joined(transitions);
        wake();
        return group.done;
      } catch (error) {
        return Promise.reject(error);
      }
    },
    durable: () => durable,
    between: (job) =>
      new Promise((resolve, reject) => {
        jobs.push(() => job(durable).then(resolve, reject));
        wake();
      }),
    async idle() {
      while (running !== undefined) await running;
    },
  };
};

const addAll = (head: Fork, transitions: readonly Transition[]): void => {
  for (const transition of transitions) head.add(transition);
};

/** The JSON of a transition. Refuses what could not be read back (a number that is none, say): it would spoil the next start. */
const readable = (transition: Transition): string => {
  if (readTransition(transition) === undefined)
    throw new TransitionRefused(transition, 'it is not of the form that the store can read back');
  return JSON.stringify(transition);
};
