import { groupRead, joinedOf } from '../group.ts';
import { known, type Reducers, TransitionRefused } from './draft.ts';

/** What is known of the user groups that roles are given to. */
export const groupReducers = {
  'group-read': (draft, t) => draft.set('groups', t.group, groupRead(draft.state.groups.get(t.group), t)),

  'group-let-in': (draft, t) => {
    const row = known(draft, 'groups', t.group, t);
    const joined = joinedOf(row, t.user);
    if (joined === undefined) throw new TransitionRefused(t, 'he is not in the group any more');
    if (t.vote.by.user === t.user) throw new TransitionRefused(t, 'nobody lets himself in');
    draft.set('groups', t.group, {
      ...row,
      members: { ...row.members, [t.user]: { ...joined, letIn: t.vote } },
    });
  },
} satisfies Partial<Reducers>;
