import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type AuditRecord, auditFilesIn } from '../../core/audit.ts';
import type { Files } from './files.ts';
import { readTail } from './tail.ts';

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

/** The end of one file of the chain up to its newest good record, which is then the last of `lines`; undefined when there is no file. */
export const tailOfFile = (files: Files, folder: string, name: string) =>
  readTail(files, join(folder, name), (line) => recordOf(line) !== undefined);

/** The newest good record of one file of the chain. */
export const lastRecordOf = async (
  files: Files,
  folder: string,
  name: string,
): Promise<AuditRecord | undefined> =>
  (await tailOfFile(files, folder, name))?.lines.map(recordOf).find((record) => record !== undefined);

/** The newest good record of the whole chain: after a rotation it stands in an older file. */
export const lastRecord = async (files: Files, folder: string): Promise<AuditRecord | undefined> => {
  for (const name of auditFilesIn(await files.list(folder)).toReversed()) {
    const record = await lastRecordOf(files, folder, name);
    if (record !== undefined) return record;
  }
  return undefined;
};

/** The newest commit that the audit speaks of; 0 when it speaks of none. */
export const lastAuditedCommit = async (files: Files, folder: string): Promise<number> =>
  (await lastRecord(files, folder))?.commit ?? 0;
