import type { Person } from '../../core/alert.ts';
import { type Dict, dict, list, text } from '../../core/foreign.ts';
import type { Inbound, Typing } from '../../core/ports.ts';
import { type Identity, wroteIt } from './identity.ts';
import { askedOf, saidIn } from './typed.ts';

/** A payload as we understand it, or why it is not for us; undefined for kinds we only acknowledge (closed views, …). */
export type Read =
  | { readonly inbound: Inbound }
  | { readonly typing: Typing }
  | { readonly foreign: string }
  | undefined;

/**
 * Reads what Slack sent. Shapes: fixtures/slack/app-backend, events; docs.slack.dev/interactivity. Anything absent reads as empty,
 * and an id or text is only a claim.
 */
export const readPayload = (body: Dict, us: Identity): Read => {
  const why = foreign(body, us);
  if (why !== undefined) return { foreign: why };
  if (body['command'] !== undefined) return { inbound: command(body) };
  if (body['event'] !== undefined) return happened(body, us);
  switch (body['type']) {
    case 'block_actions':
      return { inbound: click(body, us) };
    case 'view_submission':
      return { inbound: submission(body) };
    case 'message_action':
      return { inbound: shortcut(body) };
    case 'block_suggestion':
      return { typing: typing(body) };
    default:
      return undefined;
  }
};

/**
 * `team` is the workspace the payload belongs to, `user.team_id` the person's own (facts/slack §5.2). Only the first is judged
 * here: an outsider's click in a shared channel goes on with his team, so that he is told and it is audited.
 */
const foreign = (body: Dict, us: Identity): string | undefined => {
  const app = text(body['api_app_id']);
  if (us.app !== undefined && app !== undefined && app !== us.app) return 'another app';
  const installed = list(body['authorizations']).map((one) => text(dict(one)['team_id']));
  const team = text(dict(body['team'])['id']) ?? text(body['team_id']);
  if (installed.length > 0 ? !installed.includes(us.team) : team !== undefined && team !== us.team) {
    return 'another workspace';
  }
  const enterprise = text(dict(body['enterprise'])['id']) ?? text(body['enterprise_id']);
  return enterprise !== undefined && enterprise !== us.enterprise ? 'another enterprise' : undefined;
};

const command = (body: Dict): Inbound => ({
  kind: 'command',
  id: text(body['trigger_id']) ?? '',
  person: { team: text(body['team_id']) ?? '', user: text(body['user_id']) ?? '' },
  channel: text(body['channel_id']) ?? '',
  text: string(body['text']).trim(),
  triggerId: text(body['trigger_id']) ?? '',
  responseUrl: text(body['response_url']) ?? '',
});

const happened = (body: Dict, us: Identity): Read => {
  const inner = dict(body['event']);
  const id = text(body['event_id']) ?? '';
  const type = text(inner['type']) ?? '';
  if (type === 'app_mention') return mention(body, inner, id, us);
  return { inbound: { kind: 'event', id, type, self: inner['user'] === us.user, body: inner } };
};

/**
 * A message that names the bot is a command, because slash commands do not work in threads (facts/slack §5). What other apps write is
 * none: two bots must not talk to each other.
 */
const mention = (body: Dict, inner: Dict, id: string, us: Identity): Read => {
  const [user, ts] = [text(inner['user']), text(inner['ts'])];
  if (user === undefined || ts === undefined || inner['bot_id'] !== undefined) return undefined;
  const thread = text(inner['thread_ts']);
  return {
    inbound: {
      kind: 'command',
      id,
      person: { team: text(inner['user_team']) ?? text(inner['team']) ?? text(body['team_id']) ?? '', user },
      channel: text(inner['channel']) ?? '',
      ...(thread === undefined ? {} : { thread }),
      text: askedOf(us.user, string(inner['text'])),
      triggerId: '',
      responseUrl: '',
    },
  };
};

