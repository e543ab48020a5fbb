import { describe, expect, it } from 'vitest';
import { problemText } from '../../src/config/problem.ts';
import { brief, deps, errorsIn, MINIMAL, valid } from '../support/config.ts';

const key = (text: string): string => MINIMAL.replace('secret: hush', text);

describe('where a secret may come from', () => {
  it.each([
    ['as it is', 'secret: s3cret', {}, {}],
    ['from the environment', 'secret: "${PCE_SECRET}"', { PCE_SECRET: 's3cret' }, {}],
    ['from a file beside the configuration', 'secret_file: pce.txt', {}, { '/etc/bot/pce.txt': 's3cret\n' }],
    ['from a file anywhere', 'secret_file: /run/secrets/pce', {}, { '/run/secrets/pce': '  s3cret\r\n' }],
  ] as const)('%s', (_, text, env, files) => {
    const { settings } = valid(key(text), deps({ env, files, file: '/etc/bot/config.yml' }));
    expect(settings.pces[0]?.read).toEqual({ key: 'api_1', secret: 's3cret' });
  });

  it('every one of the nine', () => {
    const env = Object.fromEntries(
      ['K', 'S', 'WK', 'WS', 'TK', 'TS', 'SIGN'].map((name) => [name, `of-${name}`]),
    );
    const text = `pces:
  - {name: east, url: "https://pce.example.com", key: "\${K}", secret: "\${S}", write_key: "\${WK}", write_secret: "\${WS}", traffic_key: "\${TK}", traffic_secret: "\${TS}"}
slack: {mode: http, port: 3000, team: T0SIM0001, bot_token: "\${B}", app_token: "\${A}", signing_secret: "\${SIGN}"}
default_channel: C0ALERTS01
`;
    const { settings } = valid(text, deps({ env: { ...env, B: 'xoxe.xoxb-1', A: 'xapp-1' } }));
    expect(settings.pces[0]).toMatchObject({
      read: { key: 'of-K', secret: 'of-S' },
      write: { key: 'of-WK', secret: 'of-WS' },
      traffic: { key: 'of-TK', secret: 'of-TS' },
    });
    expect(settings.slack).toMatchObject({
      botToken: 'xoxe.xoxb-1',
      appToken: 'xapp-1',
      signingSecret: 'of-SIGN',
    });
  });
});

describe('secrets that cannot be had are errors at their line', () => {
  it.each([
    [
      'a variable that is not set',
      'secret: "${NOPE}"',
      '1 pces[0].secret needs the environment variable NOPE, which is not set',
    ],
    [
      'a variable that is empty',
      'secret: "${EMPTY}"',
      '1 pces[0].secret needs the environment variable EMPTY, which is empty',
    ],
    ['text around a variable', 'secret: "x${NOPE}"', '1 pces[0].secret mixes text and a variable'],
    [
      'a file that is not there',
      'secret_file: nope',
      '1 pces[0].secret_file names a file that cannot be read',
    ],
    ['a file with nothing in it', 'secret_file: empty', '1 pces[0].secret_file names an empty file'],
    ['a file with two words', 'secret_file: two', '1 pces[0].secret_file has a space or a line break inside'],
    ['a value and a file', 'secret: a, secret_file: two', '1 pces[0].secret_file stands beside secret'],
    ['nothing at all', 'org: 1', '1 pces[0].secret is missing'],
    ['an empty value', 'secret: ""', '1 pces[0].secret must be text'],
    ['a number', 'secret: 12345', '1 pces[0].secret must be text'],
  ] as const)('%s', (_, text, expected) => {
    const errors = errorsIn(key(text), deps({ env: { EMPTY: '' }, files: { empty: '\n', two: 'a b' } }));
    expect(errors.map(brief)).toEqual([expected]);
  });

  it('tells a bot token from an app token', () => {
    const swapped = MINIMAL.replace('xoxb-1', 'xapp-9').replace('xapp-1', 'xoxb-9');
    expect(errorsIn(swapped).map(brief)).toEqual([
      '2 slack.bot_token does not begin with xoxb-',
      '2 slack.app_token does not begin with xapp-',
    ]);
  });
});

describe('no error repeats a secret, wherever it was put by mistake', () => {
  const CANARY = 'xoxb-123456789012-canary';
  it.each([
    ['as every value', MINIMAL.replace(/(: )([^\s,{}[\]]+)/g, `$1${CANARY}`)],
    [
      'in settings that take names',
      `${MINIMAL}log: {level: ${CANARY}}\nnever: ["${CANARY} x"]\nwatch: [${CANARY}]\nroutes: [{match: {rule: [${CANARY}], pce: ${CANARY}, severity: ${CANARY}}, channel: ${CANARY}}]\nroles: {analyst: [{members: [${CANARY}], actions: [${CANARY}]}]}\n`,
    ],
    ['as a key', `${MINIMAL}${CANARY}: 1\nrules: {${CANARY}: {}}\npoll: {${CANARY}: 1}\n`],
    ['as a file name', key(`secret_file: ${CANARY}, ca_file: ${CANARY}`)],
    ['as a variable', key(`secret: "\${${CANARY}}"`)],
    ['without the space after the colon', `slack: {bot_token:${CANARY}}\n`],
    ['as an alias', key(`secret: *${CANARY}`)],
    ['as a tag', key(`secret: !${CANARY}`)],
    ['in broken YAML', `slack:\n  bot_token:${CANARY}\n app_token: "${CANARY}\n`],
  ])('%s', (_, text) => {
    const errors = errorsIn(text);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.map(problemText).join('\n')).not.toContain('canary');
  });
});
