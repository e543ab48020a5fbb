import { join } from 'node:path';
import { Low } from 'lowdb';
import type { Clock, Log, Store } from '../../core/ports.ts';
import { emptyState } from '../../core/state.ts';
import { type Checkpoint, checkpointFile } from './checkpoint.ts';
import { commitsOf } from './commits.ts';
import { type Files, nodeFiles } from './files.ts';
import { journalIn, segmentName, segmentsIn } from './journal.ts';
import { takeLock } from './lock.ts';
import { FORMAT, type Format } from './migrations.ts';
import { readsOf } from './reads.ts';
import { type Recovery, recover } from './recover.ts';
import { StoreError, storeError } from './store-error.ts';

export interface FileStoreOptions {
  /** The data folder; made when it is missing. */
  readonly folder: string;
  readonly log: Log;
  /** For the hourly checkpoint. Its sleep must really wait. */
  readonly clock: Pick<Clock, 'sleep'>;
  /** A checkpoint is written when the journal is longer than this; default 4 MB. */
  readonly checkpointBytes?: number;
  /** And this often when anything changed; default 1 h. */
  readonly checkpointEveryMs?: number;
  readonly files?: Files;
  readonly format?: Format;
}

export interface FileStore extends Store {
  /** What this start found wrong. */
  readonly recovery: Recovery;
  /** Number of durable groups of commits over the life of the folder: what audit records carry. */
  commits(): number;
  /** Writes a checkpoint if anything changed since the last. Rejects with StoreError; the journal holds everything meanwhile. */
  checkpoint(): Promise<void>;
}

const CHECKPOINT_BYTES = 4 * 1_024 * 1_024;
const CHECKPOINT_EVERY_MS = 3_600_000;

/**
 * The Store port on a folder: the state in memory, every group of commits one durable line of `journal-N.jsonl`, now and then a
 * checkpoint `state.json` through lowdb. A kill at any instant loses nothing that was acknowledged.
 * Rejects with StoreError: `locked`, `corrupt`, `newer-version` (no file was changed), `disk-full`, `read-only`, `io`.
 */
export const openFileStore = async (options: FileStoreOptions): Promise<FileStore> => {
  const { folder, log, files = nodeFiles } = options;
  try {
    await files.makeFolder(folder);
    const unlock = await takeLock(files, folder);
    try {
      return await opened({ ...options, files }, unlock);
    } catch (error) {
      await unlock().catch((err: unknown) => log.warn({ err, folder }, 'store: the lock stays'));
      throw error;
    }
  } catch (error) {
    throw storeError(`${folder} could not be opened`, error);
  }
};

const opened = async (
  options: FileStoreOptions & { readonly files: Files },
  unlock: () => Promise<void>,
): Promise<FileStore> => {
  const { folder, log, clock, files, format = FORMAT } = options;
  const limitBytes = options.checkpointBytes ?? CHECKPOINT_BYTES;
  const everyMs = options.checkpointEveryMs ?? CHECKPOINT_EVERY_MS;

  const checkpoints = checkpointFile(files, folder, format);
  const db = new Low<Checkpoint>(checkpoints, { segment: 1, n: 0, state: emptyState() });
  const start = await recover(files, folder, db, checkpoints, format, log);
  const journal = journalIn(files, folder, start.position);
  const stop = new AbortController();
  let onDisk = start.base;
  let stale = start.stale;
  let writing: Promise<void> | undefined;

  const commits = commitsOf(start.state, async (transitions) => {
    await journal.write(transitions);
    if (journal.position().length > limitBytes) background();
  });

  const writeCheckpoint = async (): Promise<void> => {
    if (journal.position().n === onDisk.n && !stale) return;
    db.data = await commits.between(async (state) => ({ ...(await journal.rotate()), state }));
    await db.write();
    const needed = onDisk.segment;
    onDisk = { segment: db.data.segment, n: db.data.n };
    stale = false;
    for (const segment of segmentsIn(await files.list(folder)))
      if (segment < needed) await files.remove(join(folder, segmentName(segment)));
  };

  const checkpoint = (): Promise<void> => {
    writing ??= writeCheckpoint()
      .catch((error) => {
        throw storeError(`a checkpoint in ${folder} could not be written`, error);
      })
      .finally(() => {
        writing = undefined;
      });
    return writing;
  };

  /** The journal holds everything: a checkpoint that fails costs time at the next start, nothing else. */
  const background = (): void => {
    if (writing !== undefined || stop.signal.aborted) return;
    checkpoint().catch((err: unknown) =>
      log.error({ err, folder }, 'store: checkpoint failed, the journal goes on'),
    );
  };

  const hourly = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(everyMs, stop.signal);
      if (stop.signal.aborted) return;
      background();
    }
  };

  const close = async (): Promise<void> => {
    stop.abort();
    await commits.idle();
    await writing?.catch(() => {});
    await checkpoint().catch((err: unknown) =>
      log.error({ err, folder }, 'store: no checkpoint at the end, the journal holds everything'),
    );
    await journal.close();
    await unlock();
  };
  let closed: Promise<void> | undefined;

  if (stale) await writeCheckpoint();
  void hourly();

  return {
    ...readsOf(commits.durable),
    recovery: start.report,
    commits: () => journal.position().n,
    checkpoint,
    commit: (transitions) =>
      closed === undefined
        ? commits.commit(transitions)
        : Promise.reject(new StoreError('io', `the store in ${folder} is closed`)),
    close() {
      closed ??= close();
      return closed;
    },
  };
};
