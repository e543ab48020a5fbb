import type { Alert, Person } from '../core/alert.ts';
import { parseEvidenceRef, parseTargetRef } from '../core/command.ts';
import { narrowest } from '../core/matcher.ts';
import {
  type Chat,
  ChatError,
  type Clock,
  type Inbound,
  type Log,
  type Message,
  type Store,
} from '../core/ports.ts';
import { SILENCE_CHOICES } from '../core/silence-trial.ts';
import { ASK, bold, type Markup, md, message, section } from '../views/parts.ts';
import { pickHost } from '../views/pick-host.ts';
import { STOP_QUESTION } from '../views/progress.ts';
import type { Joining } from './joining.ts';
import type { Questions } from './questions.ts';
import { relink } from './relink.ts';
import type { Responding } from './response.ts';
import type { RuleChanges } from './rule-changes.ts';
import type { SilenceRequests } from './silence-requests.ts';
import type { Doer, Tending } from './tending.ts';

const HOUR_MS = 3_600_000;

export type Click = Extract<Inbound, { kind: 'click' }>;
type Asked = Extract<Inbound, { kind: 'command' }>;

export interface ClickDeps {
  readonly ask: (command: Asked) => Promise<void>;
  readonly responding: Pick<Responding, 'open' | 'decide' | 'review' | 'keepAsIs' | 'alone'>;
  readonly tend: Tending;
  readonly silence: SilenceRequests;
  readonly rules: Pick<RuleChanges, 'choose' | 'begin' | 'decide'>;
  readonly joining: Pick<Joining, 'letIn'>;
  readonly questions: Pick<Questions, 'stop'>;
  readonly store: Store;
  readonly chat: Chat;
  readonly clock: Clock;
  readonly log: Log;
}

const say =
  (click: Click, deps: ClickDeps) =>
  (words: Markup, plain: string): Promise<void> =>
    show(click, message(plain, [section(words)]), deps);

/** Answers a click for the clicker alone. */
const show = async (click: Click, answer: Message, { chat }: ClickDeps): Promise<void> => {
  if (click.responseUrl !== null) await chat.respond(click.responseUrl, answer);
  else if (click.channel !== null)
    await chat.ephemeral({ channel: click.channel, user: click.person.user }, answer);
};

/** A person is called what he calls himself: only a plain word is made part of a command, never an option, a pattern or a second word. */
const PLAIN_NAME = /^[\w.:][\w.:-]*$/;

/** Definitions §8; a channel the bot cannot look up, such as a direct message, is judged by the person's rights alone. */
const isExternal = async (channel: string, { chat }: ClickDeps): Promise<boolean> => {
  try {
    return (await chat.channel(channel)).external;
  } catch (err) {
    if (err instanceof ChatError) return false;
    throw err;
  }
};

const STALE =
  'This button is no longer valid: what it was about is closed or older than 30 days. Nothing was done.';

