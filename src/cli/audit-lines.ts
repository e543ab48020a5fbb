import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNamed } from '../config/files.ts';

/** The lines of the audit log of a data folder, or why it cannot be read. */
export const auditLines = (
  folder: string,
): { readonly ok: true; readonly lines: string[] } | { readonly ok: false; readonly why: string } => {
  const file = join(folder, 'audit.jsonl');
  const read = readNamed((path) => readFileSync(path, 'utf8'), file);
  if (!read.ok) return { ok: false, why: `${file}: ${read.why}` };
  const lines = read.content.split('\n');
  // Every record ends with a newline; what follows the last one is a record cut short, unless it is nothing.
  if (lines[lines.length - 1] === '') lines.pop();
  return { ok: true, lines };
};
