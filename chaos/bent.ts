import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type { Store } from '../src/core/ports.ts';
import type { Transition } from '../src/core/state.ts';
import { bend } from './bend.ts';
import type { Order } from './options.ts';

/**
 * The bot with a bent order, as `node bent.js dist/main.js ORDER --config F --data DIR`: it is wired as the command line does it, with
 * another store between. No switch of the bot itself reaches this.
 */
const [, , main = '', order = '', , config = '', , dataDir = ''] = process.argv;
const from = (path: string): string => new URL(path, pathToFileURL(main)).href;
const { createBot } = (await import(from('app.js'))) as typeof import('../src/app.ts');
const { loadConfig } = (await import(
  from('cli/load-config.js')
)) as typeof import('../src/cli/load-config.ts');
const { createLogger } = (await import(from('cli/logger.js'))) as typeof import('../src/cli/logger.ts');

const loaded = loadConfig({ cwd: process.cwd(), env: process.env }, config);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
const log = createLogger('info', [], (line) => void process.stderr.write(`${line}\n`));
const bot = await createBot({
  settings: loaded.settings,
  dataDir,
  version: order,
  configHash: loaded.hash,
  log,
  backfill: false,
  around: (store: Store): Store => ({
    ...store,
    commit: bend(order as Order, (transitions: readonly Transition[]) => store.commit(transitions)),
  }),
});
await bot.run(new AbortController().signal, () => log.info({ order }, 'ready'));
