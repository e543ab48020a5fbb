import type { Alert, Person } from '../core/alert.ts';
import { parseTargetRef } from '../core/command.ts';
import { dict, list } from '../core/foreign.ts';
import type { Audit, Chat, Clock, Handling, Inbound, Inbox, Inventory, Log, Store } from '../core/ports.ts';
import { ChatError } from '../core/ports.ts';
import type { Task } from '../core/state.ts';
import { bold, clip, type Markup, md, mention, message, section, time } from '../views/parts.ts';
import { pickHost } from '../views/pick-host.ts';
import { notice, RESPONSE_FORM } from '../views/response.ts';
import type { Alerting } from './alerting.ts';
import type { Gate } from './gate.ts';
import { refusalText } from './refusal.ts';
import { relink } from './relink.ts';
import type { Responding } from './response.ts';

const HOUR_MS = 3_600_000;

type Click = Extract<Inbound, { kind: 'click' }>;
type Asked = Extract<Inbound, { kind: 'command' }>;

export interface InboxDeps {
  readonly ask: (command: Asked) => Promise<void>;
  readonly responding: Responding;
  readonly alertings: ReadonlyMap<string, Alerting>;
  readonly inventories: ReadonlyMap<string, Inventory>;
  readonly store: Store;
  readonly chat: Chat;
  readonly gate: Gate;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Log;
  /** Slack took the app or its token away: nothing more can be said in Slack. */
  readonly revoked?: (event: string) => void;
}

/** A response_url lives 30 min (facts/slack §3): an older question can no longer be answered. */
const ANSWERABLE_MS = 30 * 60_000;

export interface Intake {
  readonly inbox: Inbox;
  /** Carries out what was acknowledged before a stop or a crash and not finished. */
  resume(): Promise<void>;
}

/** Where everything people do in Slack arrives: what is unknown or no longer valid is explained, never ignored. */
export const createInbox = (deps: InboxDeps): Intake => {
  const { store, clock, log } = deps;
  const carryOut = async ({ id, inbound }: Pick<Task, 'id' | 'inbound'>): Promise<void> => {
    try {
      await (inbound.kind === 'command' ? deps.ask(inbound) : clicked(inbound, deps));
    } finally {
      await store.commit([{ type: 'task-done', id }]);
    }
  };
  return {
    inbox: decide(deps, (inbound) => {
      const task: Task = { id: inbound.id, at: clock.now(), inbound };
      return {
        before: () => store.commit([{ type: 'task-accepted', task }]),
        work: () => carryOut(task),
      };
    }),
    async resume() {
      for (const task of await store.tasks()) {
        const late = clock.now() - task.at > ANSWERABLE_MS;
        log.info({ id: task.id, kind: task.inbound.kind, late }, 'took up what was asked before the restart');
        if (late) await store.commit([{ type: 'task-done', id: task.id }]);
        const done = late
          ? false
          : await carryOut(task).then(
              () => true,
              (err: unknown) => {
                log.error({ err, id: task.id }, 'what was asked before the restart failed');
                return false;
              },
            );
        if (!done) await tellUndone(task, deps);
      }
    },
  };
};

/** Nobody waits for an answer that does not come: the person reads what was not done, where it was asked. */
const tellUndone = async ({ at, inbound }: Task, { chat, log }: InboxDeps): Promise<void> => {
  const what =
    inbound.kind === 'command' ? `/illumio ${clip(inbound.text, 60)}` : `your click on "${inbound.action}"`;
  const words = message('Not done: I was restarted', [
    section(
      md`I was restarted before I had finished ${what} of ${time(at)}. It may not be done: look before you ask again.`,
    ),
  ]);
  if (inbound.channel === null) return log.warn({ user: inbound.person.user }, 'nobody could be told of it');
  try {
    await chat.ephemeral({ channel: inbound.channel, user: inbound.person.user }, words);
  } catch (err) {
    if (!(err instanceof ChatError)) throw err;
    log.warn({ user: inbound.person.user, slack: err.slack }, 'nobody could be told of it');
  }
};

