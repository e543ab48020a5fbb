import { RESTORE } from '../state.ts';
import { known, type Reducers, TransitionRefused } from './draft.ts';

/** What happens after a state was put back from a backup. */
export const restoreReducers = {
  restored: (draft, t) => draft.set('restores', RESTORE, { at: t.at }),

  'restore-checked': (draft, t) => {
    const row = known(draft, 'restores', RESTORE, t);
    if (row.checkedAt !== undefined) throw new TransitionRefused(t, 'it was checked already');
    draft.set('restores', RESTORE, {
      ...row,
      checkedAt: t.at,
      ...(t.disputes === undefined ? {} : { disputes: t.disputes }),
    });
  },

  'dispute-kept': (draft, t) => {
    const row = known(draft, 'restores', RESTORE, t);
    const kept = { byName: t.byName, at: t.at };
    draft.set('restores', RESTORE, {
      ...row,
      disputes: (row.disputes ?? []).map((one) =>
        one.pce === t.pce && one.href === t.href ? { ...one, kept } : one,
      ),
    });
  },
} satisfies Partial<Reducers>;
