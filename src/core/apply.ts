import type { Incident } from './alert.ts';
import { alertReducers } from './apply/alerts.ts';
import { add, type Draft, known, type Of, type Reducers, TransitionRefused } from './apply/draft.ts';
import { groupReducers } from './apply/groups.ts';
import { outputReducers } from './apply/outputs.ts';
import { overrideReducers } from './apply/overrides.ts';
import { responseReducers } from './apply/responses.ts';
import { silenceReducers } from './apply/silences.ts';
import { prune } from './retention.ts';
import { graver } from './severity.ts';
import { RESTORE, type Rows, type SeenEvents, type State, type Transition } from './state.ts';

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

/** After a copy was sent again, the first may still appear for so long (design §4.2). */
const LOOK_AGAIN_MS = 60_000;

const reducers: Reducers = {
  polled: (draft, t) => {
    if (t.cursor !== undefined) draft.set('cursors', `${t.pce}|${t.stream}`, t.cursor);
    if (t.seen.length > 0) draft.set('seen', t.pce, withSeen(draft.state.seen.get(t.pce), t));
    for (const [rule, memory] of Object.entries(t.memories))
      draft.set('memories', `${t.pce}|${rule}`, memory);
    for (const [rule, at] of Object.entries(t.wakes))
      if (at === null) draft.delete('wakes', `${t.pce}|${rule}`);
      else draft.set('wakes', `${t.pce}|${rule}`, at);
  },

  ...alertReducers,
  ...silenceReducers,
  ...outputReducers,
  ...overrideReducers,
  ...groupReducers,

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

  'delivery-queued': (draft, t) => {
    const incident = known(draft, 'incidents', t.delivery.incident, t);
    if (draft.state.told.has(t.delivery.key)) throw new TransitionRefused(t, 'it was told already');
    add(draft, 'deliveries', t.delivery.key, t.delivery, t);
    draft.set('incidents', incident.id, { ...incident, said: incident.said + 1 });
  },

  'delivery-joined': (draft, t) => {
    const row = known(draft, 'deliveries', t.key, t);
    if (row.state !== 'queued') throw new TransitionRefused(t, `it is ${row.state}`);
    draft.set('deliveries', t.key, {
      ...row,
      alerts: [...new Set([...row.alerts, ...t.alerts])],
      place: t.place,
      ...(t.mention === undefined ? {} : { mention: t.mention }),
    });
  },

  'delivery-intent': (draft, t) => {
    const row = known(draft, 'deliveries', t.key, t);
    if (row.state === 'dead') throw new TransitionRefused(t, 'it is dead');
    const { thread: _before, ...rest } = row;
    draft.set('deliveries', t.key, {
      ...rest,
      state: 'intent',
      intentAt: t.at,
      channel: t.channel,
      ...(t.thread === undefined ? {} : { thread: t.thread }),
      ...(t.file === undefined ? {} : { file: t.file }),
    });
  },

  'deliveries-replaced': (draft, t) => {
    const named = new Set(t.by.flatMap(({ alerts }) => alerts));
    for (const key of t.keys) {
      const row = known(draft, 'deliveries', key, t);
      if (row.state === 'dead') throw new TransitionRefused(t, `${key} is dead`);
      if (row.alerts.some((one) => !named.has(one))) throw new TransitionRefused(t, `${key} loses a name`);
      draft.delete('deliveries', key);
    }
    for (const delivery of t.by) {
      if (draft.state.told.has(delivery.key)) throw new TransitionRefused(t, 'it was told already');
      const incident = known(draft, 'incidents', delivery.incident, t);
      add(draft, 'deliveries', delivery.key, delivery, t);
      draft.set('incidents', incident.id, { ...incident, said: incident.said + 1 });
    }
  },

  'delivery-sent': (draft, t) => {
    const {
      key,
      incident: id,
      reason,
      alerts,
      place,
      resent,
      repeated,
      thread,
      file,
    } = known(draft, 'deliveries', t.key, t);
    draft.delete('deliveries', key);
    draft.set('told', key, {
      key,
      incident: id,
      reason,
      alerts,
      channel: t.channel,
      ts: t.ts,
      at: t.at,
      ...(thread === undefined ? {} : { thread }),
      ...(file === undefined ? {} : { file }),
      ...(resent === true ? { lookAt: t.at + LOOK_AGAIN_MS } : {}),
    });
    const incident = draft.state.incidents.get(id);
    if (place === 'root' && incident !== undefined)
      draft.set('incidents', id, {
        ...incident,
        root: { channel: t.channel, ts: t.ts },
        shown: nowShown(incident, t.revision ?? 0),
        ...(repeated === true ? { repeated } : {}),
      });
    for (const fingerprint of alerts) {
      const alert = draft.state.alerts.get(fingerprint);
      if (alert !== undefined) draft.set('alerts', fingerprint, { ...alert, said: key });
    }
  },

  'told-looked': (draft, t) => {
    const { lookAt: _over, ...row } = known(draft, 'told', t.key, t);
    draft.set('told', t.key, { ...row, ...(t.lookAt === null ? {} : { lookAt: t.lookAt }) });
  },

  'delivery-failed': (draft, t) => {
    const { intentAt: _over, file, ...row } = known(draft, 'deliveries', t.key, t);
    draft.set('deliveries', t.key, {
      ...row,
      ...(file === undefined || t.fileGone === true ? {} : { file }),
      state: 'queued',
      tries: row.tries + 1,
      notBefore: t.notBefore,
      trouble: t.trouble,
      channel: t.channel ?? row.channel,
      ...(t.resent === true ? { resent: true } : {}),
      ...(t.repeated === true ? { repeated: true } : {}),
      ...(t.plain === true ? { plain: true } : {}),
    });
  },

  'delivery-dead': (draft, t) =>
    draft.set('deliveries', t.key, {
      ...known(draft, 'deliveries', t.key, t),
      state: 'dead',
      trouble: t.trouble,
    }),

  'deliveries-alarmed': (draft, t) => {
    for (const key of t.keys) {
      const row = known(draft, 'deliveries', key, t);
      if (row.state !== 'dead') throw new TransitionRefused(t, `it is ${row.state}`);
      draft.set('deliveries', key, { ...row, alarmed: true });
    }
  },

  ...responseReducers,

  'intake-taken': (draft, t) => add(draft, 'intakes', t.key, t.at, t),

  'task-accepted': (draft, t) => add(draft, 'tasks', t.task.id, t.task, t),

  'task-done': (draft, t) => draft.delete('tasks', t.id),

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

  pruned: (draft, t) => prune(draft, t.at),
};

const reduce = <T extends Transition['type']>(draft: Draft, t: Of<T>): void =>
  reducers[t.type as T](draft, t);

/** Confirmations may overtake each other; and nothing newer than the incident can have been shown, or its next change would not be. */
const nowShown = ({ shown, revision }: Incident, confirmed: number): number =>
  Math.max(shown, Math.min(confirmed, revision));

const withSeen = (
  before: ReadonlyMap<number, SeenEvents> | undefined,
  { seen, at: seenAt }: Of<'polled'>,
): ReadonlyMap<number, SeenEvents> => {
  const minutes = new Map(before);
  const fresh = new Map<number, Map<string, number | null>>();
  for (const [href, at] of seen) {
    const minute = minuteOf(at);
    const events = fresh.get(minute) ?? new Map(minutes.get(minute));
    // An event is seen once: a rule that counts it later does not make it newer.
    if (!events.has(href)) events.set(href, seenAt === undefined ? null : minuteOf(seenAt));
    fresh.set(minute, events);
  }
  for (const [minute, events] of fresh) minutes.set(minute, events);
  return minutes;
};

const minuteOf = (ms: number): number => Math.floor(ms / 60_000);
