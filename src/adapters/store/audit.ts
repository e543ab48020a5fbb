import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type AuditRecord, chained, GENESIS } from '../../core/audit.ts';
import type { Audit, Clock, Log } from '../../core/ports.ts';
import { appenderTo } from './appender.ts';
import { AUDIT, lastRecord, recordOf } from './audit-tail.ts';
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
}

export interface FileAudit extends Audit {
  /** Sequence number and hash of the newest durable record; 0 and zeros before the first. */
  head(): { readonly seq: number; readonly hash: string };
  /** What opening found: a torn last line that was moved aside, and whole lines at the end that are no good records. */
  readonly recovery: { readonly tornTail: boolean; readonly badLines: number };
  close(): Promise<void>;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * `audit.jsonl`: one hash-chained record per line (core/audit.ts), each durable before `append` resolves. Records asked for while
 * one is written are written together. Rejects with StoreError; a record that was refused is not in the chain.
 */
export const openAudit = async (options: AuditOptions): Promise<FileAudit> => {
  const { folder, log, clock, config, version, commits, files = nodeFiles } = options;
  const path = join(folder, AUDIT);
  const start = await prepare(files, folder, log);
  const appender = appenderTo(files, path, start.length);
  let durable = start.head;
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
        await appender.append(Buffer.from(lines.join('')));
        durable = head;
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    running = undefined;
  };

  return {
    head: () => durable,
    recovery: start.recovery,
    append(entry) {
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
  readonly length: number;
  readonly recovery: FileAudit['recovery'];
}

/** Finds the end of the chain. Half a line is moved to a file of its own; whole lines stay whatever they hold: they are evidence. */
const prepare = async (files: Files, folder: string, log: Log): Promise<Start> => {
  const path = join(folder, AUDIT);
  try {
    await files.makeFolder(folder);
    const tail = await lastRecord(files, folder);
    if (tail === undefined) {
      await (await files.open(path, 'wx')).close();
      await files.syncFolder(folder);
      return { head: { seq: 0, hash: GENESIS }, length: 0, recovery: { tornTail: false, badLines: 0 } };
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
    const head = { seq: record?.seq ?? 0, hash: record?.hash ?? GENESIS };
    return { head, length, recovery: { tornTail: torn.length > 0, badLines } };
  } catch (error) {
    throw storeError(`${path} could not be opened`, error);
  }
};
