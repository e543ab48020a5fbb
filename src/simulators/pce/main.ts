import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startPceSimulator } from './index.ts';
import type { PceSimulatorOptions } from './options.ts';

const USAGE = `usage: pce simulator --port N [--seed 1] [--workloads 60] [--org 1] [--key api_sim] [--secret simsecret]
  [--release 25.2] [--members 0] [--tls-cert F --tls-key F]
Prints "listening URL" and runs until SIGTERM; --port 0 takes any free port.
`;

const FLAGS = {
  port: { type: 'string' },
  seed: { type: 'string', default: '1' },
  workloads: { type: 'string', default: '60' },
  org: { type: 'string', default: '1' },
  key: { type: 'string', default: 'api_sim' },
  secret: { type: 'string', default: 'simsecret' },
  release: { type: 'string', default: '25.2' },
  members: { type: 'string', default: '0' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

const main = async (): Promise<void> => {
  const options = readFlags();
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const simulator = await startPceSimulator(options);
  process.stdout.write(`listening ${[simulator.url, ...simulator.members].join(' ')}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void simulator.close();
    });
  }
};

const readFlags = (): PceSimulatorOptions | 'help' => {
  try {
    const { values } = parseArgs({ options: FLAGS });
    if (values.help) return 'help';
    const { 'tls-cert': cert, 'tls-key': key } = values;
    if ((cert === undefined) !== (key === undefined)) throw new Error('--tls-cert and --tls-key go together');
    return {
      port: wholeNumber('port', values.port),
      seed: wholeNumber('seed', values.seed),
      workloads: wholeNumber('workloads', values.workloads),
      org: wholeNumber('org', values.org),
      key: values.key,
      secret: values.secret,
      release: values.release,
      members: wholeNumber('members', values.members),
      ...(cert !== undefined && key !== undefined
        ? { tls: { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } }
        : {}),
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
};

const wholeNumber = (flag: string, value: string | undefined): number => {
  if (value === undefined || !/^\d+$/.test(value)) throw new Error(`--${flag} must be a whole number`);
  return Number(value);
};

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
