import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Adapter } from 'lowdb';
import type { State } from '../../core/state.ts';
import { decodeState, encodeState } from './codec.ts';
import { type Files, readIfThere, writeWhole } from './files.ts';
import { FORMAT, type Format, type Migration, migrationFrom } from './migrations.ts';
import { codeOf, StoreError, storeError } from './store-error.ts';

/** The whole state after journal line `n`; the lines behind it begin in `segment`. */
export interface Checkpoint {
  readonly segment: number;
  readonly n: number;
  readonly state: State;
}

export const CURRENT = 'state.json';
const PREVIOUS = 'state.prev.json';

/** How the checkpoint was found. */
export interface CheckpointFinding {
  /** The version it was written in. */
  readonly version: number;
  /** state.json was there and could not be used: why. It is kept under another name and state.prev.json was read instead. */
  readonly bad?: string;
}

/** lowdb's adapter for the checkpoint: state.json, and the one before it as state.prev.json. Rejects with StoreError. */
export interface CheckpointFile extends Adapter<Checkpoint> {
  finding(): CheckpointFinding | undefined;
}

/**
 * `{"version":1,"segment":S,"n":N,"state":{…},"sha256":"…"}`: the hash is that of every byte before `,"sha256"`.
 * Written whole to a temporary file, synced, then put in place by renaming; so at every moment one good checkpoint stands there.
 */
export const checkpointFile = (files: Files, folder: string, format: Format = FORMAT): CheckpointFile => {
  let finding: CheckpointFinding | undefined;
  const at = (name: string): string => join(folder, name);

  return {
    finding: () => finding,

    async read() {
      const current = await readCheckpoint(files, at(CURRENT), format);
      if (current?.ok) {
        finding = { version: current.version };
        return current.checkpoint;
      }
      const previous = await readCheckpoint(files, at(PREVIOUS), format);
      if (previous?.ok) {
        finding = { version: previous.version, ...(current === undefined ? {} : { bad: current.why }) };
        return previous.checkpoint;
      }
      const troubles = [current?.why, previous?.why].filter((why) => why !== undefined);
      if (troubles.length === 0) return null;
      throw new StoreError(
        'corrupt',
        `no checkpoint can be read: ${troubles.join('; ')}. Nothing was changed: put ${folder} back from a backup, or move its files away to start with an empty state`,
      );
    },

    async write(checkpoint) {
      try {
        await writeWhole(files, folder, CURRENT, pieces(checkpoint, format.version), () =>
          renameIfThere(files, at(CURRENT), at(PREVIOUS)),
        );
      } catch (error) {
        throw storeError(`${at(CURRENT)} could not be written`, error);
      }
    },
  };
};

/** The same bytes for every reader: header, state, hash. */
function* pieces({ segment, n, state }: Checkpoint, version: number): Generator<Uint8Array> {
  const hash = createHash('sha256');
  const hashed = (text: string): Uint8Array => {
    const bytes = Buffer.from(text);
    hash.update(bytes);
    return bytes;
  };
  yield hashed(`{"version":${version},"segment":${segment},"n":${n},"state":`);
  for (const piece of encodeState(state)) yield hashed(piece);
  yield Buffer.from(`${HASH_KEY}${hash.digest('hex')}"}`);
}

const HASH_KEY = ',"sha256":"';
const TRAILER_BYTES = HASH_KEY.length + 64 + 2;

const renameIfThere = async (files: Files, from: string, to: string): Promise<void> => {
  await files.rename(from, to).catch((error) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
};

type Reading =
  | { readonly ok: true; readonly version: number; readonly checkpoint: Checkpoint }
  | { readonly ok: false; readonly why: string };

/** One checkpoint file; undefined when there is none. Throws StoreError for one of a later release: that is never guessed around. */
const readCheckpoint = async (files: Files, path: string, format: Format): Promise<Reading | undefined> => {
  const bytes = await readIfThere(files, path).catch((error) => {
    throw storeError(`${path} could not be read`, error);
  });
  if (bytes === undefined) return undefined;
  const version = Number(
    /^\{"version":(\d+)/.exec(bytes.subarray(0, 32).toString('latin1'))?.[1] ?? Number.NaN,
  );
  if (version > format.version)
    throw new StoreError(
      'newer-version',
      `${path} is of version ${version}, this release reads up to ${format.version}. Nothing was changed: run the later release, or put back a backup of before it`,
    );
  const migration = migrationFrom(version, format);
  if (migration === undefined || Number.isNaN(version))
    return { ok: false, why: `${path} names no version that can be read` };
  return checked(path, bytes, version, migration);
};

const checked = (path: string, bytes: Buffer, version: number, migration: Migration): Reading => {
  const body = bytes.subarray(0, -TRAILER_BYTES);
  const expected = `${HASH_KEY}${createHash('sha256').update(body).digest('hex')}"}`;
  if (bytes.subarray(-TRAILER_BYTES).toString('latin1') !== expected)
    return { ok: false, why: `${path} does not match its SHA-256` };
  try {
    const { segment, n, state } = JSON.parse(bytes.toString()) as Record<string, unknown>;
    const checkpoint = { segment: Number(segment), n: Number(n), state: decodeState(migration.state(state)) };
    return { ok: true, version, checkpoint };
  } catch (error) {
    return { ok: false, why: `${path} does not have the form of a state: ${(error as Error).message}` };
  }
};