/** Does what a button says, with the same checks wherever it stood; what is unknown or stale is said to the clicker. */
export const clicked = async (click: Click, deps: ClickDeps): Promise<void> => {
  const tell = say(click, deps);
  const doer: Doer = {
    person: click.person,
    channel: click.channel,
    show: (answer) => show(click, answer, deps),
  };
  if (click.action === 'new-rule') return deps.rules.begin(click);
  if (click.action === 'rule') return deps.rules.choose(click.value, click);
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
  if (click.action.split('.', 1)[0] === ASK) return deps.ask(asCommand(click, click.value));
  const [verb, value] = click.action === 'more' ? split(click.value) : [click.action, click.value];
  if (verb === STOP_QUESTION) {
    // Who asked reads in his own answer that it was stopped.
    if (deps.questions.stop(value, click.person)) return;
    return tell(
      md`There is nothing to stop: this question has its answer, or it is not yours.`,
      'Nothing to stop',
    );
  }
  if (verb === 'approve' || verb === 'deny')
    return deps.responding.decide(verb, {
      id: value,
      person: click.person,
      channel: click.channel,
      say: tell,
    });
  if (verb === 'alone' || verb === 'reviewed') {
    const pressed = { id: value, person: click.person, channel: click.channel, say: tell };
    return verb === 'reviewed'
      ? deps.responding.alone.reviewed(pressed)
      : deps.responding.alone.open({ ...pressed, triggerId: click.triggerId });
  }
  if (verb === 'let-in')
    return deps.joining.letIn({ id: value, person: click.person, channel: click.channel, say: tell });
  if (verb === 'approve-rule' || verb === 'refuse-rule')
    return deps.rules.decide(value, verb === 'approve-rule', doer);
  if (verb.split('.', 1)[0] === 'confirm-silence')
    return deps.silence({ verb: 'confirm-silence', ...choiceIn(value) }, doer);
  if (verb === 'approve-silence' || verb === 'refuse-silence') return deps.silence({ verb, id: value }, doer);
  if (verb === 'extend' || verb === 'keep')
    return deps.responding.review(verb, {
      id: value,
      person: click.person,
      channel: click.channel,
      say: tell,
    });
  if (verb === 'keep-as-is') {
    const host = parseTargetRef(value);
    if (host === undefined) return tell(md`${STALE}`, 'This button is no longer valid');
    return deps.responding.keepAsIs(host, { person: click.person, channel: click.channel, say: tell });
  }
  const alerts = await alertsOf(value, deps.store);
  await relink(click, alerts, deps);
  if (verb === 'quarantine' || verb === 'release' || verb === 'adopt')
    return respond(click, verb, value, deps);
  const ids = alerts.map(({ id }) => id);
  const [first] = alerts;
  if (first === undefined) return tell(md`${STALE}`, 'This button is no longer valid');
  switch (verb) {
    case 'acknowledge':
      return deps.tend({ verb: 'acknowledge', alerts: ids }, doer);
    case 'snooze':
      return deps.tend({ verb: 'snooze', alerts: ids, forMs: HOUR_MS }, doer);
    case 'assign':
      return deps.tend({ verb: 'assign', alerts: ids, to: click.person.user }, doer);
    case 'node-removed':
      return deps.tend({ verb: 'node-removed', alerts: ids }, doer);
    case 'close-real':
      return deps.tend({ verb: 'close', alerts: ids, as: 'real' }, doer);
    case 'close-expected':
      return deps.tend({ verb: 'close', alerts: ids, as: 'expected' }, doer);
    case 'close-false':
      return deps.tend({ verb: 'close', alerts: ids, as: 'false' }, doer);
    case 'silence':
      return deps.silence({ ...narrowest(first), verb: 'silence', forMs: SILENCE_CHOICES }, doer);
    case 'why':
      return deps.ask(asCommand(click, `why ${first.id}`));
    case 'investigate':
      return investigate(click, first, alerts, deps);
    default:
      return tell(md`I don't know this button. Nothing was done.`, 'Unknown button');
  }
};

/** `draft@2`: a preview, and which of the times that it offered; both are looked up. */
const choiceIn = (value: string): { readonly draft: string; readonly choice: number } => {
  const [, draft = '', choice = ''] = /^(.+)@(\d+)$/.exec(value) ?? [];
  return { draft, choice: Number(choice) };
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

/** Investigates the host of a message, or asks which of several. What is about no host is about who did it. */
const investigate = async (
  click: Click,
  first: Alert,
  alerts: readonly Alert[],
  deps: ClickDeps,
): Promise<void> => {
  const onHosts = alerts.filter(({ workloads }) => workloads.length > 0);
  if (onHosts.length > 1) return show(click, pickHost('investigate', onHosts), deps);
  const [only] = onHosts;
  const href = only?.workloads[0];
  if (only !== undefined && href !== undefined)
    return deps.ask(asCommand(click, `investigate ${href} --pce ${only.pce}`));
  const { kind, name } = first.subject;
  if (kind === 'user' && PLAIN_NAME.test(name))
    return deps.ask(asCommand(click, `who ${name} --pce ${first.pce}`));
  return say(click, deps)(
    md`${bold(first.title)} is not about a host I know. Look for one: /illumio workload 192.0.2.10`,
    'Not about a host I know',
  );
};

/** Where a message can be read; undefined where Slack does not say. */
const linkTo = async (
  at: { readonly channel: string; readonly ts: string },
  { chat }: ClickDeps,
): Promise<string | undefined> => {
  try {
    return await chat.permalink(at);
  } catch (err) {
    if (err instanceof ChatError) return undefined;
    throw err;
  }
};

/** Opens the form for one host; where a message is about several, asks which. */
const respond = async (
  click: Click,
  action: 'quarantine' | 'release' | 'adopt',
  value: string,
  deps: ClickDeps,
): Promise<void> => {
  const tell = say(click, deps);
  const open = (pce: string, href: string, alert: Alert | null, evidence?: string): Promise<void> =>
    deps.responding.open({
      action,
      pce,
      hrefs: [href],
      alert,
      ...(evidence === undefined ? {} : { evidence }),
      person: click.person,
      channel: click.channel,
      triggerId: click.triggerId,
      say: tell,
    });

  const { target, message: source } = parseEvidenceRef(value);
  const ref = parseTargetRef(target);
  if (ref !== undefined) {
    const evidence = source && (await linkTo(source, deps));
    return open(ref.pce, ref.href, null, evidence);
  }
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

const asCommand = (click: Click, text: string): Asked => ({
  kind: 'command',
  id: click.id,
  person: click.person as Person,
  channel: click.channel ?? '',
  text,
  triggerId: click.triggerId,
  responseUrl: click.responseUrl ?? '',
});
