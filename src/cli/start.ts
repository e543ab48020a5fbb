import { createBot } from '../app.ts';
import { problemText } from '../config/problem.ts';
import type { Settings } from '../core/settings.ts';
import { version } from './about.ts';
import { engine } from './engine.ts';
import { atCwd, loadConfig } from './load-config.ts';
import { createLogger } from './logger.ts';
import { removeStatus, writeStatus } from './status-file.ts';
import { defineVerb, EXIT } from './verb.ts';
import { createReloading, writtenAt } from './watch-config.ts';

const STATUS_MS = 5_000;
/** How often the configuration file is looked at. */
const LOOK_MS = 1_000;

/** Runs the bot until SIGINT or SIGTERM. */
export const verb = defineVerb({
  name: 'start',
  usage: 'start [--config F] [--data DIR] [--backfill-alerts]',
  help: `Runs the bot until SIGINT or SIGTERM. Logs "ready" once polling and a Slack connection stand.
  --config F          configuration, default ./config.yml
  --data DIR          state, default ./data
  --backfill-alerts   at the very first start, alert on the last hour instead of reading it as history
A changed configuration is taken within a second, or at SIGHUP: rules and routes at once, what binds connections at the next start.
One with an error is not taken: the old one goes on.
Exit 1: a token or key is refused, or the data folder cannot be used. Exit 2: configuration.`,
  options: {
    config: { type: 'string', default: 'config.yml' },
    data: { type: 'string', default: 'data' },
    'backfill-alerts': { type: 'boolean', default: false },
  },
  async run({ flags }, edge) {
    const config = loadConfig(edge, flags.config);
    if (!config.ok) {
      for (const problem of config.errors) edge.err(problemText(problem));
      return EXIT.usage;
    }
    const { settings } = config;
    const log = createLogger(settings.log.level, secretsOf(settings), edge.err);
    for (const warning of config.warnings) log.warn({ warning }, 'configuration');
    // A rejection that nobody awaits is a fault of ours, after which nothing may be assumed: the process ends and its supervisor restarts it.
    process.on('unhandledRejection', (err) => {
      log.error({ err }, 'unexpected error, stopping');
      process.exit(EXIT.failed);
    });
    const dataDir = atCwd(edge, flags.data);
    try {
      const bot = await createBot({
        settings,
        dataDir,
        version,
        configHash: config.hash,
        log,
        backfill: flags['backfill-alerts'],
      });
      const report = async (): Promise<void> =>
        writeStatus(dataDir, { at: Date.now(), pid: process.pid, status: await bot.status() });
      const timer = setInterval(
        () => void report().catch((err: unknown) => log.warn({ err }, 'status not written')),
        STATUS_MS,
      );
      const reload = createReloading({
        load: () => loadConfig(edge, flags.config),
        hash: config.hash,
        bot,
        log,
      });
      const reloading = (): void =>
        void reload().catch((err: unknown) => log.error({ err }, 'the configuration was not read anew'));
      const path = atCwd(edge, flags.config);
      let written = writtenAt(path);
      const looking = setInterval(() => {
        const now = writtenAt(path);
        if (now === undefined || now === written) return;
        written = now;
        reloading();
      }, LOOK_MS);
      process.on('SIGHUP', reloading);
      try {
        await bot.run(edge.signal, () => {
          engine.whileWorking();
          log.info({ version, pces: settings.pces.map(({ name }) => name) }, 'ready');
          report().catch((err: unknown) => log.warn({ err }, 'status not written'));
        });
      } finally {
        clearInterval(timer);
        clearInterval(looking);
        process.off('SIGHUP', reloading);
        await removeStatus(dataDir).catch((err: unknown) => log.warn({ err }, 'status not removed'));
      }
      log.info({}, 'stopped');
      return EXIT.done;
    } catch (err) {
      log.error({ err }, 'the bot cannot run');
      edge.err(err instanceof Error ? err.message : String(err));
      return EXIT.failed;
    }
  },
});

const secretsOf = ({ pces, slack, http }: Settings): (string | undefined)[] => [
  http?.ping,
  slack.botToken,
  slack.appToken,
  slack.signingSecret,
  ...pces.flatMap(({ read, write, traffic }) => [read, write, traffic].map((key) => key?.secret)),
];