const decide =
  (deps: InboxDeps, durably: (inbound: Asked | Click) => Handling): Inbox =>
  (inbound): Handling => {
    switch (inbound.kind) {
      case 'command':
      case 'click':
        return durably(inbound);
      case 'submission':
        if (inbound.callbackId === RESPONSE_FORM)
          return deps.responding.submit({
            draft: inbound.privateMetadata,
            person: inbound.person,
            viewId: inbound.viewId,
            values: inbound.values,
          });
        return {
          ack: {
            update: notice({ title: 'Unknown' }, 'form', [
              md`I don't know this form any more. Nothing was done.`,
            ]),
          },
        };
      case 'event':
        if (isRevocation(inbound)) deps.revoked?.(inbound.type);
        return {};
      default:
        return inbound satisfies never;
    }
  };

/** `tokens_revoked` names user and bot tokens apart; only the bot's own matters. */
const isRevocation = ({ type, body }: Extract<Inbound, { kind: 'event' }>): boolean =>
  type === 'app_uninstalled' || (type === 'tokens_revoked' && list(dict(body['tokens'])['bot']).length > 0);

const say =
  (click: Click, { chat }: InboxDeps) =>
  async (words: Markup, plain: string): Promise<void> => {
    const answer = message(plain, [section(words)]);
    if (click.responseUrl !== null) await chat.respond(click.responseUrl, answer);
    else if (click.channel !== null)
      await chat.ephemeral({ channel: click.channel, user: click.person.user }, answer);
  };

/** A host is called what it calls itself: only a plain word is made part of a command, never an option, a pattern or a second word. */
const PLAIN_NAME = /^[\w.:][\w.:-]*$/;

/** Definitions §8; a channel the bot cannot look up, such as a direct message, is judged by the person's rights alone. */
const isExternal = async (channel: string, { chat }: InboxDeps): Promise<boolean> => {
  try {
    return (await chat.channel(channel)).external;
  } catch (err) {
    if (err instanceof ChatError) return false;
    throw err;
  }
};

const STALE =
  'This button is no longer valid: what it was about is closed or older than 30 days. Nothing was done.';

const clicked = async (click: Click, deps: InboxDeps): Promise<void> => {
  const tell = say(click, deps);
  if (click.message !== null && !click.message.ours) {
    deps.log.warn(
      { user: click.person.user, channel: click.channel },
      'a click on a message that is not ours',
    );
    return tell(
      md`This button does not belong to a message of this bot. Nothing was done.`,
      'Not a button of this bot',
    );
  }
  if (click.channel !== null && (await isExternal(click.channel, deps)))
    return tell(
      md`This channel is shared with another organisation: buttons do nothing here. Nothing was done.`,
      'Buttons do nothing in a shared channel',
    );
  const [verb, value] = click.action === 'more' ? split(click.value) : [click.action, click.value];
  if (verb === 'approve' || verb === 'deny')
    return deps.responding.decide(verb, {
      id: value,
      person: click.person,
      channel: click.channel,
      say: tell,
    });
  const alerts = await alertsOf(value, deps.store);
  await relink(click, alerts, deps);
  if (verb === 'quarantine' || verb === 'release') return respond(click, verb, value, deps);
  const [first] = alerts;
  if (first === undefined) return tell(md`${STALE}`, 'This button is no longer valid');
  switch (verb) {
    case 'acknowledge':
      return acknowledge(click, alerts, deps);
    case 'snooze':
      return snooze(click, alerts, deps);
    case 'why':
      return deps.ask(asCommand(click, `why ${first.id}`));
    case 'investigate':
      return PLAIN_NAME.test(first.subject.name)
        ? deps.ask(asCommand(click, `workload ${first.subject.name}`))
        : tell(
            md`I can't look up a host by the name ${bold(first.subject.name)}. Ask for its address: /illumio workload 192.0.2.10`,
            'Not a name I can look up',
          );
    default:
      return tell(md`I don't know this button. Nothing was done.`, 'Unknown button');
  }
};

const split = (value: string): [string, string] => {
  const at = value.indexOf(':');
  return at < 0 ? [value, ''] : [value.slice(0, at), value.slice(at + 1)];
};

/** A button's value is an id that is looked up: of an alert, or `incident:` and the id of an incident. */
const alertsOf = async (value: string, store: Store): Promise<readonly Alert[]> => {
  const [kind, id] = split(value);
  if (kind === 'incident') {
    const incident = await store.incident(id);
    return incident === undefined ? [] : store.alerts(incident.alerts);
  }
  const alert = await store.alertById(value);
  return alert === undefined ? [] : [alert];
};

