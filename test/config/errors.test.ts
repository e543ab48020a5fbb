import { describe, expect, it } from 'vitest';
import { brief, deps, errorsIn, MINIMAL } from '../support/config.ts';

/** [what the operator did, the line appended to a valid file (it becomes line 5), the error without its line, the way out] */
const APPENDED: readonly (readonly [string, string, string, RegExp])[] = [
  ['a mistyped setting', 'shere_channels: []', 'shere_channels is not a setting', /share_channels\?/],
  ['an unknown setting without a near name', 'wibble: 1', 'wibble is not a setting', /config\.example\.yml/],
  ['a channel by name', "admin_channel: '#soc'", 'admin_channel must be a channel id, not a name', /details/],
  [
    'a channel that is no id',
    'admin_channel: D0123ABCD',
    'admin_channel must be a Slack channel id',
    /begins with C/,
  ],
  [
    'a number where a duration belongs',
    'poll: {events: 30}',
    'poll.events must be a duration or a cron expression',
    /30s, 15m/,
  ],
  [
    'a duration without a unit',
    'poll: {sweep: "10"}',
    'poll.sweep must be a duration or a cron expression',
    /unit/,
  ],
  [
    'a cron minute that no hour has',
    'poll: {health: "61 * * * *"}',
    'poll.health must be a duration or a cron expression',
    /\*\/5/,
  ],
  ['a mistyped section key', 'poll: {event: 30s}', 'poll.event is not a setting', /did you mean events\?/],
  [
    'a level that is none',
    'log: {level: inof}',
    'log.level must be one of debug, info, warn, error',
    /did you mean info\?/,
  ],
  [
    'a list where text belongs',
    'admin_channel: [C0ALERTS01]',
    'admin_channel must be a Slack channel id',
    /begins with C/,
  ],
  ['text where a list belongs', 'never: dc1', 'never must be a list', /\[one, two\]/],
  ['a list where a section belongs', 'roles: []', 'roles must be a section', /indented/],
  [
    'a selector that is a sentence',
    'watch: ["env=prod and app=x"]',
    'watch[0] must be a label selector',
    /space means and/,
  ],
  ['a selector without a value', 'high_value: [env=]', 'high_value[0] must be a label selector', /env=prod/],
  ['a selector with two equals signs', 'watch: [env==prod]', 'watch[0] must be a label selector', /env=prod/],
  [
    'a host that is no host',
    'never: ["a b"]',
    'never[0] must be a host name, an address or a label selector',
    /192\.0\.2/,
  ],
  ['probes without a port', 'http: {}', 'http.port is missing', /without quotes/],
  [
    'a port that is none',
    'http: {port: 0}',
    'http.port must be a whole number from 1 to 65535',
    /without quotes/,
  ],
  [
    'a ping that anybody could read on its way',
    'http: {port: 9464, ping: "http://hc.example.com/1"}',
    'http.ping must use https',
    /this machine alone/,
  ],
  ['a route without a channel', 'routes: [{match: {}}]', 'routes[0].channel is missing', /begins with C/],
  [
    'a route to an unknown rule',
    'routes: [{match: {rule: [csfr]}, channel: C0ALERTS01}]',
    'routes[0].match.rule[0] names "csfr", which is no rule',
    /did you mean csrf\?/,
  ],
  [
    'a route to an unknown PCE',
    'routes: [{match: {pce: eats}, channel: C0ALERTS01}]',
    'routes[0].match.pce names "eats", which is no PCE of this file',
    /east/,
  ],
  [
    'a severity without its plus',
    'routes: [{match: {severity: error}, channel: C0ALERTS01}]',
    'routes[0].match.severity must be a severity with a plus',
    /write error\+/,
  ],
  [
    'a mention by name',
    'routes: [{notify: {critical: "@here"}, channel: C0ALERTS01}]',
    'routes[0].notify.critical must be a user group id or a member id',
    /S0123ABCD/,
  ],
  [
    'a mention for no severity',
    'routes: [{notify: {fatal: S0ONCALL1}, channel: C0ALERTS01}]',
    'routes[0].notify.fatal is not a setting',
    /critical/,
  ],
  [
    'a group of approvers',
    'roles: {approver: [S0ONCALL1]}',
    'roles.approver[0] must be a person, not a group',
    /who edits the group/,
  ],
  [
    'a person without a team',
    'roles: {admin: [U0MAYA001]}',
    'roles.admin[0] must be a person',
    /T0123ABCD\/U/,
  ],
  [
    'a grant to nobody',
    'roles: {analyst: [{members: []}]}',
    'roles.analyst[0].members needs at least 1 entry',
    /^$/,
  ],
  [
    'an unknown action',
    'roles: {analyst: [{members: [S0ONCALL1], actions: [quarantin]}]}',
    'roles.analyst[0].actions[0] names "quarantin", which is no action',
    /did you mean quarantine\?/,
  ],
  [
    'a strategy that is none',
    'quarantine: {strategy: block}',
    'quarantine.strategy must be one of deny, replace',
    /deny, replace/,
  ],
  [
    'quarantine without a strategy',
    'quarantine: {labels: {Quarantine: Severe}}',
    'quarantine.strategy is missing',
    /deny, replace/,
  ],
  [
    'strategy deny on a label hosts carry',
    'quarantine: {strategy: deny, labels: {env: jail}}',
    'quarantine.labels.env is a label hosts carry already',
    /key of its own/,
  ],
  [
    'strategy replace with one label',
    'quarantine: {strategy: replace, labels: {app: jail}}',
    'quarantine.labels lacks env, loc',
    /app, env and loc/,
  ],
  [
    'an unknown rule',
    'rules: {ven-ofline: {}}',
    'rules.ven-ofline is not a rule',
    /did you mean ven-offline\?/,
  ],
  [
    'a rule that is switched by a word',
    'rules: {csrf: off}',
    'rules.csrf must be a section',
    /enabled: false/,
  ],
  [
    'a rule enabled by yes',
    'rules: {csrf: {enabled: yes}}',
    'rules.csrf.enabled must be true or false',
    /true or false/,
  ],
  [
    'a severity that is none',
    'rules: {csrf: {severity: eror}}',
    'rules.csrf.severity must be one of info, warning, error, critical',
    /did you mean error\?/,
  ],
  [
    'a runbook that is no link',
    'rules: {csrf: {runbook: wiki/csrf}}',
    'rules.csrf.runbook must be a link that begins with https://',
    /https:\/\/wiki/,
  ],
  [
    'a mistyped option',
    'rules: {ven-offline: {host: 3}}',
    'rules.ven-offline.host is not an option of this rule',
    /did you mean hosts\?/,
  ],
  [
    'an option of a rule without any',
    'rules: {csrf: {hosts: 3}}',
    'rules.csrf.hosts is not an option of this rule',
    /enabled, severity/,
  ],
  [
    'an option that is too small',
    'rules: {ven-offline: {hosts: 2}}',
    'rules.ven-offline.hosts must be at least 5',
    /^$/,
  ],
  [
    'an option that is too large',
    'rules: {ven-offline: {hosts: 200}}',
    'rules.ven-offline.hosts must be at most 99',
    /^$/,
  ],
  [
    'an option of another type',
    'rules: {ven-offline: {hosts: many}}',
    'rules.ven-offline.hosts must be a number',
    /without quotes/,
  ],
  [
    'an option outside its words',
    'rules: {ven-offline: {floor: info}}',
    'rules.ven-offline.floor must be one of warning, error',
    /one of them/,
  ],
  [
    'an option with an empty list',
    'rules: {ven-offline: {classes: []}}',
    'rules.ven-offline.classes needs at least 1 entry',
    /^$/,
  ],
  ['a setting written twice', 'default_channel: C0OTHER001', 'default_channel appears twice', /keep one/],
];

