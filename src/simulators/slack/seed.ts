import type { Channel, Group, User } from './types.ts';

/** The workspace, the app and its credentials: fixed, so that tests and the demo can name them. */
export const APP = {
  team: 'T0SIM0001',
  teamName: 'Simulated Security',
  domain: 'sim-security',
  app: 'A0SIM0001',
  botUser: 'U0BOT0001',
  bot: 'B0BOT0001',
  botName: 'illumio',
  botToken: 'xoxb-sim',
  appToken: 'xapp-sim',
  signingSecret: 'simsecret',
  command: '/illumio',
  /** Message shortcuts the app has, as its manifest names them. */
  shortcuts: [{ name: 'Act on hosts here', callback_id: 'hosts_here' }],
} as const;

export const OTHER_TEAM = 'T0OTHER01';
export const SLACKBOT = 'USLACKBOT';

/** What the bot's token may do at the start: the needed scopes of facts/slack §6, without the optional ones. */
export const SCOPES = [
  'chat:write',
  'commands',
  'files:write',
  'files:read',
  'users:read',
  'users:read.email',
  'usergroups:read',
  'channels:read',
  'groups:read',
  'channels:history',
  'groups:history',
  'reactions:write',
  'app_mentions:read',
] as const;

const person = (id: string, name: string, realName: string, differs: Partial<User> = {}): User => ({
  id,
  name,
  realName,
  homeTeam: APP.team,
  email: `${name}@example.com`,
  deleted: false,
  isBot: false,
  isAdmin: false,
  isRestricted: false,
  isUltraRestricted: false,
  isEmailConfirmed: true,
  ...differs,
});

/** The people: a responder, an analyst, an approver, someone without rights, and those who must be refused. */
export const seedUsers = (): User[] => [
  person('U0MAYA001', 'maya', 'Maya Lind'),
  person('U0JO00001', 'jo', 'Jo Berg'),
  person('U0ANA0001', 'ana', 'Ana Silva'),
  person('U0SAM0001', 'sam', 'Sam Okoro'),
  person('U0OPS0001', 'ops', 'Olu Ops', { isAdmin: true }),
  person('U0GUEST01', 'guest', 'Gus Guest', { isRestricted: true, isUltraRestricted: true }),
  person('U0OTTO001', 'otto', 'Otto Outside', { homeTeam: OTHER_TEAM, email: 'otto@example.net' }),
  person('U0GONE001', 'gone', 'Gone Away', { deleted: true }),
  person('U0CIBOT01', 'ci-bot', 'CI', { isBot: true }),
  person(APP.botUser, APP.botName, 'Illumio ChatOps', { isBot: true }),
];

/** User groups: @secops may respond, @secops-leads approve. */
export const seedGroups = (): Group[] => [
  { id: 'S0SECOPS1', handle: 'secops', name: 'SecOps', users: ['U0MAYA001', 'U0JO00001'], disabled: false },
  { id: 'S0LEADS01', handle: 'secops-leads', name: 'SecOps leads', users: ['U0ANA0001'], disabled: false },
];

const STAFF = ['U0MAYA001', 'U0JO00001', 'U0ANA0001', 'U0SAM0001', 'U0OPS0001'];

const channel = (
  id: string,
  name: string,
  differs: Partial<Channel> & { without?: string[]; with?: string[] },
): Channel => {
  const { without = [], with: more = [], ...rest } = differs;
  const members = [...STAFF, APP.botUser, ...more].filter((user) => !without.includes(user));
  return {
    id,
    name,
    kind: 'public',
    members: new Set(members),
    archived: false,
    extShared: false,
    messages: [],
    ...rest,
  };
};

/** The channels; the bot is in all of them but #random, and #illumio-admin is private. */
export const seedChannels = (): Channel[] => [
  channel('C0SOC0001', 'soc-alerts', { with: ['U0GUEST01'] }),
  channel('C0PCEADM1', 'illumio-admin', { kind: 'private' }),
  channel('C0ANNOUN1', 'security-announce', {}),
  channel('C0FALLBK1', 'illumio-fallback', {}),
  channel('C0GENERAL', 'general', {}),
  channel('C0SHARED1', 'shared-vendor', { extShared: true, with: ['U0OTTO001'] }),
  channel('C0NOTMEM1', 'random', { without: [APP.botUser] }),
  channel('C0ARCHIV1', 'old-incidents', { archived: true }),
];
