import { HID_MOST } from '../silence.ts';
import { add, known, type Reducers, TransitionRefused } from './draft.ts';

/** What happens to a silence: asked → active → ended, and what it hides meanwhile. */
export const silenceReducers: Reducers<Extract<keyof Reducers, `silence-${string}`>> = {
  'silence-set': (draft, t) => add(draft, 'silences', t.silence.id, t.silence, t),

  'silence-approved': (draft, t) => {
    const row = known(draft, 'silences', t.id, t);
    if (row.state !== 'asked') throw new TransitionRefused(t, `it is ${row.state}`);
    draft.set('silences', t.id, { ...row, state: 'active', approvedBy: t.by, until: t.until });
  },

  'silence-ended': (draft, t) => {
    const row = known(draft, 'silences', t.id, t);
    if (row.state === 'ended') throw new TransitionRefused(t, 'it ended already');
    draft.set('silences', t.id, {
      ...row,
      state: 'ended',
      endedAt: t.at,
      ...(t.by === null ? {} : { endedBy: t.by }),
    });
  },

  'silence-hid': (draft, t) => {
    const row = known(draft, 'silences', t.id, t);
    const before = row.hid[t.fingerprint];
    if (before === undefined && Object.keys(row.hid).length >= HID_MOST)
      return draft.set('silences', t.id, { ...row, more: row.more + 1 });
    const hid = { ...row.hid, [t.fingerprint]: { name: t.name, count: (before?.count ?? 0) + 1 } };
    draft.set('silences', t.id, { ...row, hid });
  },

  'silence-passed': (draft, t) =>
    draft.set('silences', t.id, { ...known(draft, 'silences', t.id, t), passedOn: t.day }),

  'silence-told': (draft, t) =>
    draft.set('silences', t.id, { ...known(draft, 'silences', t.id, t), told: true }),
};
