import { writeSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './store-error.ts';

/** An open file. Positions and sizes are bytes. */
export interface OpenFile {
  /** @returns how many bytes were written: it may be fewer than given */
  write(bytes: Uint8Array, position: number): Promise<number>;
  read(bytes: Uint8Array, position: number): Promise<number>;
  size(): Promise<number>;
  truncate(length: number): Promise<void>;
  /** fdatasync: content and length are durable. */
  datasync(): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The file system as the store uses it: a value, so that a test can make the k-th write fail. */
export interface Files {
  /** `wx` creates and refuses an existing file, `r+` needs one, `w` empties it. Created files are their owner's alone. */
  open(path: string, flags: 'r' | 'r+' | 'w' | 'wx'): Promise<OpenFile>;
  read(path: string): Promise<Buffer>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  list(folder: string): Promise<readonly string[]>;
  makeFolder(folder: string): Promise<void>;
  /** Makes created, renamed and removed names durable. */
  syncFolder(folder: string): Promise<void>;
}

/** So few are copied into the kernel's memory sooner than one of the pool's threads is asked to; what takes time is making them durable. */
const AT_ONCE_BYTES = 64 * 1024;

export const nodeFiles: Files = {
  async open(path, flags) {
    const handle = await fs.open(path, flags, 0o600);
    return {
      write: async (bytes, position) =>
        bytes.length <= AT_ONCE_BYTES
          ? writeSync(handle.fd, bytes, 0, bytes.length, position)
          : (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
      read: async (bytes, position) => (await handle.read(bytes, 0, bytes.length, position)).bytesRead,
      size: async () => (await handle.stat()).size,
      truncate: (length) => handle.truncate(length),
      datasync: () => handle.datasync(),
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  read: (path) => fs.readFile(path),
  rename: (from, to) => fs.rename(from, to),
  link: (from, to) => fs.link(from, to),
  remove: (path) => fs.rm(path, { force: true }),
  list: (folder) => fs.readdir(folder),
  makeFolder: async (folder) => void (await fs.mkdir(folder, { recursive: true, mode: 0o700 })),
  async syncFolder(folder) {
    const handle = await fs.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** Writes every byte: a full disk may take a part of them and only refuse the rest (facts: write-file-atomic renames such a file). */
export const writeAll = async (file: OpenFile, bytes: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const written = await file.write(bytes.subarray(done), position + done);
    if (written === 0) throw Object.assign(new Error('ENOSPC: nothing was written'), { code: 'ENOSPC' });
    done += written;
  }
};

/** Creates or replaces a file by the pieces, durable when it resolves, name and all; a failed one leaves nothing under `name`. */
export const writeWhole = async (
  files: Files,
  folder: string,
  name: string,
  pieces: Iterable<Uint8Array>,
  beforeRename: () => Promise<void> = async () => {},
): Promise<void> => {
  const temporary = join(folder, `${name}${TEMPORARY}`);
  const file = await files.open(temporary, 'w');
  try {
    let length = 0;
    for (const piece of pieces) {
      await writeAll(file, piece, length);
      length += piece.length;
    }
    await file.sync();
  } catch (error) {
    await file.close().catch(() => {});
    await files.remove(temporary).catch(() => {});
    throw error;
  }
  await file.close();
  await beforeRename();
  await files.rename(temporary, join(folder, name));
  await files.syncFolder(folder);
};

/** How names of files end that are being written; what a kill leaves of them is removed at start. */
export const TEMPORARY = '.tmp';

/** The content, or undefined when there is no such file. */
export const readIfThere = async (files: Files, path: string): Promise<Buffer | undefined> => {
  try {
    return await files.read(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** Cuts a file to a length, durably. */
export const cut = async (files: Files, path: string, length: number): Promise<void> => {
  const file = await files.open(path, 'r+');
  try {
    await file.truncate(length);
    await file.datasync();
  } finally {
    await file.close();
  }
};
