import { dict, list, text } from '../core/foreign.ts';
import { hostWords } from '../core/host-words.ts';
import { ChatError, type Handling, type Inbound, type Inbox } from '../core/ports.ts';
import { HOSTS_SHORTCUT } from '../core/shortcut.ts';
import type { Task } from '../core/state.ts';
import { ALONE_FORM } from '../views/break-glass.ts';
import { COMMAND_FORM } from '../views/command-form.ts';
import { RULE_NEW } from '../views/new-rule-form.ts';
import { clip, md, message, section, time } from '../views/parts.ts';
import { notice, RESPONSE_FORM } from '../views/response.ts';
import { RULE_SAVE, RULE_TUNE } from '../views/rule-form.ts';
import { type Click, type ClickDeps, clicked } from './clicks.ts';
import type { CommandForms } from './command-forms.ts';
import type { Joining } from './joining.ts';
import type { Responding } from './response.ts';
import type { RuleChanges } from './rule-changes.ts';

type Asked = Extract<Inbound, { kind: 'command' }>;

export interface InboxDeps extends ClickDeps {
  readonly responding: Responding;
  readonly joining: Joining;
  /** Somebody looks at the Home tab; Slack names the user alone. */
  readonly home: (user: string) => Promise<void>;
  readonly rules: RuleChanges;
  readonly forms: Pick<CommandForms, 'take'>;
  /** The bot was invited to a channel. */
  readonly welcome: (channel: string) => Promise<void>;
  /** Slack took the app or its token away: nothing more can be said in Slack. */
  readonly revoked?: (event: string) => void;
}

/** A response_url lives 30 min (facts/slack §3): an older question can no longer be answered. */
const ANSWERABLE_MS = 30 * 60_000;

export interface InboxPipeline {
  readonly inbox: Inbox;
  /** Carries out what was acknowledged before a stop or a crash and not finished. */
  resume(): Promise<void>;
}

/** Where everything people do in Slack arrives: what is unknown or no longer valid is explained, never ignored. */
export const createInbox = (deps: InboxDeps): InboxPipeline => {
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
        if (inbound.callbackId === RESPONSE_FORM) return deps.responding.submit(sentOf(inbound));
        if (inbound.callbackId === ALONE_FORM) return deps.responding.alone.submit(sentOf(inbound));
        if (inbound.callbackId === RULE_TUNE) return deps.rules.fill(sentOf(inbound));
        if (inbound.callbackId === RULE_NEW) return deps.rules.write(sentOf(inbound));
        if (inbound.callbackId === RULE_SAVE) return deps.rules.save(sentOf(inbound));
        if (inbound.callbackId === COMMAND_FORM) {
          const taken = deps.forms.take(inbound);
          return 'asked' in taken ? durably(taken.asked) : taken.handling;
        }
        return {
          ack: {
            update: notice({ title: 'Unknown' }, 'form', [
              md`I don't know this form any more. Nothing was done.`,
            ]),
          },
        };
      case 'shortcut':
        return inbound.callbackId === HOSTS_SHORTCUT ? durably(hostsIn(inbound)) : {};
      case 'event':
        if (isRevocation(inbound)) deps.revoked?.(inbound.type);
        if (GROUP_EVENTS.includes(inbound.type)) return { work: deps.joining.look };
        if (inbound.type === 'member_joined_channel' && inbound.self)
          return { work: () => deps.welcome(text(inbound.body['channel']) ?? '') };
        return looksHome(inbound) ? { work: () => deps.home(text(inbound.body['user']) ?? '') } : {};
      default:
        return inbound satisfies never;
    }
  };

/** The question a shortcut asks: only words that may name a host are taken over, never an option. */
const hostsIn = ({
  id,
  person,
  channel,
  message,
  triggerId,
  responseUrl,
}: Extract<Inbound, { kind: 'shortcut' }>): Asked => ({
  kind: 'command',
  id,
  person,
  channel,
  text: ['find', ...hostWords(message.text), '--message', message.ts].join(' '),
  triggerId,
  responseUrl,
});

/** A user group changed hands: the time of who joined begins now. */
const GROUP_EVENTS: readonly string[] = ['subteam_members_changed', 'subteam_updated'];

/** `tokens_revoked` names user and bot tokens apart; only the bot's own matters. */
const isRevocation = ({ type, body }: Extract<Inbound, { kind: 'event' }>): boolean =>
  type === 'app_uninstalled' || (type === 'tokens_revoked' && list(dict(body['tokens'])['bot']).length > 0);

const sentOf = ({
  privateMetadata: draft,
  person,
  viewId,
  values,
}: Extract<Inbound, { kind: 'submission' }>) => ({ draft, person, viewId, values });

/** The same event says that somebody opened the tab of messages. */
const looksHome = ({ type, body }: Extract<Inbound, { kind: 'event' }>): boolean =>
  type === 'app_home_opened' && body['tab'] === 'home';
