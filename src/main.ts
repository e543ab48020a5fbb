#!/usr/bin/env node
import { version } from './cli/about.ts';
import { dispatch, type VerbTable } from './cli/dispatch.ts';
import { engine } from './cli/engine.ts';
import { withOneUndici } from './cli/one-undici.ts';
import type { Edge } from './cli/verb.ts';

/** The process edge: arguments, environment, signals and the exit code go through here and nowhere else. */
const TABLE: VerbTable = {
  start: {
    about: 'runs the bot',
    load: () => {
      engine.whileLoading();
      return withOneUndici(() => import('./cli/start.ts'));
    },
  },
  status: { about: 'says whether the bot runs and is ready', load: () => import('./cli/status.ts') },
  demo: { about: 'runs the bot against simulators, in a browser', load: () => import('./cli/demo.ts') },
  check: {
    about: 'says whether a configuration is right, and where an alert would go',
    load: () => import('./cli/check.ts'),
  },
  doctor: {
    about: 'asks PCEs and Slack whether the bot can work, and says what to do',
    load: () => import('./cli/doctor.ts'),
  },
  analyze: {
    about: 'prints who talks, what is blocked and who scans, out of downloaded traffic',
    load: () => import('./cli/analyze.ts'),
  },
  replay: {
    about: 'runs the alert rules over recorded events',
    load: () => import('./cli/replay.ts'),
  },
  commands: { about: 'lists what people can ask in Slack', load: () => import('./cli/commands.ts') },
  rules: { about: 'lists the alert rules and their options', load: () => import('./cli/rules.ts') },
  audit: { about: 'verifies the record of who did what', load: () => import('./cli/audit.ts') },
  manifest: {
    about: 'prints the manifest of the Slack app',
    load: () => import('./cli/manifest.ts'),
  },
  schema: {
    about: 'prints the JSON Schema of the configuration, for editors',
    load: () => import('./cli/schema.ts'),
  },
};

// A reader that has seen enough (`… | head`) closes the pipe: that is its right, not an error of ours.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });

const stop = new AbortController();
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.on(signal, () => {
    // The first asks for an orderly end; whoever asks again doesn't want to wait for it.
    if (stop.signal.aborted) process.exit(code);
    stop.abort();
  });

const edge: Edge = {
  env: process.env,
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  cwd: process.cwd(),
  signal: stop.signal,
};

try {
  process.exitCode = await dispatch(process.argv.slice(2), edge, { table: TABLE, version });
} catch (error) {
  edge.err(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
