import type { Alert, Person } from '../core/alert.ts';
import type { AlertDeed } from '../core/deed.ts';
import type { Audit, Clock, Inventory, Message, Store } from '../core/ports.ts';
import type { Transition } from '../core/state.ts';
import { answerer } from '../views/answerer.ts';
import { bold, type Markup, md, mention, message, section, time } from '../views/parts.ts';
import type { Alerting } from './alerting.ts';
import type { Gate } from './gate.ts';
import { refusalText } from './refusal.ts';

/** Who does it, and how he is answered. */
export interface Doer {
  readonly person: Person;
  readonly channel: string | null;
  show(answer: Message): Promise<void>;
}

export interface TendingDeps {
  readonly alertings: ReadonlyMap<string, Pick<Alerting, 'tend' | 'removed'>>;
  readonly inventories: ReadonlyMap<string, Pick<Inventory, 'workload'>>;
  readonly store: Store;
  readonly gate: Gate;
  readonly audit: Audit;
  readonly clock: Clock;
  /** Offers what would keep an alert away that was none; called after it was closed as expected or false. */
  offer(alert: Alert, doer: Doer): Promise<void>;
}

/** Does something about alerts: authorise with the labels of their hosts → audit → change → answer where the message does not. */
export type Tending = (deed: AlertDeed, doer: Doer) => Promise<void>;

const GONE = 'This is no longer valid: what it was about is closed or older than 30 days. Nothing was done.';

export const createTending =
  (deps: TendingDeps): Tending =>
  async (deed, doer) => {
    const say = (words: Markup, plain: string): Promise<void> => doer.show(message(plain, [section(words)]));
    const alerts = await byId(deed.alerts, deps.store);
    if (alerts.length === 0) return say(md`${GONE}`, 'No longer valid');
    const todo = alerts.filter((alert) => stepOf(deed, alert, doer.person, deps.clock.now()) !== undefined);
    if (todo.length === 0) return nothingLeft(deed, alerts, say);
    if (!(await allowed(deed, todo, doer, deps, say))) return;
    const changed = await change(deed, todo, doer.person, deps);
    if (changed.length === 0) return nothingLeft(deed, await byId(deed.alerts, deps.store), say);
    await answer(deed, changed, doer, deps, say);
  };

const byId = async (ids: readonly string[], store: Store): Promise<readonly Alert[]> =>
  (await Promise.all(ids.map((id) => store.alertById(id)))).flatMap((one) => one ?? []);

/** What a deed makes of an alert; undefined = somebody was faster, and the first one stays. */
const stepOf = (deed: AlertDeed, alert: Alert, by: Person, at: number): Transition | undefined => {
  const { fingerprint } = alert;
  switch (deed.verb) {
    case 'acknowledge':
      return alert.acknowledged === undefined
        ? { type: 'alert-acknowledged', fingerprint, by, at }
        : undefined;
    case 'snooze':
      return { type: 'alert-snoozed', fingerprint, by, until: at + deed.forMs };
    case 'assign':
      return { type: 'alert-assigned', fingerprint, to: deed.to, by, at };
    case 'note':
      return { type: 'alert-noted', fingerprint, by, at, text: deed.text };
    case 'node-removed':
      return alert.state === 'firing' && alert.suggests.includes(deed.verb)
        ? { type: 'alert-noted', fingerprint, by, at, text: 'It was removed on purpose.' }
        : undefined;
    case 'close':
      return alert.closed === undefined
        ? { type: 'alert-closed', fingerprint, as: deed.as, by, at }
        : undefined;
    default:
      return deed satisfies never;
  }
};

const change = async (
  deed: AlertDeed,
  alerts: readonly Alert[],
  by: Person,
  { alertings, clock }: TendingDeps,
): Promise<readonly Alert[]> => {
  const changed: Alert[] = [];
  for (const pce of new Set(alerts.map((alert) => alert.pce))) {
    const own = alerts.filter((alert) => alert.pce === pce);
    const done = await alertings.get(pce)?.tend(own, (alert) => stepOf(deed, alert, by, clock.now()));
    changed.push(...(done ?? []));
  }
  return changed;
};

/** Somebody was first: the one who was later reads who. */
const nothingLeft = async (
  { verb }: AlertDeed,
  alerts: readonly Alert[],
  say: (words: Markup, plain: string) => Promise<void>,
): Promise<void> => {
  const [first] = alerts;
  if (verb === 'close' && first?.closed !== undefined)
    return say(
      md`Already closed as ${first.closed.as} by ${mention(first.closed.by.user)} at ${time(first.closed.at)}.`,
      'Already closed',
    );
  if (first?.acknowledged === undefined) return;
  await say(
    md`Already acknowledged by ${answerer(first.acknowledged.by)} at ${time(first.acknowledged.at)}.`,
    'Already acknowledged',
  );
};

/** Checks the right to do it; a refusal is told and audited (promise 6). */
const allowed = async (
  deed: AlertDeed,
  alerts: readonly Alert[],
  { person, channel }: Doer,
  { gate, audit, inventories }: TendingDeps,
  say: (words: Markup, plain: string) => Promise<void>,
): Promise<boolean> => {
  const { verb } = deed;
  const what = alerts.length === 1 ? (alerts[0]?.title ?? '') : `${alerts.length} alerts`;
  const targets = alerts.flatMap(({ pce, workloads }) =>
    workloads.map((href) => inventories.get(pce)?.workload(href)?.labels ?? null),
  );
  const { verdict, profile } = await gate.check(person, verb, { targets, channel });
  await audit.append({
    actor: person,
    actorName: profile.name,
    action: verb,
    verdict: verdict.allowed ? 'done' : 'refused',
    ...(verdict.allowed ? { role: verdict.role } : { why: verdict.why }),
    alert: alerts.map(({ id }) => id).join(' '),
    ...(channel === null ? {} : { channel }),
    ...(deed.verb === 'note' ? { reason: deed.text } : deed.verb === 'close' ? { after: deed.as } : {}),
  });
  if (verdict.allowed) return true;
  const { words, plain } = refusalText(`${verb} "${what}"`, verdict);
  await say(words, plain);
  return false;
};

/** The message shows most of it itself; the rest is said to who did it. */
const answer = async (
  deed: AlertDeed,
  changed: readonly Alert[],
  doer: Doer,
  deps: TendingDeps,
  say: (words: Markup, plain: string) => Promise<void>,
): Promise<void> => {
  const [first] = changed;
  switch (deed.verb) {
    case 'snooze':
      return say(
        md`${bold('Snoozed')} until ${time(deps.clock.now() + deed.forMs)}: it is counted in the message, but says nothing new.`,
        'Snoozed',
      );
    case 'close':
      if (deed.as !== 'real' && first !== undefined) await deps.offer(first, doer);
      return;
    case 'node-removed':
      for (const { pce, subject } of changed) await deps.alertings.get(pce)?.removed(subject.name);
      return;
    case 'acknowledge':
    case 'assign':
    case 'note':
      return;
    default:
      return deed satisfies never;
  }
};
