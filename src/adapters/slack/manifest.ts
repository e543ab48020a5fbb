import type { AppsManifestCreateArguments } from '@slack/web-api';
import { HOSTS_SHORTCUT } from '../../core/shortcut.ts';

/** Typed by Slack's own closed unions of scopes and events; unknown top-level keys would pass, so the test names them. */
export type Manifest = AppsManifestCreateArguments['manifest'];
type Scopes = NonNullable<NonNullable<NonNullable<Manifest['oauth_config']>['scopes']>['bot']>;
type Events = NonNullable<
  NonNullable<NonNullable<Manifest['settings']>['event_subscriptions']>['bot_events']
>;

/** Where Slack sends everything in HTTP mode. */
export const ENDPOINT = '/slack/events';

/** What the bot may do, least first, and why; without an optional one it works with what `without` says. */
export const SCOPES = [
  { scope: 'chat:write', why: 'post alerts and edit them, in channels it was invited to' },
  { scope: 'commands', why: 'the /illumio command and the shortcut on messages' },
  { scope: 'files:write', why: 'long host lists and charts as files in the thread' },
  {
    scope: 'files:read',
    why: 'after a lost answer, look whether a file already stands in the thread',
    without: 'such a file is shown again, marked as a possible repeat',
  },
  {
    scope: 'im:write',
    why: 'send lists and charts of a private answer by direct message (--files)',
    without: '--files says that it cannot; shared answers keep theirs',
  },
  {
    scope: 'app_mentions:read',
    why: 'answer who names the bot in a thread, where /illumio does not work',
    without: 'the bot is not heard in threads; /illumio works outside them',
  },
  { scope: 'users:read', why: 'tell full members from guests, bots and outsiders before anything is done' },
  {
    scope: 'users:read.email',
    why: 'two accounts with the same confirmed address are one person when a second one must agree',
    without: 'two accounts of one person count as two people',
  },
  { scope: 'usergroups:read', why: 'roles given to a user group' },
  { scope: 'channels:read', why: 'see whether a channel is shared with another organisation, or archived' },
  { scope: 'groups:read', why: 'the same for private channels' },
  {
    scope: 'channels:history',
    why: 'after a lost answer, look whether the alert already stands in the channel',
    without: 'such an alert is sent again, marked as a possible repeat',
  },
  {
    scope: 'groups:history',
    why: 'the same for private channels',
    without: 'such an alert is sent again, marked as a possible repeat',
  },
] as const satisfies readonly { scope: Scopes[number]; why: string; without?: string }[];

/** What Slack tells the bot unasked, and why. Only a message that names the bot carries what people write. */
export const EVENTS = [
  {
    event: 'app_home_opened',
    why: 'somebody looks at the Home tab: the alert rules are shown as they are now',
  },
  { event: 'app_mention', why: 'somebody asks in a thread: the words after the name are a command' },
  {
    event: 'member_joined_channel',
    why: 'it was invited: the channel may be used again, and it says what it is for',
  },
  { event: 'subteam_members_changed', why: 'a role given to a group has changed hands' },
  { event: 'subteam_updated', why: 'such a group was disabled' },
  { event: 'user_change', why: 'somebody became a guest or was deactivated' },
  { event: 'channel_shared', why: 'no alert goes to a channel shared with another organisation' },
  { event: 'channel_id_changed', why: 'a channel was converted' },
  { event: 'app_uninstalled', why: 'say so in the log before everything fails' },
  { event: 'tokens_revoked', why: 'the same' },
] as const satisfies readonly { event: Events[number]; why: string }[];

/**
 * The Slack app (docs.slack.dev/reference/app-manifest). Socket Mode without `http`; with it, the public https address at which
 * `POST …/slack/events` reaches the bot.
 */
export const manifest = (options: { readonly http?: string } = {}): Manifest => {
  const url = options.http === undefined ? undefined : endpointOf(options.http);
  return {
    _metadata: { major_version: 1, minor_version: 1 },
    display_information: {
      name: 'Illumio ChatOps',
      description: 'Alerts, answers and reversible quarantine for Illumio Core',
      long_description:
        'Tells a channel what the Illumio Policy Compute Engine sees: tampering, offline and suspended agents, provisioned ' +
        'policy, changed labels, the health of the PCE. Answers questions about workloads and traffic, and quarantines a workload after a person with the right to do so ' +
        'has confirmed it; every quarantine remembers what it replaced and can be released. It reads a channel only to see whether ' +
        'an alert of its own already stands there.',
      background_color: '#2a2f3a',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
      bot_user: { display_name: 'illumio', always_online: true },
      slash_commands: [
        {
          command: '/illumio',
          description: 'Ask about alerts, workloads and traffic; respond',
          usage_hint: 'help | status | alerts | workload web-01 | top …',
          // Names stay as typed: ids come from Slack's own fields, never from the text (facts/slack §4).
          should_escape: false,
          ...(url === undefined ? {} : { url }),
        },
      ],
      shortcuts: [
        {
          name: 'Act on hosts here',
          type: 'message',
          callback_id: HOSTS_SHORTCUT,
          description: 'Hosts named in this message: card, investigation, quarantine',
        },
      ],
    },
    oauth_config: {
      scopes: {
        bot: SCOPES.filter((one) => !('without' in one)).map((one) => one.scope),
        bot_optional: SCOPES.filter((one) => 'without' in one).map((one) => one.scope),
      },
    },
    settings: {
      event_subscriptions: {
        ...(url === undefined ? {} : { request_url: url }),
        bot_events: EVENTS.map((one) => one.event),
      },
      interactivity: {
        is_enabled: true,
        // The choices of lists in forms are asked for at an address of their own; Socket Mode needs none (facts/slack §2, §6).
        ...(url === undefined ? {} : { request_url: url, message_menu_options_url: url }),
      },
      org_deploy_enabled: false,
      socket_mode_enabled: url === undefined,
      token_rotation_enabled: false,
    },
  };
};

const endpointOf = (http: string): string => {
  const base = http.replace(/\/+$/, '');
  return base.endsWith(ENDPOINT) ? base : `${base}${ENDPOINT}`;
};
