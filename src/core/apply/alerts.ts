import { changed } from '../flapping.ts';
import { known, type Reducers, TransitionRefused } from './draft.ts';

/** Notes kept of one alert: the newest. */
const NOTES = 20;

/** What happens to one alert. */
export const alertReducers: Reducers<Extract<keyof Reducers, `alert-${string}`>> = {
  'alert-fired': (draft, t) => {
    if (draft.state.alerts.get(t.alert.fingerprint)?.state === 'firing')
      throw new TransitionRefused(t, 'it fires already');
    draft.set('alerts', t.alert.fingerprint, t.alert);
  },

  'alert-repeated': (draft, t) => {
    const row = known(draft, 'alerts', t.fingerprint, t);
    const newer = t.at >= row.lastAt;
    const { acknowledged: _answered, closed: _judged, ...unanswered } = row;
    draft.set('alerts', t.fingerprint, {
      ...(t.begunAt === undefined ? row : { ...unanswered, begunAt: t.begunAt }),
      count: row.count + 1,
      firstAt: Math.min(row.firstAt, t.at),
      lastAt: Math.max(row.lastAt, t.at),
      ...(newer ? { event: t.event, title: t.title, story: t.story } : {}),
      ...(newer && t.suggests !== undefined ? { suggests: t.suggests } : {}),
      severity: t.severity,
      quiet: t.quiet,
      ...(t.escalation === undefined ? {} : { escalation: t.escalation }),
    });
  },

  'alert-resolved': (draft, t) => {
    const row = known(draft, 'alerts', t.fingerprint, t);
    if (row.state !== 'firing') throw new TransitionRefused(t, `it is ${row.state}`);
    draft.set('alerts', t.fingerprint, {
      ...row,
      state: 'resolved',
      resolved: { at: t.at, why: t.why },
      changes: changed(row.changes, t.at),
    });
  },

  'alert-acknowledged': (draft, t) => {
    const row = known(draft, 'alerts', t.fingerprint, t);
    if (row.acknowledged !== undefined) throw new TransitionRefused(t, 'acknowledged already');
    draft.set('alerts', t.fingerprint, { ...row, acknowledged: { by: t.by, at: t.at } });
  },

  'alert-snoozed': (draft, t) =>
    draft.set('alerts', t.fingerprint, {
      ...known(draft, 'alerts', t.fingerprint, t),
      snoozed: { by: t.by, until: t.until },
    }),

  'alert-released': (draft, t) => {
    const { held: _over, hushed: _quiet, ...row } = known(draft, 'alerts', t.fingerprint, t);
    draft.set('alerts', t.fingerprint, { ...row, quiet: t.quiet, escalation: t.escalation });
  },

  'alert-escalated': (draft, t) => {
    const row = known(draft, 'alerts', t.fingerprint, t);
    if (row.escalation === undefined) throw new TransitionRefused(t, 'nobody is asked to answer it');
    draft.set('alerts', t.fingerprint, { ...row, escalation: { ...row.escalation, step: t.step } });
  },

  'alert-assigned': (draft, t) =>
    draft.set('alerts', t.fingerprint, {
      ...known(draft, 'alerts', t.fingerprint, t),
      assigned: { to: t.to, by: t.by, at: t.at },
    }),

  'alert-noted': (draft, t) => {
    const row = known(draft, 'alerts', t.fingerprint, t);
    const note = { by: t.by, at: t.at, text: t.text };
    draft.set('alerts', t.fingerprint, { ...row, notes: [...(row.notes ?? []), note].slice(-NOTES) });
  },

  'alert-closed': (draft, t) => {
    const row = known(draft, 'alerts', t.fingerprint, t);
    draft.set('alerts', t.fingerprint, { ...row, closed: { as: t.as, by: t.by, at: t.at } });
  },
};
