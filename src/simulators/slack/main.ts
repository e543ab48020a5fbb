import { parseArgs } from 'node:util';
import { startSlackSimulator } from './index.ts';

const USAGE = 'usage: sim:slack --port N [--pace 1] [--seed 1]\n';

/** A number of the command line; exits 2 with the usage when it is none. */
const numberOf = (name: string, value: string | undefined, whole: boolean): number => {
  const number = value === undefined || value === '' ? Number.NaN : Number(value);
  const good = number >= 0 && (!whole || Number.isInteger(number));
  return good ? number : usage(`--${name} needs a number, not "${value ?? ''}"`);
};

const usage = (why: string): never => {
  process.stderr.write(`${why}\n${USAGE}`);
  process.exit(2);
};

const readFlags = () => {
  try {
    return parseArgs({
      options: {
        port: { type: 'string' },
        pace: { type: 'string', default: '1' },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    return usage((cause as Error).message);
  }
};

const flags = readFlags();
if (flags.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const port = numberOf('port', flags.port, true);
if (port > 65_535) usage(`--port ${port} is above 65535`);

try {
  const simulator = await startSlackSimulator({
    port,
    pace: numberOf('pace', flags.pace, false),
    seed: numberOf('seed', flags.seed, true),
  });
  process.stdout.write(`listening ${simulator.url}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => simulator.close().then(() => process.exit(0)));
  }
} catch (cause) {
  process.stderr.write(`${(cause as Error).message}\n`);
  process.exitCode = 1;
}
