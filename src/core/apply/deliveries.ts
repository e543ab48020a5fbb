import { add, known, type Reducers, TransitionRefused } from './draft.ts';
import { nowShown } from './incidents.ts';

/** After a copy was sent again, the first may still appear for so long (design §4.2). */
const LOOK_AGAIN_MS = 60_000;

/** What happens to what is to be said: waiting, about to be posted, said, or given up. */
export const deliveryReducers = {
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
} satisfies Partial<Reducers>;
