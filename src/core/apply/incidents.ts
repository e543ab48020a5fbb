import type { Incident } from '../alert.ts';
import { graver } from '../severity.ts';
import { add, known, type Reducers, TransitionRefused } from './draft.ts';

/** What happens to messages that alerts share. */
export const incidentReducers = {
  'incident-opened': (draft, t) => add(draft, 'incidents', t.incident.id, t.incident, t),

  'incident-joined': (draft, t) => {
    const row = known(draft, 'incidents', t.id, t);
    draft.set('incidents', t.id, {
      ...row,
      alerts: [...new Set([...row.alerts, ...t.alerts])],
      joinedAt: Math.max(row.joinedAt, t.at),
      severity: t.severity,
      groups: [...new Set([...row.groups, ...t.groups])],
      open: true,
      revision: row.revision + 1,
    });
  },

  'incident-touched': (draft, t) => {
    const row = known(draft, 'incidents', t.id, t);
    draft.set('incidents', t.id, { ...row, revision: row.revision + 1 });
  },

  'incident-shown': (draft, t) => {
    const row = known(draft, 'incidents', t.id, t);
    draft.set('incidents', t.id, { ...row, shown: nowShown(row, t.revision) });
  },

  'incident-unlinked': (draft, t) => {
    const { root: _gone, ...row } = known(draft, 'incidents', t.id, t);
    draft.set('incidents', t.id, row);
  },

  'incident-linked': (draft, t) => {
    const row = known(draft, 'incidents', t.id, t);
    if (row.root !== undefined) throw new TransitionRefused(t, 'it has a root');
    draft.set('incidents', t.id, { ...row, root: { channel: t.channel, ts: t.ts } });
  },

  'incidents-folded': (draft, t) => {
    let into = known(draft, 'incidents', t.into, t);
    const gone = new Set(t.from);
    for (const id of t.from) {
      const from = known(draft, 'incidents', id, t);
      if (from.root !== undefined || id === t.into) throw new TransitionRefused(t, `${id} cannot be folded`);
      into = {
        ...into,
        alerts: [...into.alerts, ...from.alerts],
        severity: graver(into.severity, from.severity),
        groups: [...into.groups, ...from.groups],
      };
      draft.set('incidents', id, { ...from, alerts: [], open: false });
    }
    for (const row of [...draft.state.deliveries.values()]) {
      if (!gone.has(row.incident)) continue;
      if (row.state !== 'queued') throw new TransitionRefused(t, `${row.key} is ${row.state}`);
      draft.delete('deliveries', row.key);
    }
    draft.set('incidents', t.into, {
      ...into,
      alerts: [...new Set(into.alerts)],
      groups: [...new Set(into.groups)],
      revision: into.revision + 1,
    });
  },

  'incident-closed': (draft, t) => {
    const row = known(draft, 'incidents', t.id, t);
    draft.set('incidents', t.id, { ...row, open: false, revision: row.revision + 1 });
  },
} satisfies Partial<Reducers>;

/** Confirmations may overtake each other; and nothing newer than the incident can have been shown, or its next change would not be. */
export const nowShown = ({ shown, revision }: Incident, confirmed: number): number =>
  Math.max(shown, Math.min(confirmed, revision));
