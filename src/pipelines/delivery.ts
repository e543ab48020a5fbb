import {
  type Alert,
  type Delivery,
  type Incident,
  inLines,
  NAMED_IN_ROOT,
  type Reason,
} from '../core/alert.ts';
import { foldStorm, type WaitingRoot } from '../core/fold.ts';
import { type Chat, ChatError, type Clock, type Log, type Message, type Store } from '../core/ports.ts';
import { compareSeverity } from '../core/severity.ts';
import { deliveryKey, type Transition } from '../core/state.ts';
import type { Reached } from '../core/step.ts';
import { reconcile, removeCopies } from './reconcile.ts';

const SECOND_MS = 1_000;
/** At most one post per incident and 5 s, one root edit every 3 s (design §7). */
const PACE_MS = { incident: 5 * SECOND_MS, edit: 3 * SECOND_MS } as const;
/** Waits after a failure: doubling from 1 s to 60 s. */
const RETRY_MS = { first: SECOND_MS, most: 60 * SECOND_MS } as const;
/**
 * While Slack is away each channel is tried now and then: four of them once a second together, and the first post stands within 5 s
 * of its return (fault 10).
 */
const AWAY_MS = { first: SECOND_MS, most: 4 * SECOND_MS } as const;

/** Fewer waiting roots are never a storm: they cost no look-up. */
const FOLD_FROM = 10;

/** What a message of an incident shows is decided when it is sent, from the newest state. */
export interface Render {
  root(incident: Incident, alerts: readonly Alert[], mention: string | undefined): Promise<Message>;
  line(incident: Incident, alerts: readonly Alert[], delivery: Delivery): Promise<Message>;
}

export interface DeliveryDeps {
  readonly store: Store;
  readonly chat: Chat;
  readonly clock: Clock;
  readonly log: Log;
  readonly render: Render;
  /** Where messages go whose channel cannot be posted to. */
  readonly fallback: string;
  readonly requestTimeoutMs: number;
  /** Whether a storm of root posts is joined. */
  readonly folding: boolean;
  /** Named steps, for tests that end the process at each of them. */
  readonly reached?: Reached;
  /** Tells people of a trouble of our own: a channel that is gone, a message that cannot be shown. */
  tell(trouble: string): void;
}

