import type { Reply } from '../core/command.ts';
import { nearest } from '../core/nearest.ts';

export type Problem = Extract<Reply, { kind: 'problem' }>;

/** What is wrong with the input, and a corrected command to copy. */
export const problem = (text: string, copy?: string): Problem => ({
  kind: 'problem',
  text,
  ...(copy === undefined ? {} : { copy }),
});

/** ` Nearest: web-01, web-07.`, or nothing when no known name is near. */
export const nearestText = (word: string, known: Iterable<string>): string => {
  const names = nearest(word, known);
  return names.length === 0 ? '' : ` Nearest: ${names.join(', ')}.`;
};

/** A word after a command that takes none. */
export const unexpected = (id: string, word: string): Problem =>
  problem(`${id} takes no further words; I read "${word}".`, `/illumio ${id}`);
