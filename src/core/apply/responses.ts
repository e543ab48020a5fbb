import { sameAccount } from '../person.ts';
import { hasEnded, mayMove, owesWord } from '../response.ts';
import { BRAKE, type Rows } from '../state.ts';
import { add, type Draft, known, type Of, type Reducers, TransitionRefused } from './draft.ts';

/** What happens to responses, to the brake on them and to the messages about them. */
export const responseReducers = {
  'response-requested': (draft, t) => add(draft, 'responses', t.response.id, t.response, t),

  'response-moved': (draft, t) => {
    const row = known(draft, 'responses', t.id, t);
    if (row.state !== t.from) throw new TransitionRefused(t, `it is ${row.state}, not ${t.from}`);
    if (!mayMove(t.from, t.to)) throw new TransitionRefused(t, `${t.from} → ${t.to} is no step`);
    const { type: _type, id: _id, from: _from, to, at, ...more } = t;
    draft.set('responses', t.id, {
      ...row,
      ...more,
      state: to,
      ...(to === 'writing' ? { writtenAt: at } : {}),
      ...(to === 'blocked' ? { blockedAt: at } : {}),
      ...(hasEnded({ state: to }) ? { endedAt: at } : {}),
      ...(owesWord(to) ? { untold: true as const } : {}),
      ...(to === 'done' && row.review !== undefined ? { until: at + row.review.afterMs } : {}),
    });
  },

  'response-told': (draft, t) => {
    const { untold: _told, ...row } = known(draft, 'responses', t.id, t);
    draft.set('responses', t.id, row);
  },

  'response-voted': (draft, t) => {
    const row = known(draft, 'responses', t.id, t);
    const votes = [...(row.votes ?? []), t.vote];
    if (row.state !== 'waiting') throw new TransitionRefused(t, `it is ${row.state}, not waiting`);
    if ([row.by, ...(row.votes ?? []).map(({ by }) => by)].some((one) => sameAccount(one, t.vote.by)))
      throw new TransitionRefused(t, 'one person, one vote, and none for an own request');
    const enough = votes.length >= (row.needs?.votes ?? 1);
    draft.set('responses', t.id, { ...row, votes, state: enough ? 'approved' : 'waiting' });
  },

  'response-alone': (draft, t) => {
    const row = known(draft, 'responses', t.id, t);
    if (row.state !== 'waiting') throw new TransitionRefused(t, `it is ${row.state}, not waiting`);
    draft.set('responses', t.id, {
      ...row,
      alone: { at: t.at, reason: t.reason },
      state: 'approved',
    });
  },

  'response-reviewed': (draft, t) => {
    const row = known(draft, 'responses', t.id, t);
    if (row.alone === undefined || row.alone.reviewed !== undefined)
      throw new TransitionRefused(t, 'there is nothing to review');
    draft.set('responses', t.id, { ...row, alone: { ...row.alone, reviewed: t.vote } });
  },

  'response-extended': (draft, t) => {
    const { kept: _kept, ...row } = openQuarantine(draft, t);
    draft.set('responses', t.id, {
      ...row,
      until: t.until,
      review: { afterMs: row.review?.afterMs ?? 0, ending: t.ending },
      reminded: 0,
    });
  },

  'response-kept': (draft, t) =>
    draft.set('responses', t.id, { ...openQuarantine(draft, t), kept: { by: t.by, at: t.at } }),

  'response-reminded': (draft, t) =>
    draft.set('responses', t.id, { ...known(draft, 'responses', t.id, t), reminded: t.reminders }),

  disarmed: (draft, t) => draft.set('brakes', BRAKE, t.brake),

  rearmed: (draft) => draft.delete('brakes', BRAKE),

  'card-shown': (draft, t) => draft.set('cards', t.card.key, t.card),

  'response-released': (draft, t) =>
    draft.set('responses', t.id, { ...known(draft, 'responses', t.id, t), releasedBy: t.by }),

  'response-corrected': (draft, t) =>
    draft.set('responses', t.id, { ...known(draft, 'responses', t.id, t), change: t.change }),

  'response-observed': (draft, t) =>
    draft.set('responses', t.id, { ...known(draft, 'responses', t.id, t), policy: t.policy }),
} satisfies Partial<Reducers>;

/** A quarantine that stands: only of it the time can be moved. */
const openQuarantine = (draft: Draft, t: Of<'response-extended' | 'response-kept'>): Rows['responses'] => {
  const row = known(draft, 'responses', t.id, t);
  if (row.state !== 'done' || row.releasedBy !== undefined)
    throw new TransitionRefused(t, 'it does not stand any more');
  return row;
};
