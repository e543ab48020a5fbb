import { request } from 'node:http';
import { expect, test } from 'vitest';
import { bench } from './support.ts';

const SOC = 'C0SOC0001';

test.each<[string, string, string, string]>([
  ['an unknown bot token', 'auth.test', 'xoxb-other', 'invalid_auth'],
  ['an app token for a bot method', 'chat.postMessage', 'xapp-sim', 'not_allowed_token_type'],
  ['a bot token for a connection', 'apps.connections.open', 'xoxb-sim', 'not_allowed_token_type'],
  ['an unknown app token', 'apps.connections.open', 'xapp-other', 'invalid_auth'],
  ['no token', 'apps.connections.open', '', 'not_authed'],
])('%s is refused', async (_what, method, token, error) => {
  const b = await bench();
  expect(await b.api(method, { channel: SOC, text: 'x' }, token)).toEqual({ ok: false, error });
});

test.each<[string, Record<string, unknown>, string]>([
  ['chat.postMessage', { channel: SOC, text: 'x' }, 'chat:write'],
  ['conversations.history', { channel: SOC }, 'channels:history'],
  ['conversations.history', { channel: 'C0PCEADM1' }, 'groups:history'],
  ['conversations.info', { channel: 'C0PCEADM1' }, 'groups:read'],
  ['usergroups.users.list', { usergroup: 'S0SECOPS1' }, 'usergroups:read'],
  ['users.lookupByEmail', { email: 'maya@example.com' }, 'users:read.email'],
  ['files.getUploadURLExternal', { filename: 'a.csv', length: 1 }, 'files:write'],
])('%s of %o without %s is refused with needed and provided', async (method, args, needed) => {
  const b = await bench();
  await b.sim.control.scopes({ scopes: ['commands'] });
  const { body, headers } = await b.call(method, args);
  expect(body).toEqual({ ok: false, error: 'missing_scope', needed, provided: 'commands' });
  expect(headers.get('x-oauth-scopes')).toBe('commands');
});

test('conversations.open needs the optional im:write, posting to a person does not', async () => {
  const b = await bench();
  expect(await b.api('conversations.open', { users: 'U0MAYA001' })).toMatchObject({
    error: 'missing_scope',
    needed: 'im:write',
  });
  await b.sim.control.scopes({ scopes: ['im:write', 'chat:write'] });
  const opened = await b.api('conversations.open', { users: 'U0MAYA001' });
  const posted = await b.api('chat.postMessage', { channel: 'U0MAYA001', text: 'x' });
  expect(posted.channel).toBe(opened.channel.id);
});

test('a JSON body is as good as a form', async () => {
  const b = await bench();
  const response = await fetch(`${b.sim.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb-sim', 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ channel: SOC, text: 'x', blocks: [{ type: 'divider' }] }),
  });
  expect(await response.json()).toMatchObject({ ok: true, channel: SOC });
});

test.each([
  ['a foreign Host', { host: 'evil.example.com' }, 403],
  ['the page of another site', { origin: 'https://evil.example.com' }, 403],
  ['its own page', { origin: 'http://localhost:8080' }, 200],
])('a request from %s answers %s with %i', async (_what, headers, status) => {
  const b = await bench();
  const answered = await new Promise<number>((resolve, reject) => {
    const ask = request(`${b.sim.url}/_sim/state`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    ask.on('error', reject).end();
  });
  expect(answered).toBe(status);
});

test.each(['/../package.json', '/..%2fpackage.json', '/nothing.html', '/deep/index.html', '/demo'])(
  'the page serves nothing for %s',
  async (path) => {
    const b = await bench();
    const response = await fetch(`${b.sim.url}${path}`);
    expect(response.status).toBe(404);
    expect(await response.text()).toMatch(/^There is no .*\n$/);
  },
);
