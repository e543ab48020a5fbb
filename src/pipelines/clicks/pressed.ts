import type { Alert } from '../../core/alert.ts';
import type { Chat, Clock, Inbound, Log, Message, Store } from '../../core/ports.ts';
import { type Markup, md } from '../../views/parts.ts';
import type { Joining } from '../joining.ts';
import type { Questions } from '../questions.ts';
import type { Responding } from '../response.ts';
import type { RuleChanges } from '../rule-changes.ts';
import type { SilenceRequests } from '../silence-requests.ts';
import type { Doer, Tending } from '../tending.ts';

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

/** A button that may be acted on: it stands where it may, and what it is about is looked up by `value`. */
export interface Pressed {
  readonly click: Click;
  readonly verb: string;
  readonly value: string;
  readonly doer: Doer;
  /** Answers the clicker alone. */
  tell(words: Markup, plain: string): Promise<void>;
  readonly deps: ClickDeps;
}

/** Alerts a button is about: at least one. */
export type Some = readonly [Alert, ...Alert[]];

/** Shows something to the clicker alone. */
export const show = async (
  click: Click,
  answer: Message,
  { chat }: Pick<ClickDeps, 'chat'>,
): Promise<void> => {
  if (click.responseUrl !== null) await chat.respond(click.responseUrl, answer);
  else if (click.channel !== null)
    await chat.ephemeral({ channel: click.channel, user: click.person.user }, answer);
};

/** A click as the command that says the same. */
export const asCommand = (click: Click, text: string): Asked => ({
  kind: 'command',
  id: click.id,
  person: click.person,
  channel: click.channel ?? '',
  text,
  triggerId: click.triggerId,
  responseUrl: click.responseUrl ?? '',
});

/** What stands before and after the first colon. */
export const split = (value: string): [string, string] => {
  const at = value.indexOf(':');
  return at < 0 ? [value, ''] : [value.slice(0, at), value.slice(at + 1)];
};

/** A button's value is an id that is looked up: of an alert, or `incident:` and the id of an incident. */
export const alertsOf = async (value: string, store: Store): Promise<readonly Alert[]> => {
  const [kind, id] = split(value);
  if (kind === 'incident') {
    const incident = await store.incident(id);
    return incident === undefined ? [] : store.alerts(incident.alerts);
  }
  const alert = await store.alertById(value);
  return alert === undefined ? [] : [alert];
};

/** Says that what a button was about is gone. */
export const stale = ({ tell }: Pressed): Promise<void> =>
  tell(
    md`This button is no longer valid: what it was about is closed or older than 30 days. Nothing was done.`,
    'This button is no longer valid',
  );
