import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalog } from '../../src/cli/catalog.ts';
import { configSchema } from '../../src/config/json-schema.ts';
import { configHash } from '../../src/config/parse.ts';
import { ConfigFile } from '../../src/config/schema.ts';
import { rules } from '../../src/rules/index.ts';
import { deps, valid } from '../support/config.ts';

const root = new URL('../../', import.meta.url);
const example = readFileSync(new URL('config.example.yml', root), 'utf8');

/** Every variable the example names, with a value of the right kind. */
const env = Object.fromEntries(
  [...example.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name = '']) => [
    name,
    name.includes('BOT_TOKEN') ? 'xoxb-1' : name.includes('APP_TOKEN') ? 'xapp-1' : 'x',
  ]),
);
const real = { ...deps({ env }), catalog };

describe('config.example.yml', () => {
  it('is valid, and warns of nothing but that it names no output', () => {
    expect(valid(example, real).warnings.map(({ path }) => path)).toEqual(['outputs']);
  });

  it('shows every setting there is, in use or as a comment', () => {
    const settings = keysOf(z.toJSONSchema(ConfigFile, { io: 'input' }));
    expect(settings.length).toBeGreaterThan(60);
    expect(settings.filter((key) => !new RegExp(`(^|[^\\w])${key}:`, 'm').test(example))).toEqual([]);
  });

  it('shows the defaults it says are defaults', () => {
    const cut = (text: string): string => text.replace(/^(protected|poll|log):.*\n((?: .*\n)*)/gm, '');
    const { settings } = valid(example, real);
    const { protected: guarded, poll, log } = valid(cut(example), real).settings;
    expect({ guarded, poll, log }).toEqual({
      guarded: settings.protected,
      poll: settings.poll,
      log: settings.log,
    });
  });
});

describe('config.schema.json', () => {
  it('is what the code says (write it anew with `npm run -s schema`)', () => {
    const file: unknown = JSON.parse(readFileSync(new URL('config.schema.json', root), 'utf8'));
    expect(file).toEqual(JSON.parse(JSON.stringify(configSchema({ rules }))));
  });

  it('knows every rule and no other', () => {
    const { properties } = configSchema({ rules }) as { properties: { rules: { properties: object } } };
    expect(Object.keys(properties.rules.properties)).toEqual(rules.map(({ id }) => id));
  });
});

it('a configuration is known by the hash of its text', () => {
  expect(configHash('a: 1', (text) => `sha of ${text}`)).toBe('sha of a: 1');
});

/** Names of all settings in a JSON Schema, without those that are not available yet. */
const keysOf = (schema: unknown): string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, items } = schema as {
    properties?: Record<string, { description?: string }>;
    items?: unknown;
  };
  const own = Object.entries(properties).filter(
    ([, { description = '' }]) => !description.startsWith('Not available'),
  );
  return [...own.map(([key]) => key), ...own.flatMap(([, inner]) => keysOf(inner)), ...keysOf(items)];
};
