import process from 'node:process';
import { type Options, readOptions, USAGE, UsageError } from './options.ts';
import { type ResponseResult, runResponses } from './response.ts';
import { type Result, runAlerts } from './run.ts';
import { type ChaosWorld, openWorld } from './world.ts';

const run = (
  world: ChaosWorld,
  options: Options,
  say: (line: string) => void,
): Promise<Result | ResponseResult> =>
  options.flow === 'response' ? runResponses(world, options, say) : runAlerts(world, options, say);

const isClean = (result: Result | ResponseResult): boolean => {
  if ('doublePuts' in result) return result.doublePuts + result.lostReleases + result.falseClaims === 0;
  const outputs = Object.values(result.outputs ?? {});
  return (
    [result, ...outputs].every(({ lost, duplicated }) => lost === 0 && duplicated === 0) &&
    outputs.every(({ wrong }) => wrong === 0)
  );
};

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
    const result = await run(world, options, say);
    holds = isClean(result);
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
