import type { Message } from '../core/ports.ts';
import { codeText, message, richText } from './parts.ts';

/** A word the bot could not use: which, what it expected, and a command to copy (messages.md). */
export const problemView = (text: string, copy?: string): Message =>
  message(text, [richText([text, ...(copy === undefined ? [] : [' Try ', codeText(copy)])])]);
