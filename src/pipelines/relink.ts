import { type Alert, type Incident, REASONS } from '../core/alert.ts';
import { TransitionRefused } from '../core/apply.ts';
import { ChatError, type Inbound } from '../core/ports.ts';
import type { Transition } from '../core/state.ts';
import type { ClickDeps } from './clicks.ts';

/** Slack's times are rounded. */
const ROUNDED_MS = 1_000;

/**
 * Links an incident to its root again, when its place was lost and somebody pressed a button in that thread (design §4.2, issue 3).
 * The press is only a hint: the message must stand there under a key of this incident. What cannot be looked up stays as it is.
 */
export const relink = async (
  { message, channel }: Extract<Inbound, { kind: 'click' }>,
  alerts: readonly Alert[],
  { store, chat, clock, log }: Pick<ClickDeps, 'store' | 'chat' | 'clock' | 'log'>,
): Promise<void> => {
  if (message === null || channel === null) return;
  const ts = message.thread ?? message.ts;
  const lost = (await store.incidentsOf(alerts.map(({ fingerprint }) => fingerprint))).filter(
    ({ root }) => root === undefined,
  );
  for (const incident of lost) {
    try {
      const found = await chat.find({ channel, since: Number(ts) * 1_000 - ROUNDED_MS }, keysOf(incident));
      const key = [...found].find(([, copies]) => copies.includes(ts))?.[0];
      if (key === undefined) continue;
      const waiting = (await store.waiting()).find(
        (row) => row.incident === incident.id && row.place === 'root',
      );
      // A root that is queued under another key is a new one: it takes the place of this one.
      if (waiting !== undefined && waiting.key !== key) continue;
      const linked: Transition =
        waiting === undefined
          ? { type: 'incident-linked', id: incident.id, channel, ts }
          : { type: 'delivery-sent', key, channel, ts, at: clock.now() };
      await store.commit([linked, { type: 'incident-touched', id: incident.id }]);
      log.info({ incident: incident.id, channel, ts }, 'a lost message was found by a click');
    } catch (err) {
      if (err instanceof TransitionRefused) continue;
      if (!(err instanceof ChatError)) throw err;
      log.warn({ incident: incident.id, slack: err.slack }, 'could not look for a lost message');
    }
  }
};

const keysOf = ({ id, said }: Incident): Set<string> =>
  new Set(REASONS.flatMap((reason) => Array.from({ length: said + 1 }, (_, n) => `${id}.${reason}.${n}`)));