describe('one wrong line in a valid file is one error at that line, with the way out', () => {
  it.each(APPENDED)('%s: %s', (_, line, expected, hint) => {
    const errors = errorsIn(`${MINIMAL}${line}\n`);
    expect(errors.map(brief)).toEqual([`5 ${expected}`]);
    expect(errors[0]?.hint).toMatch(hint);
    expect(errors[0]?.file).toBe('config.yml');
  });
});

const pce = (differs: string): string =>
  MINIMAL.replace(
    /^pces:.*$/m,
    `pces: [{name: east, url: "https://pce.example.com", key: api_1, secret: hush, ${differs}}]`,
  );
const url = (text: string): string => MINIMAL.replace('https://pce.example.com:8443', text);
const slack = (text: string): string => MINIMAL.replace(/^slack:.*$/m, `slack: {${text}}`);

/** [what the operator did, the file, every error in it] */
const FILES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'an empty file lacks what has no default',
    '',
    ['1 pces is missing', '1 slack is missing', '1 default_channel is missing'],
  ],
  ['a list is no configuration', '- 1\n', ['1  The file must be a section.']],
  ['no PCE', MINIMAL.replace(/^pces:.*$/m, 'pces: []'), ['1 pces needs at least 1 entry']],
  ['a PCE key that is misspelt', pce('orgg: 2'), ['1 pces[0].orgg is not a setting']],
  [
    'an organisation that is no number',
    pce('org: one'),
    ['1 pces[0].org must be a whole number from 1 to 9007199254740991'],
  ],
  ['a write key without its secret', pce('write_key: api_2'), ['1 pces[0].write_secret is missing']],
  ['a traffic secret without its key', pce('traffic_secret: s'), ['1 pces[0].traffic_key is missing']],
  ['a date no month has', pce('expires: 2026-02-30'), ['1 pces[0].expires must be a date']],
  ['a date the other way round', pce('expires: 31.12.2026'), ['1 pces[0].expires must be a date']],
  [
    'a certificate that is not there',
    pce('ca_file: ca.pem'),
    ['1 pces[0].ca_file names a file that cannot be read'],
  ],
  ['plain http to another machine', url('http://pce.example.com'), ['1 pces[0].url must use https']],
  ['a loopback look-alike', url('http://127.0.0.1.example.com'), ['1 pces[0].url must use https']],
  [
    'a password in the address',
    url('https://u:p@pce.example.com'),
    ['1 pces[0].url must not hold a user or a password'],
  ],
  ['another protocol', url('ftp://pce.example.com'), ['1 pces[0].url must be an https address']],
  ['no address at all', url('pce.example.com'), ['1 pces[0].url must be an https address']],
  [
    'a question mark in the address',
    url('https://pce.example.com/?a=b'),
    ['1 pces[0].url must end after the path'],
  ],
  [
    'Slack over plain http',
    slack('bot_token: xoxb-1, app_token: xapp-1, team: T0SIM0001, api_url: "http://slack.com/api/"'),
    ['2 slack.api_url must use https'],
  ],
  [
    'a team by name',
    slack('bot_token: xoxb-1, app_token: xapp-1, team: acme'),
    ['2 slack.team must be a Slack team id'],
  ],
  [
    'socket mode without its token',
    slack('bot_token: xoxb-1, team: T0SIM0001'),
    ['2 slack.app_token is missing'],
  ],
  [
    'http mode without secret and port',
    slack('mode: http, bot_token: xoxb-1, team: T0SIM0001'),
    ['2 slack.signing_secret is missing', '2 slack.port is missing'],
  ],
  [
    'one port for Slack and for probes',
    `${slack('mode: http, bot_token: xoxb-1, signing_secret: hush, port: 3000, team: T0SIM0001')}http: {port: 3000}\n`,
    ['5 http.port is slack.port as well'],
  ],
  [
    'a colon without its space',
    slack('bot_token:xoxb-1, app_token: xapp-1, team: T0SIM0001'),
    ['2 slack.bot_token needs a space after its colon', '2 slack.bot_token is missing'],
  ],
  [
    'two PCEs of one name',
    MINIMAL.replace('}]', '}, {name: east, url: "https://w.example.com", key: a, secret: b}]'),
    ['1 pces[1].name is already the name of pces[0]'],
  ],
  [
    'responders without a place to announce',
    `${MINIMAL}roles:\n  responder:\n    - members: [S0ONCALL1]\n`,
    ['1 announce_channel is missing'],
  ],
  ['a tab', `${MINIMAL}log:\n\tlevel: info\n`, ['6  This is not valid YAML.']],
  ['a bracket that is not closed', `${MINIMAL}never: [a\n`, ['6  This is not valid YAML.']],
  ['an alias', `${MINIMAL}never: &x [a]\nwatch: *x\n`, ['6  YAML aliases are not read here.']],
  ['a tag', `${MINIMAL}never: [!!binary aGk=]\n`, ['5  YAML tags are not read here.']],
  ['a second document', `${MINIMAL}---\na: 1\n`, ['5  This is not valid YAML.']],
];

