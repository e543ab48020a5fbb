import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { AuditRecord } from '../../core/audit.ts';
import type { Files } from './files.ts';
import { readTail, type Tail } from './tail.ts';

export const AUDIT = 'audit.jsonl';

/** The record of a line, or undefined when the line is not what its hash says. Whether it follows from the one before is not asked. */
export const recordOf = (line: string): AuditRecord | undefined => {
  try {
    const record = JSON.parse(line) as AuditRecord;
    const { hash, ...body } = record;
    return hash === createHash('sha256').update(JSON.stringify(body)).digest('hex') ? record : undefined;
  } catch {
    return undefined; // Not JSON: the caller counts it.
  }
};

/** The files of the chain, oldest first. */
export const auditFiles = async (files: Files, folder: string): Promise<string[]> =>
  (await files.list(folder)).filter((name) => name === AUDIT);

/** The end of audit.jsonl up to its newest good record, which is then the last of `lines`; undefined when there is no file. */
export const lastRecord = (files: Files, folder: string): Promise<Tail | undefined> =>
  readTail(files, join(folder, AUDIT), (line) => recordOf(line) !== undefined);

/** The newest commit that the audit speaks of; 0 when it speaks of none. */
export const lastAuditedCommit = async (files: Files, folder: string): Promise<number> => {
  const tail = await lastRecord(files, folder);
  return tail?.lines.map(recordOf).find((record) => record !== undefined)?.commit ?? 0;
};
