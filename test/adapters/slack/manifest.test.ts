import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EVENTS, manifest, SCOPES } from '../../../src/adapters/slack/manifest.ts';
import { verb } from '../../../src/cli/manifest.ts';

const run = async (...args: string[]) => {
  const out: string[] = [];
  const err: string[] = [];
  const edge = {
    env: {},
    cwd: '/',
    signal: new AbortController().signal,
    out: (text: string) => void out.push(`${text}\n`),
    err: (text: string) => void err.push(`${text}\n`),
  };
  return { code: await verb.run(args, edge), out: out.join(''), err: err.join('') };
};

describe('manifest.yml', () => {
  it('is what the code says (npm run -s bot -- manifest > manifest.yml)', async () => {
    const file = await readFile(new URL('../../../manifest.yml', import.meta.url), 'utf8');
    expect(file).toBe((await run()).out);
    expect(parse(file)).toEqual(manifest());
  });
});

describe.each([
  ['Socket Mode', manifest()],
  ['HTTP mode', manifest({ http: 'https://bot.example.com/' })],
])('the app in %s', (_, app) => {
  const { display_information: shown, features, oauth_config: oauth, settings } = app;

  it('has only keys Slack knows', () => {
    const known = ['_metadata', 'display_information', 'features', 'oauth_config', 'settings'];
    expect(Object.keys(app).filter((key) => !known.includes(key))).toEqual([]);
  });

  it.each([
    ['name', shown.name, 35],
    ['description', shown.description, 140],
    ['long description', shown.long_description, 4_000],
    ['bot name', features?.bot_user?.display_name, 80],
    ['command', features?.slash_commands?.[0]?.command, 32],
    ['command description', features?.slash_commands?.[0]?.description, 2_000],
    ['usage hint', features?.slash_commands?.[0]?.usage_hint, 1_000],
  ])('%s "%s" fits %i characters', (_, text, most) => {
    expect(text?.length).toBeGreaterThan(0);
    expect(text?.length).toBeLessThanOrEqual(most);
  });

  it('has a bot name Slack allows and keeps names in commands as typed', () => {
    expect(features?.bot_user?.display_name).toMatch(/^[a-z0-9._-]+$/);
    expect(features?.slash_commands).toMatchObject([{ command: '/illumio', should_escape: false }]);
  });

  it('asks for exactly the scopes and events it says why', () => {
    const asked = [...(oauth?.scopes?.bot ?? []), ...(oauth?.scopes?.bot_optional ?? [])];
    expect(asked.sort()).toEqual(SCOPES.map(({ scope }) => scope).sort());
    expect(settings?.event_subscriptions?.bot_events).toEqual(EVENTS.map(({ event }) => event));
    expect(oauth?.scopes?.user).toBeUndefined();
    expect(asked.filter((scope) => /public|customize|im:(?!write)|join|admin/.test(scope))).toEqual([]);
  });

  it('takes clicks', () => {
    expect(settings?.interactivity?.is_enabled).toBe(true);
  });
});

describe('addresses', () => {
  it.each([
    ['https://bot.example.com', 'https://bot.example.com/slack/events'],
    ['https://bot.example.com/illumio/', 'https://bot.example.com/illumio/slack/events'],
    ['https://bot.example.com/slack/events', 'https://bot.example.com/slack/events'],
  ])('%s becomes %s everywhere', (http, url) => {
    const { features, settings } = manifest({ http });
    expect(features?.slash_commands?.[0]?.url).toBe(url);
    expect(settings?.event_subscriptions?.request_url).toBe(url);
    expect(settings?.interactivity).toMatchObject({ request_url: url, message_menu_options_url: url });
    expect(settings?.socket_mode_enabled).toBe(false);
  });

  it('has none in Socket Mode', () => {
    expect(JSON.stringify(manifest())).not.toContain('url');
    expect(manifest().settings?.socket_mode_enabled).toBe(true);
  });
});

describe('illumio-chatops manifest', () => {
  it('prints YAML for either mode', async () => {
    expect(parse((await run()).out)).toEqual(manifest());
    expect(parse((await run('--http', 'https://bot.example.com')).out)).toEqual(
      manifest({ http: 'https://bot.example.com' }),
    );
  });

  it.each([
    ['http://bot.example.com', 'not encrypted'],
    ['bot.example.com', 'not an address'],
  ])('refuses %s with exit 2: %s', async (http) => {
    const { code, out, err } = await run('--http', http);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('https');
  });

  it('explains itself', async () => {
    expect((await run('--help')).out).toContain('--http URL');
  });
});