describe('files', () => {
  it.each(FILES)('%s', (_, text, expected) => {
    expect(errorsIn(text).map(brief)).toEqual(expected);
  });

  it('tells every error at once, in the order of the file', () => {
    const text = `pces:
  - name: east
    url: http://pce.example.com
    key: \${NOT_SET}
    secret_file: nowhere
slack:
  bot_tokn: xoxb-1
  app_token: xoxb-1
  team: T0SIM0001
default_channel: alerts
routes:
  - match: {rule: [nope]}
    channel: C0ALERTS01
rules:
  ven-offline:
    enabled: true
    hosts: 1
fallback_chanel: C0BACKUP01
`;
    expect(errorsIn(text).map(brief)).toEqual([
      '3 pces[0].url must use https',
      '4 pces[0].key needs the environment variable NOT_SET, which is not set',
      '5 pces[0].secret_file names a file that cannot be read',
      '6 slack.bot_token is missing',
      '7 slack.bot_tokn is not a setting',
      '8 slack.app_token does not begin with xapp-',
      '10 default_channel must be a Slack channel id',
      '12 routes[0].match.rule[0] names "nope", which is no rule',
      '17 rules.ven-offline.hosts must be at least 5',
      '18 fallback_chanel is not a setting',
    ]);
  });

  it('names the file as the operator did', () => {
    expect(errorsIn('', deps({ file: '/etc/chatops/bot.yml' }))[0]?.file).toBe('/etc/chatops/bot.yml');
  });
});
