import type { Rows, State, Transition } from '../state.ts';

/** A transition that does not fit the state it meets: somebody else was faster, or the caller is wrong. Nothing was changed. */
export class TransitionRefused extends Error {
  readonly transition: Transition;
  constructor(transition: Transition, why: string) {
    super(`${transition.type} refused: ${why}`);
    this.name = 'TransitionRefused';
    this.transition = transition;
  }
}

/** A state being changed: tables are copied when first written to, so a commit's cost does not grow with what it leaves alone. */
export interface Draft {
  /** The newest state, for reading. */
  readonly state: State;
  set<K extends keyof Rows>(table: K, id: string, row: Rows[K]): void;
  delete(table: keyof State, id: string): void;
}

/** The transition of that type. */
export type Of<T extends Transition['type']> = Extract<Transition, { type: T }>;

/** The row, or a refusal: no transition may speak of what does not exist. */
export const known = <K extends keyof Rows>(draft: Draft, table: K, id: string, t: Transition): Rows[K] => {
  const row = draft.state[table].get(id);
  if (row === undefined) throw new TransitionRefused(t, `${table} has no ${id}`);
  return row;
};

/** A new row, or a refusal: an id is used once. */
export const add = <K extends keyof Rows>(
  draft: Draft,
  table: K,
  id: string,
  row: Rows[K],
  t: Transition,
): void => {
  if (draft.state[table].has(id)) throw new TransitionRefused(t, `${table} has ${id} already`);
  draft.set(table, id, row);
};

/** One reducer for each type of transition; these throw TransitionRefused. */
export type Reducers<T extends Transition['type'] = Transition['type']> = {
  readonly [K in T]: (draft: Draft, t: Of<K>) => void;
};
