import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Files, readIfThere, TEMPORARY } from './files.ts';
import { codeOf, StoreError, storeError } from './store-error.ts';

/** Who holds the directory. `started` tells a process from a later one that got the same number; absent where the system does not say. */
interface Holder {
  readonly pid: number;
  readonly started?: string;
}

const LOCK = 'lock';

/**
 * Takes `lock` in the folder for this process. A lock whose process is dead, or whose number another process bears by now, is taken
 * over, so that a kill never needs a hand. Rejects with StoreError `locked` naming the living holder. Processes in different
 * containers cannot see each other: one folder belongs to one machine's bot.
 * @returns lets go of it
 */
export const takeLock = async (files: Files, folder: string): Promise<() => Promise<void>> => {
  const path = join(folder, LOCK);
  const mine = JSON.stringify(holderNow(process.pid));
  const draft = `${path}.${process.pid}${TEMPORARY}`;
  try {
    await writeDraft(files, draft, mine);
    for (let tries = 0; ; tries += 1) {
      if (await linked(files, draft, path)) break;
      const holder = (await readIfThere(files, path))?.toString();
      if (holder !== undefined && (tries > 3 || lives(holder))) throw lockedBy(path, holder);
      if (holder !== undefined) await removeStale(files, path, holder, draft);
    }
  } catch (error) {
    throw storeError(`${path} could not be taken`, error);
  } finally {
    await files.remove(draft).catch(() => {});
  }
  return async () => {
    const holder = await readIfThere(files, path);
    if (holder?.toString() === mine) await files.remove(path);
  };
};

/** The process that holds the folder, if one that lives does. Takes and changes nothing. Rejects when the lock cannot be read. */
export const lockHolder = async (files: Files, folder: string): Promise<number | undefined> => {
  const holder = (await readIfThere(files, join(folder, LOCK)))?.toString();
  return holder !== undefined && lives(holder) ? parsed(holder)?.pid : undefined;
};

/** The lock appears with its content or not at all: an empty one could belong to anybody. */
const writeDraft = async (files: Files, path: string, content: string): Promise<void> => {
  const file = await files.open(path, 'w');
  try {
    await file.write(Buffer.from(content), 0);
  } finally {
    await file.close();
  }
};

const linked = async (files: Files, from: string, to: string): Promise<boolean> => {
  try {
    await files.link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
};

/** Moves a dead holder's lock away; should another process have taken it over in between, that one's is put back. */
const removeStale = async (files: Files, path: string, stale: string, draft: string): Promise<void> => {
  const away = `${draft}.stale${TEMPORARY}`;
  try {
    await files.rename(path, away);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = (await files.read(away)).toString();
  if (moved !== stale) await linked(files, away, path);
  await files.remove(away);
};

const lockedBy = (path: string, holder: string): StoreError =>
  new StoreError(
    'locked',
    `${path}: process ${parsed(holder)?.pid ?? 'unknown'} uses this directory. Stop it first; if it is no bot, remove the file`,
  );

const lives = (holder: string): boolean => {
  const held = parsed(holder);
  if (held === undefined || !alive(held.pid)) return false;
  const { started } = holderNow(held.pid);
  return held.started === undefined || started === undefined || held.started === started;
};

const parsed = (holder: string): Holder | undefined => {
  try {
    const value = JSON.parse(holder) as Partial<Holder> | null;
    return typeof value?.pid === 'number' ? (value as Holder) : undefined;
  } catch {
    return undefined; // Not written by us, or before a power cut: nobody's.
  }
};

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
};

/** Boot and start time of a process from /proc, field 22 of stat, counted behind the name, which may hold anything (proc(5)). */
const holderNow = (pid: number): Holder => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return { pid, started: `${boot} ${ticks}` };
  } catch {
    return { pid };
  }
};