export interface DeliveryLoop {
  /** Something may be due: call it after every commit. Returns at once. */
  kick(): void;
  /** Sends until stopped; resolves when the call under way has been recorded. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Sends what the store holds (promise 2): intent durable → post with its key → confirmation durable. One worker per channel, so that
 * a channel that is refused delays no other.
 */
export const createDelivery = (deps: DeliveryDeps): DeliveryLoop => {
  const { clock, log } = deps;
  const workers = new Map<string, Promise<void>>();
  /** Channels that were looked at while their worker ran: it may have read the store just before the newest commit. */
  const missed = new Set<string>();
  const pace = createPace(clock);
  let wake = (): void => {};
  let kicked = true;

  const kick = (): void => {
    kicked = true;
    wake();
  };

  const work = async (channel: string, signal: AbortSignal): Promise<void> => {
    try {
      while (!signal.aborted && pace.held(channel) === 0 && (await step(channel, deps, pace))) {
        // One job after the other; each reads the newest state.
      }
    } catch (err) {
      log.error({ err, channel }, 'delivery stopped in a channel, to be tried again');
      pace.hold(channel, RETRY_MS.first);
    } finally {
      workers.delete(channel);
      // Only then: a worker that found nothing due must not wake the loop that would start it again at once.
      if (missed.delete(channel)) kick();
    }
  };

  return {
    kick,
    async run(signal) {
      while (!signal.aborted) {
        kicked = false;
        for (const channel of await channelsWithWork(deps))
          if (workers.has(channel)) missed.add(channel);
          else if (pace.held(channel) === 0) workers.set(channel, work(channel, signal));
        if (!kicked) {
          const pause = new AbortController();
          wake = () => pause.abort();
          signal.addEventListener('abort', wake, { once: true });
          await clock.sleep(SECOND_MS, pause.signal);
          signal.removeEventListener('abort', wake);
        }
      }
      await Promise.all(workers.values());
    },
  };
};

export type Pace = ReturnType<typeof createPace>;

/** When an incident may be posted to or edited again, and when a channel may be tried again. Monotonic. */
const createPace = (clock: Clock) => {
  const next = new Map<string, number>();
  /** By channel: failures in a row. */
  const failures = new Map<string, number>();
  const wait = (key: string): number => Math.max(0, (next.get(key) ?? 0) - clock.mono());
  const hold = (key: string, ms: number): void => {
    if (next.size > 10_000) for (const [old, at] of next) if (at < clock.mono()) next.delete(old);
    next.set(key, clock.mono() + ms);
  };
  return {
    hold,
    held: wait,
    /** Slack did not take a post, or nobody knows: the channel rests, longer each time until one is taken. */
    failed(channel: string): void {
      const before = failures.get(channel) ?? 0;
      failures.set(channel, before + 1);
      // One failure alone is no outage.
      if (before > 0) hold(channel, Math.min(AWAY_MS.first * 2 ** (before - 1), AWAY_MS.most));
    },
    worked: (channel: string) => void failures.delete(channel),
    posted: (incident: string) => hold(`post ${incident}`, PACE_MS.incident),
    postWait: (incident: string) => wait(`post ${incident}`),
    edited: (incident: string) => hold(`edit ${incident}`, PACE_MS.edit),
    editWait: (incident: string) => wait(`edit ${incident}`),
  };
};

const channelsWithWork = async ({ store, clock }: DeliveryDeps): Promise<Set<string>> => {
  const { rows, incidents } = await waitingIn(store);
  const edits = await store.incidentsToEdit();
  const copies = (await store.toldToLookAt()).filter(({ lookAt = 0 }) => lookAt <= clock.now());
  return new Set([
    ...rows.map((row) => placeOf(row, incidents)),
    ...edits.map(({ root, channel }) => root?.channel ?? channel),
    ...copies.map(({ channel }) => channel),
  ]);
};

/** Everything that waits, with the incidents it is about. */
const waitingIn = async (
  store: Store,
): Promise<{ readonly rows: readonly Delivery[]; readonly incidents: ReadonlyMap<string, Incident> }> => {
  const rows = await store.waiting();
  const incidents = new Map<string, Incident>();
  for (const id of new Set(rows.map(({ incident }) => incident))) {
    const incident = await store.incident(id);
    if (incident !== undefined) incidents.set(id, incident);
  }
  return { rows, incidents };
};

/** A line goes where its root stands, which may be the fallback channel; what may be in Slack already stays where it was sent. */
const placeOf = (row: Delivery, incidents: ReadonlyMap<string, Incident>): string =>
  row.place === 'root' || row.state === 'intent'
    ? row.channel
    : (incidents.get(row.incident)?.root?.channel ?? row.channel);

/** Does the most urgent thing of a channel. @returns false when nothing is due now */
const step = async (channel: string, deps: DeliveryDeps, pace: Pace): Promise<boolean> => {
  const { store, clock } = deps;
  const { rows, incidents } = await waitingIn(store);
  const mine = rows.filter((row) => placeOf(row, incidents) === channel);
  if (await reconcile(channel, mine, deps, pace)) return true;
  if (await removeCopies(channel, deps)) return true;
  if (await fold(mine, incidents, deps)) return true;
  const due = mine.filter(
    (row) =>
      row.state === 'queued' &&
      row.notBefore <= clock.now() &&
      (row.place === 'root' ||
        (pace.postWait(row.incident) === 0 && incidents.get(row.incident)?.root !== undefined)),
  );
  due.sort((a, b) => {
    const graver = compareSeverity(
      incidents.get(b.incident)?.severity ?? 'info',
      incidents.get(a.incident)?.severity ?? 'info',
    );
    return graver || a.queuedAt - b.queuedAt;
  });
  const next = due[0];
  if (next !== undefined) {
    await send(next.key, channel, deps, pace);
    return true;
  }
  const edit = (await store.incidentsToEdit()).find(
    ({ id, root }) => root?.channel === channel && pace.editWait(id) === 0,
  );
  if (edit === undefined) return false;
  await showNewest(edit.id, deps, pace);
  return true;
};

/** Joins root posts of one rule while too many wait for their turn. @returns true when some were */
const fold = async (
  mine: readonly Delivery[],
  incidents: ReadonlyMap<string, Incident>,
  { store, clock, folding }: DeliveryDeps,
): Promise<boolean> => {
  const roots = folding ? mine.filter(({ place, state }) => place === 'root' && state === 'queued') : [];
  if (roots.length < FOLD_FROM) return false;
  const waiting: WaitingRoot[] = [];
  for (const delivery of roots) {
    const incident = incidents.get(delivery.incident);
    if (incident !== undefined && incident.root === undefined)
      waiting.push({ delivery, incident, alerts: await store.alerts(incident.alerts) });
  }
  const transitions = foldStorm(waiting, clock.now(), NAMED_IN_ROOT);
  if (transitions.length === 0) return false;
  await store.commit(transitions);
  return true;
};

/** Posts one delivery: newest state, durable intent, post, durable confirmation. */
const send = async (key: string, channel: string, deps: DeliveryDeps, pace: Pace): Promise<void> => {
  const { store, chat, clock, render, reached } = deps;
  await chat.slot(channel, 'post');
  reached?.('slot taken');
  const queued = await store.delivery(key);
  const before = queued && (await store.incident(queued.incident));
  if (queued === undefined || before === undefined) return;
  if (await isExternal(channel, deps)) {
    const held = new ChatError('no-channel', 'shared with another organisation');
    return refused(queued, before, channel, held, deps, pace);
  }
  const isRoot = queued.place === 'root';
  await store.commit([{ type: 'delivery-intent', key, at: clock.now(), channel }]);
  reached?.('intent durable');
  // Only from now on nothing joins it any more: rendered before, it could leave out what it counts as said.
  const row = (await store.delivery(key)) ?? queued;
  const incident = (await store.incident(row.incident)) ?? before;
  const { alerts: named } = row;
  const alerts = await store.alerts(isRoot ? incident.alerts : named);
  const message = await (isRoot
    ? render.root(row.repeated === true ? { ...incident, repeated: true } : incident, alerts, row.mention)
    : render.line(incident, alerts, { ...row, alerts: named }));
  try {
    const ts = await chat.post(
      {
        channel,
        key,
        ...(isRoot || incident.root === undefined
          ? {}
          : { thread: incident.root.ts, broadcast: row.place === 'broadcast' }),
      },
      message,
    );
    reached?.('posted');
    await store.commit([
      { type: 'delivery-sent', key, channel, ts, at: clock.now(), revision: incident.revision },
    ]);
    reached?.('sent durable');
    pace.worked(channel);
    pace.posted(incident.id);
    pace.edited(incident.id);
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    await refused(row, incident, channel, err, deps, pace);
    reached?.('refusal durable');
  }
};

/**
 * A channel that another organisation reads gets no alert (definitions §8). One that cannot be looked up is not held back: no alert
 * is lost to that.
 */
const isExternal = async (channel: string, { chat, log }: DeliveryDeps): Promise<boolean> => {
  try {
    return (await chat.channel(channel)).external;
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    log.debug({ channel, slack: err.slack }, 'a channel could not be looked up');
    return false;
  }
};

/** Each way a post can fail has one path, and none of them loses it (fault 11). */
const refused = async (
  row: Delivery,
  incident: Incident,
  channel: string,
  err: ChatError,
  deps: DeliveryDeps,
  pace: Pace,
): Promise<void> => {
  const { store, clock, log, fallback } = deps;
  const { key } = row;
  const again = (more: { channel?: string; waitMs?: number } = {}): Transition => ({
    type: 'delivery-failed',
    key,
    trouble: err.slack,
    notBefore: clock.now() + (more.waitMs ?? Math.min(RETRY_MS.first * 2 ** row.tries, RETRY_MS.most)),
    ...(more.channel === undefined ? {} : { channel: more.channel }),
  });
  switch (err.code) {
    case 'unclear':
      // It may stand in Slack: it keeps its intent and is looked up before anything is sent again (promise 2).
      log.warn({ key, channel, slack: err.slack }, 'no answer to a post, to be looked up');
      return pace.failed(channel);
    case 'rate-limited':
      return await store.commit([again({ waitMs: err.retryAfterMs ?? RETRY_MS.first })]);
    case 'unavailable':
    case 'refused':
      log.warn({ key, channel, slack: err.slack }, 'a post was not accepted, to be tried again');
      pace.failed(channel);
      return await store.commit([again()]);
    case 'no-message':
      // The thread's root is gone: the incident gets a new one, which names everything.
      return await store.commit([
        { type: 'incident-unlinked', id: incident.id },
        again({ waitMs: 0 }),
        ...newRoot(incident, await store.alerts(incident.alerts), clock),
      ]);
    case 'no-channel':
      if (channel !== fallback) {
        deps.tell(
          `I can't post to the channel ${channel} (${err.slack}). Its alerts go to the fallback channel until it works again.`,
        );
        return await store.commit([
          ...(incident.root === undefined
            ? []
            : [
                { type: 'incident-unlinked', id: incident.id } as const,
                ...newRoot(incident, await store.alerts(incident.alerts), clock, fallback),
              ]),
          again({ channel: fallback, waitMs: 0 }),
        ]);
      }
      return await dead(row, err, deps);
    case 'refused-content':
      return await dead(row, err, deps);
    default:
      err.code satisfies never;
  }
};

const dead = async (row: Delivery, err: ChatError, { store, log, tell }: DeliveryDeps): Promise<void> => {
  log.error({ key: row.key, channel: row.channel, slack: err.slack }, 'a message cannot be shown');
  // Without its root no line can be posted: they end with it, and the incident takes no more. The next alert opens another.
  const lines =
    row.place === 'root'
      ? (await store.waiting()).filter(({ incident, place }) => incident === row.incident && place !== 'root')
      : [];
  await store.commit([
    ...[row, ...lines].map(({ key }): Transition => ({ type: 'delivery-dead', key, trouble: err.slack })),
    ...(row.place === 'root' ? [{ type: 'incident-closed', id: row.incident } as const] : []),
  ]);
  const alerts = new Set([row, ...lines].flatMap((one) => one.alerts));
  tell(
    `A message about ${alerts.size} alert(s) cannot be shown in ${row.channel} (${err.slack}). /illumio alerts lists them.`,
  );
};

/** @param alerts those of the incident */
const newRoot = (
  incident: Incident,
  alerts: readonly Alert[],
  clock: Clock,
  channel = incident.root?.channel ?? incident.channel,
): Transition[] => {
  const queued = (
    reason: Reason,
    place: Delivery['place'],
    alerts: readonly string[],
    n: number,
  ): Transition => ({
    type: 'delivery-queued',
    delivery: {
      key: deliveryKey({ ...incident, said: incident.said + n }, reason),
      incident: incident.id,
      reason,
      channel,
      place,
      alerts,
      queuedAt: clock.now(),
      state: 'queued',
      tries: 0,
      notBefore: 0,
    },
  });
  const named = new Set(incident.alerts.slice(0, NAMED_IN_ROOT));
  const rest = inLines(alerts.filter(({ fingerprint }) => !named.has(fingerprint)));
  return [
    queued('first', 'root', [...named], 0),
    ...rest.map((line, n) => queued('more', 'thread', line, n + 1)),
  ];
};

/** Edits a root to its newest state; a root that a person deleted is posted anew while something in it still fires. */
const showNewest = async (id: string, deps: DeliveryDeps, pace: Pace): Promise<void> => {
  const { store, chat, clock, render, log } = deps;
  const channel = (await store.incident(id))?.root?.channel;
  if (channel === undefined) return;
  await chat.slot(channel, 'edit');
  const incident = await store.incident(id);
  if (incident?.root === undefined || incident.shown >= incident.revision) return;
  const alerts = await store.alerts(incident.alerts);
  const shown: Transition = { type: 'incident-shown', id, revision: incident.revision };
  pace.edited(id);
  try {
    await chat.edit(incident.root, await render.root(incident, alerts, undefined));
    deps.reached?.('edited');
    await store.commit([shown]);
    deps.reached?.('shown durable');
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    if (err.code === 'no-message' || err.code === 'no-channel') {
      const burns = alerts.some(({ state }) => state === 'firing');
      const lines = (await store.waiting()).some((row) => row.incident === id);
      await store.commit([
        { type: 'incident-unlinked', id },
        ...(burns || lines ? newRoot(incident, alerts, clock) : [shown]),
      ]);
      return;
    }
    if (err.code === 'refused-content') {
      log.error({ incident: id, slack: err.slack }, 'an edit was refused');
      return await store.commit([shown]);
    }
    pace.hold(`edit ${id}`, err.retryAfterMs ?? 5 * SECOND_MS);
  }
};
