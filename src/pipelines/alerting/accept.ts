import { OverBudget } from '../../core/custom/budget.ts';
import type { Detected } from '../../core/detect.ts';
import type { Observation } from '../../core/rule.ts';
import type { Transition } from '../../core/state.ts';
import { decide, type Told } from './decide.ts';
import type { AlertingDeps } from './deps.ts';

const MINUTE_MS = 60_000;
/** An empty poll commits nothing, but the cursor is stored at least so often (design §5). */
const CURSOR_MS = 10 * MINUTE_MS;

/** Where an observation leaves the cursor, and how what it found is told. */
export interface Accepting extends Told {
  readonly cursor?: number;
  readonly origin?: number;
  /** Before the first start: the memories take it in, nobody is told. */
  readonly history?: boolean;
  /** What becomes durable together with it. */
  readonly also?: readonly Transition[];
}

/** Detects, decides and commits what one observation means, in one commit. */
export type Accept = (observation: Observation, how?: Accepting) => Promise<void>;

export const createAccept = (deps: AlertingDeps): Accept => {
  const { pce, store, rules, clock } = deps;
  let cursorStoredAt = Number.NEGATIVE_INFINITY;
  return async (observation, more = {}) => {
    const found = rules.run(observation, await store.memories(pce.name));
    report(found, deps);
    const dispatched = more.history === true ? [] : await decide(found, observation, deps, more);
    const also = more.also ?? [];
    const idle =
      also.length === 0 &&
      dispatched.length === 0 &&
      found.seen.length === 0 &&
      Object.keys(found.memories).length === 0 &&
      Object.keys(found.wakes).length === 0;
    if (idle && (more.cursor === undefined || clock.mono() - cursorStoredAt < CURSOR_MS)) return;
    await deps.commit([
      {
        type: 'polled',
        pce: pce.name,
        stream: 'events',
        ...(more.cursor === undefined ? {} : { cursor: more.cursor }),
        ...(found.seen.length === 0 ? {} : { at: deps.clock.now() }),
        seen: found.seen,
        memories: found.memories,
        wakes: found.wakes,
      },
      ...(more.origin === undefined ? [] : [stream(pce.name, 'origin', more.origin)]),
      ...also,
      ...dispatched,
    ]);
    deps.reached?.('poll committed');
    if (more.cursor !== undefined) cursorStoredAt = clock.mono();
  };
};

const report = (found: Detected, { log, pce, tell }: AlertingDeps): void => {
  for (const { rule, error } of found.failures) {
    log.error({ err: error, rule, pce: pce.name }, 'a rule failed');
    const why = error instanceof OverBudget ? ` (${error.message})` : '';
    tell(`The alert rule ${rule} failed on ${pce.name} and was skipped${why}; the other rules go on.`);
  }
};

/** A place in one of a PCE's streams, without anything found. */
export const stream = (pce: string, name: string, cursor: number): Transition => ({
  type: 'polled',
  pce,
  stream: name,
  cursor,
  seen: [],
  memories: {},
  wakes: {},
});