/** fixtures/slack/app-backend/MessageShortcutPayload.json */
const shortcut = (body: Dict): Inbound => {
  const message = dict(body['message']);
  return {
    kind: 'shortcut',
    id: text(body['trigger_id']) ?? '',
    person: personOf(body),
    channel: text(dict(body['channel'])['id']) ?? '',
    callbackId: text(body['callback_id']) ?? '',
    message: {
      ts: text(body['message_ts']) ?? text(message['ts']) ?? '',
      thread: text(message['thread_ts']) ?? null,
      text: saidIn(message),
    },
    triggerId: text(body['trigger_id']) ?? '',
    responseUrl: text(body['response_url']) ?? '',
  };
};

const click = (body: Dict, us: Identity): Inbound => {
  const action = dict(list(body['actions'])[0]);
  return {
    kind: 'click',
    id: text(body['trigger_id']) ?? '',
    person: personOf(body),
    channel: text(dict(body['channel'])['id']) ?? text(dict(body['container'])['channel_id']) ?? null,
    message: messageOf(body, us),
    viewId: text(dict(body['view'])['id']) ?? null,
    action: text(action['action_id']) ?? '',
    value: entered(action),
    triggerId: text(body['trigger_id']) ?? '',
    responseUrl: text(body['response_url']) ?? null,
  };
};

/** Ephemeral messages come without their content, but Slack routes clicks in them only to the app that posted them. */
const messageOf = (body: Dict, us: Identity) => {
  const [container, message] = [dict(body['container']), dict(body['message'])];
  const ts = text(message['ts']) ?? text(container['message_ts']);
  if (ts === undefined) return null;
  const thread = text(message['thread_ts']) ?? text(container['thread_ts']) ?? null;
  return { ts, thread, ours: wroteIt(us, message) || container['is_ephemeral'] === true };
};

/** docs.slack.dev/reference/interaction-payloads/block_suggestion; `value` is what was typed so far. */
const typing = (body: Dict): Typing => {
  const view = dict(body['view']);
  return {
    person: personOf(body),
    callbackId: string(view['callback_id']),
    privateMetadata: string(view['private_metadata']),
    action: string(body['action_id']),
    typed: string(body['value']),
  };
};

const submission = (body: Dict): Inbound => {
  const view = dict(body['view']);
  return {
    kind: 'submission',
    id: text(body['trigger_id']) ?? `${string(view['id'])}:${string(view['hash'])}`,
    person: personOf(body),
    triggerId: text(body['trigger_id']) ?? '',
    viewId: string(view['id']),
    callbackId: string(view['callback_id']),
    privateMetadata: string(view['private_metadata']),
    values: Object.fromEntries(
      Object.values(dict(dict(view['state'])['values'])).flatMap((block) =>
        Object.entries(dict(block)).map(([action, entry]) => [action, entered(dict(entry))]),
      ),
    ),
  };
};

const personOf = (body: Dict): Person => {
  const user = dict(body['user']);
  return {
    team: text(user['team_id']) ?? text(dict(body['team'])['id']) ?? '',
    user: text(user['id']) ?? '',
  };
};

/** What was pressed, chosen or typed; several choices are joined by commas. '' when nothing was. */
const entered = (entry: Dict): string => {
  const options = list(entry['selected_options']).map((option) => string(dict(option)['value']));
  const several = ['selected_users', 'selected_channels', 'selected_conversations'].flatMap((key) =>
    list(entry[key]),
  );
  const one = [
    entry['value'],
    dict(entry['selected_option'])['value'],
    entry['selected_user'],
    entry['selected_channel'],
    entry['selected_conversation'],
    entry['selected_date'],
    entry['selected_time'],
    entry['selected_date_time'],
  ].find((value) => value !== undefined && value !== null);
  return one === undefined ? [...options, ...several].map(string).join(',') : string(one);
};

/** The text as it is: unlike `text`, a person's own "FILTERED" stays. */
const string = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
