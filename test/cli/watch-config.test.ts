import { expect, it } from 'vitest';
import { createReloading } from '../../src/cli/watch-config.ts';
import { parseConfig } from '../../src/config/parse.ts';
import type { Log } from '../../src/core/ports.ts';
import { deps, MINIMAL } from '../support/config.ts';

const nothing = (): void => {};
const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

it('fault 26: a broken file is refused aloud and once, the next right one is taken', async () => {
  let content = MINIMAL;
  const said: string[] = [];
  const errors: unknown[] = [];
  const look = createReloading({
    load: () => ({ ...parseConfig(content, deps()), hash: content }),
    hash: content,
    log: { ...silent, error: (about) => errors.push(about) },
    bot: {
      reload: async (settings) => {
        said.push(`took ${settings.highValue}`);
        return [];
      },
      refuseReload: async (first, count) => {
        said.push(`refused ${count}: ${first}`);
      },
    },
  });
  await look();
  expect(said).toEqual([]);
  content = `${MINIMAL}high_value: [prod]\n`;
  await look();
  await look();
  expect(said).toEqual([
    expect.stringMatching(/^refused 1: config.yml:5: high_value\[0\] must be a label selector/),
  ]);
  expect(errors).toHaveLength(1);
  content = `${MINIMAL}high_value: [env=prod]\n`;
  await look();
  expect(said.slice(1)).toEqual(['took env=prod']);
});
