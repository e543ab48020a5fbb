import { add, type Draft, known, type Reducers, TransitionRefused } from './draft.ts';

/** What happens to changes of rules: asked → active → ended. At most one of a rule is active: a newer one ends it. */
export const overrideReducers: Reducers<Extract<keyof Reducers, `override-${string}`>> = {
  'override-set': (draft, t) => {
    const { state, rule, at } = t.override;
    if (state === 'active') endActive(draft, rule, at);
    add(draft, 'overrides', t.override.id, t.override, t);
  },

  'override-approved': (draft, t) => {
    const row = known(draft, 'overrides', t.id, t);
    if (row.state !== 'asked') throw new TransitionRefused(t, `it is ${row.state}`);
    endActive(draft, row.rule, t.at);
    // Nothing left to change: the file holds again.
    if (Object.keys(row.set).length === 0)
      return draft.set('overrides', t.id, { ...row, state: 'ended', endedAt: t.at });
    draft.set('overrides', t.id, {
      ...row,
      state: 'active',
      ...(t.by === null ? {} : { approvedBy: t.by }),
    });
  },

  'override-ended': (draft, t) => {
    const row = known(draft, 'overrides', t.id, t);
    if (row.state === 'ended') throw new TransitionRefused(t, 'it ended already');
    draft.set('overrides', t.id, { ...row, state: 'ended', endedAt: t.at });
  },
};

const endActive = (draft: Draft, rule: string, at: number): void => {
  for (const row of [...draft.state.overrides.values()])
    if (row.rule === rule && row.state === 'active')
      draft.set('overrides', row.id, { ...row, state: 'ended', endedAt: at });
};