/** Opens the form for one host; where a message is about several, asks which. */
const respond = async (
  click: Click,
  action: 'quarantine' | 'release',
  value: string,
  deps: InboxDeps,
): Promise<void> => {
  const tell = say(click, deps);
  const open = (pce: string, href: string, alert: Alert | null): Promise<void> =>
    deps.responding.open({
      action,
      pce,
      href,
      alert,
      person: click.person,
      channel: click.channel,
      triggerId: click.triggerId,
      say: tell,
    });

  const ref = parseTargetRef(value);
  if (ref !== undefined) return open(ref.pce, ref.href, null);
  const alerts = (await alertsOf(value, deps.store)).filter(({ workloads }) => workloads.length > 0);
  const [only] = alerts;
  const href = only?.workloads[0];
  if (only === undefined || href === undefined) return tell(md`${STALE}`, 'This button is no longer valid');
  if (alerts.length === 1) return open(only.pce, href, only);
  const choice = pickHost(action, alerts);
  if (click.responseUrl !== null) await deps.chat.respond(click.responseUrl, choice);
  else if (click.channel !== null)
    await deps.chat.ephemeral({ channel: click.channel, user: click.person.user }, choice);
};

const labelsOf = (alerts: readonly Alert[], { inventories }: InboxDeps) =>
  alerts.flatMap(({ pce, workloads }) =>
    workloads.map((href) => inventories.get(pce)?.workload(href)?.labels ?? null),
  );

/** Checks the right to do something about alerts; a refusal is told to the clicker and audited (promise 6). */
const allowed = async (
  click: Click,
  verb: string,
  alerts: readonly Alert[],
  deps: InboxDeps,
): Promise<boolean> => {
  const what = alerts.length === 1 ? (alerts[0]?.title ?? '') : `${alerts.length} alerts`;
  const { verdict, profile } = await deps.gate.check(click.person, verb, {
    targets: labelsOf(alerts, deps),
    channel: click.channel,
  });
  await deps.audit.append({
    actor: click.person,
    actorName: profile.name,
    action: verb,
    verdict: verdict.allowed ? 'done' : 'refused',
    ...(verdict.allowed ? { role: verdict.role } : { why: verdict.why }),
    alert: alerts.map(({ id }) => id).join(' '),
    ...(click.channel === null ? {} : { channel: click.channel }),
  });
  if (verdict.allowed) return true;
  const { words, plain } = refusalText(`${verb} "${what}"`, verdict);
  await say(click, deps)(words, plain);
  return false;
};

const byPce = (alerts: readonly Alert[]): Map<string, Alert[]> => {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) groups.set(alert.pce, [...(groups.get(alert.pce) ?? []), alert]);
  return groups;
};

const acknowledge = async (click: Click, alerts: readonly Alert[], deps: InboxDeps): Promise<void> => {
  const open = alerts.filter((alert) => alert.acknowledged === undefined);
  if (open.length === 0) return tellWho(click, alerts, deps);
  if (!(await allowed(click, 'acknowledge', open, deps))) return;
  for (const [pce, group] of byPce(open)) await deps.alertings.get(pce)?.acknowledge(group, click.person);
  // Two people may press at the same time: the one who was later reads who was first.
  const now = await deps.store.alerts(open.map(({ fingerprint }) => fingerprint));
  if (now.every(({ acknowledged }) => acknowledged?.by.user !== click.person.user))
    await tellWho(click, now, deps);
};

const tellWho = async (click: Click, alerts: readonly Alert[], deps: InboxDeps): Promise<void> => {
  const before = alerts[0]?.acknowledged;
  if (before === undefined) return;
  await say(click, deps)(
    md`Already acknowledged by ${mention(before.by.user)} at ${time(before.at)}.`,
    'Already acknowledged',
  );
};

const snooze = async (click: Click, alerts: readonly Alert[], deps: InboxDeps): Promise<void> => {
  if (!(await allowed(click, 'snooze', alerts, deps))) return;
  const until = deps.clock.now() + HOUR_MS;
  for (const [pce, group] of byPce(alerts)) await deps.alertings.get(pce)?.snooze(group, click.person, until);
  await say(click, deps)(
    md`${bold('Snoozed')} until ${time(until)}: it is counted in the message, but says nothing new.`,
    'Snoozed for 1 h',
  );
};

const asCommand = (click: Click, text: string): Asked => ({
  kind: 'command',
  id: click.id,
  person: click.person as Person,
  channel: click.channel ?? '',
  text,
  triggerId: click.triggerId,
  responseUrl: click.responseUrl ?? '',
});
