import { join } from 'node:path';
import { type AuditRecord, auditFilesIn } from '../../core/audit.ts';
import type { AuditTrail } from '../../core/ports.ts';
import { recordOf } from './audit-tail.ts';
import { type Files, nodeFiles } from './files.ts';
import { readTail } from './tail.ts';

/** Records read for one question: about 12 MB of the log. */
const MOST_READ = 20_000;

/** The audit log of a data folder, read from its end: as quick for a log of a year as for a new one. */
export const openTrail = (
  folder: string,
  files: Files = nodeFiles,
  most: number = MOST_READ,
): AuditTrail => ({
  async find({ from, to }, wanted) {
    const records: AuditRecord[] = [];
    let [read, bad] = [0, 0];
    let oldest = Number.POSITIVE_INFINITY;
    const enough = (line: string): boolean => {
      read += 1;
      const record = recordOf(line);
      if (record === undefined) {
        bad += 1;
        return read >= most;
      }
      const at = Date.parse(record.time);
      oldest = Math.min(oldest, at);
      if (at >= from && at < to && wanted(record)) records.push(record);
      return at < from || read >= most;
    };
    let stopped = false;
    for (const name of auditFilesIn(await files.list(folder)).toReversed()) {
      await readTail(files, join(folder, name), (line) => {
        stopped = enough(line);
        return stopped;
      });
      if (stopped) break;
    }
    return { records, read, bad, completeFrom: oldest <= from || !stopped ? from : oldest };
  },
});
