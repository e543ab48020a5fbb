import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  AUDIT,
  AUDIT_KEPT_MS,
  type AuditRecord,
  archivedUpTo,
  archiveName,
  auditFilesIn,
  chained,
  GENESIS,
  removalEntry,
} from '../../core/audit.ts';
import type { Audit, Clock, Log } from '../../core/ports.ts';
import { appenderTo } from './appender.ts';
import { lastRecord, lastRecordOf, recordOf, tailOfFile } from './audit-tail.ts';
import { cut, type Files, nodeFiles, writeWhole } from './files.ts';
import { storeError } from './store-error.ts';

export interface AuditOptions {
  readonly folder: string;
  readonly log: Log;
  readonly clock: Pick<Clock, 'now'>;
  /** Hash of the configuration in force: asked for each record, it may change while the bot runs. */
  readonly config: () => string;
  readonly version: string;
  /** Number of the newest durable commit (FileStore.commits): what a restored backup is known by. */
  readonly commits?: () => number;
  readonly files?: Files;
  /** A file of so many bytes is full: the next record begins another. */
  readonly fullAt?: number;
}

/** About 25,000 records: weeks of a busy site, years of a quiet one. */
const FULL_BYTES = 16 * 1024 * 1024;

export interface FileAudit extends Audit {
  /** Sequence number and hash of the newest durable record; 0 and zeros before the first. */
  head(): { readonly seq: number; readonly hash: string };
  /** What opening found: a torn last line that was moved aside, and whole lines at the end that are no good records. */
  readonly recovery: { readonly tornTail: boolean; readonly badLines: number };
  /** Removes files whose last record is older than 400 days, oldest first, each after a record that says so. @returns their names */
  removeOld(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * `audit.jsonl`: one hash-chained record per line (core/audit.ts), each durable before `append` resolves. Records asked for while
 * one is written are written together. Rejects with StoreError; a record that was refused is not in the chain. A full file gets a name
 * of its own and the chain goes on in the next; a kill between the two leaves a chain whose newest file is to be created.
 */
export const openAudit = async (options: AuditOptions): Promise<FileAudit> => {
  const { folder, log, clock, config, version, commits, files = nodeFiles, fullAt = FULL_BYTES } = options;
  const path = join(folder, AUDIT);
  const start = await prepare(files, folder, log);
  let appender = appenderTo(files, path, start.length);
  let durable = start.head;
  /** The last record of the files that are full: none of its own yet, and a file is not renamed. */
  let archived = start.archived;
  let moved = false;

  /** Each step may fail and is taken up again with the next record. */
  const rotate = async (): Promise<void> => {
    try {
      await appender.close();
      if (!moved) await files.rename(path, join(folder, archiveName(durable.seq)));
      moved = true;
      await files.syncFolder(folder);
      await createEmpty(files, folder);
    } catch (error) {
      throw storeError(`${path} could not be rotated`, error);
    }
    log.info({ file: archiveName(durable.seq) }, 'audit: a full file was put aside, the chain goes on');
    appender = appenderTo(files, path, 0);
    archived = durable.seq;
    moved = false;
  };
  let pending: Waiting[] = [];
  let running: Promise<void> | undefined;

  const writePending = async (): Promise<void> => {
    await undefined;
    while (pending.length > 0) {
      const group = pending;
      pending = [];
      let head = durable;
      const lines = group.map(({ make }) => {
        const record = make(head);
        head = { seq: record.seq, hash: record.hash };
        return `${JSON.stringify(record)}\n`;
      });
      try {
        if (moved || (appender.length() >= fullAt && durable.seq > archived)) await rotate();
        await appender.append(Buffer.from(lines.join('')));
        durable = head;
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    running = undefined;
  };

  const append: Audit['append'] = (entry) => {
    const time = new Date(clock.now()).toISOString();
    const place = {
      time,
      config: config(),
      version,
      ...(commits === undefined ? {} : { commit: commits() }),
    };
    const make = (head: Head): AuditRecord =>
      chained(entry, { seq: head.seq + 1, ...place, prev: head.hash }, sha256);
    return new Promise((resolve, reject) => {
      pending.push({ make, resolve, reject });
      running ??= writePending();
    });
  };

  return {
    head: () => durable,
    recovery: start.recovery,
    append,
    async removeOld() {
      const removed: string[] = [];
      for (const name of auditFilesIn(await files.list(folder)).filter((one) => one !== AUDIT)) {
        const last = await lastRecordOf(files, folder, name);
        // A file without a good record is evidence of something else.
        if (last === undefined || Date.parse(last.time) >= clock.now() - AUDIT_KEPT_MS) break;
        await append(removalEntry(name, last));
        await files.remove(join(folder, name));
        log.warn({ file: name, until: last.time }, 'audit: a file older than 400 days was removed');
        removed.push(name);
      }
      if (removed.length > 0) await files.syncFolder(folder);
      return removed;
    },
    async close() {
      while (running !== undefined) await running;
      await appender.close();
    },
  };
};

interface Head {
  readonly seq: number;
  readonly hash: string;
}

interface Waiting {
  readonly make: (head: Head) => AuditRecord;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Start {
  readonly head: Head;
  readonly archived: number;
  readonly length: number;
  readonly recovery: FileAudit['recovery'];
}

/** Finds the end of the chain. Half a line is moved to a file of its own; whole lines stay whatever they hold: they are evidence. */
const prepare = async (files: Files, folder: string, log: Log): Promise<Start> => {
  const path = join(folder, AUDIT);
  try {
    await files.makeFolder(folder);
    const names = await files.list(folder);
    const archived = Math.max(0, ...names.map((name) => archivedUpTo(name) ?? 0));
    const tail = await tailOfFile(files, folder, AUDIT);
    const newest = await lastRecord(files, folder);
    const head = { seq: newest?.seq ?? 0, hash: newest?.hash ?? GENESIS };
    if (tail === undefined) {
      await createEmpty(files, folder);
      return { head, archived, length: 0, recovery: { tornTail: false, badLines: 0 } };
    }
    const { lines, length, torn } = tail;
    const record = lines.map(recordOf).find((one) => one !== undefined);
    const badLines = record === undefined ? lines.length : lines.length - 1;
    if (torn.length > 0) {
      const name = `${AUDIT}.torn-${length}`;
      await writeWhole(files, folder, name, [torn]);
      await cut(files, path, length);
      log.warn({ file: path, bytes: torn.length, kept: name }, 'audit: a torn last line was moved aside');
    }
    if (badLines > 0) log.error({ file: path, badLines }, 'audit: the last lines are no good records');
    return { head, archived, length, recovery: { tornTail: torn.length > 0, badLines } };
  } catch (error) {
    throw storeError(`${path} could not be opened`, error);
  }
};

/** Begins the file that records are appended to; one that a fault left empty is taken. */
const createEmpty = async (files: Files, folder: string): Promise<void> => {
  await (await files.open(join(folder, AUDIT), 'w')).close();
  await files.syncFolder(folder);
};
