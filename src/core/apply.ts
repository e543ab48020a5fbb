import { alertReducers } from './apply/alerts.ts';
import { deliveryReducers } from './apply/deliveries.ts';
import { add, type Draft, type Of, type Reducers } from './apply/draft.ts';
import { groupReducers } from './apply/groups.ts';
import { incidentReducers } from './apply/incidents.ts';
import { outputReducers } from './apply/outputs.ts';
import { overrideReducers } from './apply/overrides.ts';
import { pollReducers } from './apply/polls.ts';
import { responseReducers } from './apply/responses.ts';
import { restoreReducers } from './apply/restores.ts';
import { silenceReducers } from './apply/silences.ts';
import { prune } from './retention.ts';
import type { Rows, State, Transition } from './state.ts';
import { type Table, tableOf } from './table.ts';

export { type Draft, TransitionRefused } from './apply/draft.ts';

/** A state that transitions can be tried on one by one: what a decision about many things in a row is made with. */
export interface Fork {
  readonly state: State;
  /** Applies one more; throws TransitionRefused. */
  add(transition: Transition): void;
  /** All that were added, for the commit. */
  readonly transitions: readonly Transition[];
}

/** A fork of the state. The given state stays as it was. */
export const fork = (state: State): Fork => {
  const draft = draftOf(state);
  const transitions: Transition[] = [];
  return {
    state: draft.state,
    transitions,
    add(transition) {
      reduce(draft, transition);
      transitions.push(transition);
    },
  };
};

/**
 * The state after all transitions, in order. Pure: the given state stays as it was. All or nothing: throws TransitionRefused when
 * one of them breaks an invariant, and then none has happened.
 */
export const apply = (state: State, transitions: readonly Transition[]): State => {
  const draft = draftOf(state);
  for (const transition of transitions) reduce(draft, transition);
  return draft.state;
};

type Tables<K extends keyof Rows> = { [P in K]: ReadonlyMap<string, Rows[P]> };
type Copies<K extends keyof Rows> = { [P in K]?: Table<Rows[P]> };

const draftOf = (base: State): Draft => {
  const state: Tables<keyof Rows> = { ...base };
  const copied: Copies<keyof Rows> = {};
  const table = <K extends keyof Rows>(name: K): Table<Rows[K]> => {
    const [tables, copies]: [Tables<K>, Copies<K>] = [state, copied];
    const copy = copies[name] ?? tableOf(base[name]);
    copies[name] = copy;
    tables[name] = copy;
    return copy;
  };
  return {
    state,
    set: (name, id, row) => table(name).set(id, row),
    delete: (name, id) => table(name).delete(id),
  };
};

const reducers: Reducers = {
  ...pollReducers,
  ...alertReducers,
  ...incidentReducers,
  ...deliveryReducers,
  ...silenceReducers,
  ...responseReducers,
  ...outputReducers,
  ...overrideReducers,
  ...groupReducers,
  ...restoreReducers,
  'intake-taken': (draft, t) => add(draft, 'intakes', t.key, t.at, t),
  'task-accepted': (draft, t) => add(draft, 'tasks', t.task.id, t.task, t),
  'task-done': (draft, t) => draft.delete('tasks', t.id),
  pruned: (draft, t) => prune(draft, t.at),
};

const reduce = <T extends Transition['type']>(draft: Draft, t: Of<T>): void =>
  reducers[t.type as T](draft, t);
