import process from 'node:process';
import { readOptions, USAGE, UsageError } from './options.ts';
import { runResponses } from './response.ts';
import { runAlerts } from './run.ts';
import { openWorld } from './world.ts';

/** `npm run -s chaos`: one JSON document on stdout, progress on stderr. */
const main = async (args: readonly string[]): Promise<number> => {
  const began = Date.now();
  const say = (line: string): void =>
    void process.stderr.write(`${((Date.now() - began) / 1_000).toFixed(0).padStart(4)} s  ${line}\n`);
  if (args.includes('--help')) {
    process.stderr.write(`${USAGE}\n`);
    return 0;
  }
  const options = readOptions(args);
  const world = await openWorld(options);
  let holds = false;
  try {
    const result = await (options.flow === 'response' ? runResponses : runAlerts)(world, options, say);
    const outputs = Object.values(result.outputs ?? {});
    holds = [result, ...outputs].every(({ lost, duplicated }) => lost === 0 && duplicated === 0);
    holds &&= outputs.every(({ wrong }) => wrong === 0);
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    if (!holds) say(`the bot's log and data are kept in ${world.folder}`);
    await world.close({ keep: !holds });
  }
  return holds ? 0 : 1;
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n${USAGE}\n`);
  process.exitCode = 2;
}
