import type { Files, OpenFile } from './files.ts';
import { writeAll } from './files.ts';
import { StoreError, storeError } from './store-error.ts';

/** A file that only grows, by pieces that are durable or not there. Callers take turns: never two calls at once. */
export interface Appender {
  /** Resolves when the bytes are on the disk; rejects with StoreError, and then they are cut off again before anything else is written. */
  append(bytes: Uint8Array): Promise<void>;
  /** Bytes that are durable. */
  length(): number;
  /** After a fault: makes sure that nothing stands behind the durable bytes. Rejects with StoreError while it cannot. */
  repair(): Promise<void>;
  close(): Promise<void>;
}

/** @param length how much of the existing file is good: what stands behind it is cut off before the first byte is written */
export const appenderTo = (files: Files, path: string, length: number): Appender => {
  let file: OpenFile | undefined;
  let good = length;
  let broken = false;

  /** Opens the file anew after a fault too: a volume that went away and came back leaves only dead handles. */
  const opened = async (): Promise<OpenFile> => {
    if (file !== undefined) return file;
    const fresh = await files.open(path, 'r+');
    try {
      const size = await fresh.size();
      if (size < good) throw new StoreError('corrupt', `${path} has lost ${good - size} bytes while in use`);
      if (size > good) await fresh.truncate(good);
      if (broken) await fresh.datasync();
    } catch (error) {
      await fresh.close().catch(() => {});
      throw error;
    }
    file = fresh;
    broken = false;
    return fresh;
  };

  /** A line that was refused must not be there after a kill either, so it is cut off at once where the disk allows it. */
  const undo = async (): Promise<void> => {
    const failed = file;
    file = undefined;
    broken = true;
    await failed?.truncate(good).catch(() => {});
    await failed?.close().catch(() => {});
  };

  return {
    async append(bytes) {
      try {
        const target = await opened();
        await writeAll(target, bytes, good);
        await target.datasync();
        good += bytes.length;
      } catch (error) {
        await undo();
        throw storeError(`${path} could not be written`, error);
      }
    },
    length: () => good,
    async repair() {
      if (!broken) return;
      await opened().catch((error) => {
        throw storeError(`${path} could not be repaired`, error);
      });
    },
    async close() {
      const open = file;
      file = undefined;
      await open?.close();
    },
  };
};
