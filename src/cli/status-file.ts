import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BotStatus } from '../core/command.ts';

const NAME = 'status.json';
/** Written every 5 s by the running bot; older than this it does not run, or hangs. */
const STALE_MS = 30_000;

/** What a running bot says of itself, for `status` and container health checks. */
export interface StatusFile {
  readonly at: number;
  readonly pid: number;
  readonly status: BotStatus;
}

/** Replaces the file in one step, so that a reader never sees half of it. Not durable: it only describes a running process. */
export const writeStatus = async (dataDir: string, content: StatusFile): Promise<void> => {
  const path = join(dataDir, NAME);
  await writeFile(`${path}.tmp`, JSON.stringify(content));
  await rename(`${path}.tmp`, path);
};

/** A bot that has stopped says nothing more: without the file nobody takes its last words for its state. */
export const removeStatus = (dataDir: string): Promise<void> => rm(join(dataDir, NAME), { force: true });

/** What the bot last said, or why it cannot be said to run. */
export const readStatus = async (
  dataDir: string,
  now: number,
): Promise<
  { readonly running: true; readonly file: StatusFile } | { readonly running: false; readonly why: string }
> => {
  let file: StatusFile;
  try {
    file = JSON.parse(await readFile(join(dataDir, NAME), 'utf8')) as StatusFile;
  } catch {
    return { running: false, why: `no bot has run with the data folder ${dataDir}` };
  }
  if (now - file.at > STALE_MS)
    return { running: false, why: `it last said something ${Math.round((now - file.at) / 1_000)} s ago` };
  return { running: true, file };
};
