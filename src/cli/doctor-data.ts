import { access, constants, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Connected } from '../app.ts';
import { type Check, fails, holds, type Outcome } from './doctor-check.ts';

/** The folder of the state. Makes nothing but a file it removes again. */
export const checkData = async (folder: string, world: Pick<Connected, 'dataHolder'>): Promise<Check[]> => {
  const there = await isThere(folder);
  return [
    { id: 'data.folder', ...(there ? await writable(folder) : await makeable(folder)) },
    ...(there ? [{ id: 'data.lock', ...(await lock(folder, world)) }] : []),
  ];
};

const codeOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException | null)?.code ?? (error as Error).message;

const isThere = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ENOENT';
  }
};

/** Written for real: rights alone do not tell a full disk or a read-only mount. What a kill leaves, the next start removes. */
const writable = async (folder: string): Promise<Outcome> => {
  const path = join(folder, `doctor.${process.pid}.tmp`);
  try {
    await writeFile(path, 'illumio-chatops doctor\n');
    await rm(path);
    return holds(`${folder} can be written`);
  } catch (error) {
    return fails(
      `${folder}: ${codeOf(error)}`,
      'Make it a folder its user may write to, on a disk with room: chown it to the user the bot runs as, or name another with --data.',
    );
  }
};

const makeable = async (folder: string): Promise<Outcome> => {
  let parent = dirname(folder);
  while (!(await isThere(parent))) parent = dirname(parent);
  try {
    await access(parent, constants.W_OK | constants.X_OK);
    return holds(`${folder} is made at the first start`);
  } catch (error) {
    return fails(
      `${folder} cannot be made: ${parent}: ${codeOf(error)}`,
      'Make the folder and chown it to the user the bot runs as, or name another with --data.',
    );
  }
};

const lock = async (folder: string, world: Pick<Connected, 'dataHolder'>): Promise<Outcome> => {
  try {
    const pid = await world.dataHolder(folder);
    return holds(pid === undefined ? 'free: no bot runs on it' : `held by process ${pid}: a bot runs on it`);
  } catch (error) {
    return fails(
      `the lock: ${codeOf(error)}`,
      'Let the user the bot runs as read and write the data folder.',
    );
  }
};
