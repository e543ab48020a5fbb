import type { Message } from '../core/ports.ts';
import { code, context, md, message, section } from './parts.ts';

/** The newest hash of the audit log, where everybody can read it: who rewrites the log cannot rewrite this (definitions §7). */
export const anchorLine = ({ seq, hash }: { readonly seq: number; readonly hash: string }): Message =>
  message(`Audit log: ${seq} records`, [
    section(md`Audit log, ${seq} records. Newest hash: ${code(hash)}`),
    context(md`Checked with illumio-chatops audit verify --anchor and this hash`),
  ]);
