import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNamed } from '../config/files.ts';
import { AUDIT, auditFilesIn } from '../core/audit.ts';

export interface AuditLines {
  readonly ok: true;
  /** Of all files, oldest first. */
  readonly lines: readonly string[];
  /** Which line of which file that is; both counted from 1. */
  at(line: number): { readonly file: string; readonly line: number };
}

/** The lines of the audit log of a data folder, or why it cannot be read. */
export const auditLines = (folder: string): AuditLines | { readonly ok: false; readonly why: string } => {
  const lines: string[] = [];
  const begins: { readonly file: string; readonly before: number }[] = [];
  const files = filesIn(folder);
  // Without any, the file that is missing is named.
  for (const file of files.length === 0 ? [AUDIT] : files) {
    const path = join(folder, file);
    const read = readNamed((name) => readFileSync(name, 'utf8'), path);
    if (!read.ok) return { ok: false, why: `${path}: ${read.why}` };
    begins.push({ file, before: lines.length });
    const own = read.content.split('\n');
    // Every record ends with a newline; what follows the last one is a record cut short, unless it is nothing.
    if (own.at(-1) === '') own.pop();
    for (const line of own) lines.push(line);
  }
  return {
    ok: true,
    lines,
    at(line) {
      const { file = AUDIT, before = 0 } = begins.findLast((one) => one.before < line) ?? {};
      return { file, line: line - before };
    },
  };
};

const filesIn = (folder: string): string[] => {
  try {
    return auditFilesIn(readdirSync(folder));
  } catch {
    return []; // Reading the file says why.
  }
};
