import { join } from 'node:path';
import { type Appender, appenderTo } from './appender.ts';
import { encodeLine } from './codec.ts';
import type { Files } from './files.ts';

/** Where a journal stands: its newest segment, the good bytes in that, and the number of the last durable line. */
export interface JournalPosition {
  readonly segment: number;
  readonly length: number;
  readonly n: number;
}

/** The lines after the checkpoint. Callers take turns: never two calls at once. */
export interface Journal {
  /** Appends one line; rejects with StoreError, and then the line is not there. @param transitions JSON of each */
  write(transitions: readonly string[]): Promise<void>;
  /** Lets all further lines go to a new segment. @returns that segment and the last line before it */
  rotate(): Promise<{ readonly segment: number; readonly n: number }>;
  position(): JournalPosition;
  close(): Promise<void>;
}

const NAME = /^journal-(\d+)\.jsonl$/;

export const segmentName = (segment: number): string => `journal-${segment}.jsonl`;

/** Numbers of the segments in a folder, oldest first. */
export const segmentsIn = (names: readonly string[]): number[] =>
  names
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);

/** Creates an empty segment, its name durable. */
export const createSegment = async (files: Files, folder: string, segment: number): Promise<void> => {
  await (await files.open(join(folder, segmentName(segment)), 'w')).close();
  await files.syncFolder(folder);
};

export const journalIn = (files: Files, folder: string, start: JournalPosition): Journal => {
  const open = (segment: number, length: number): Appender =>
    appenderTo(files, join(folder, segmentName(segment)), length);
  let { segment, n } = start;
  let current = open(segment, start.length);

  return {
    async write(transitions) {
      await current.append(Buffer.from(encodeLine(n + 1, transitions)));
      n += 1;
    },
    async rotate() {
      // A refused line that still stands there would be taken for one with the number of the first line of the new segment.
      await current.repair();
      if (current.length() === 0) return { segment, n };
      await createSegment(files, folder, segment + 1);
      await current.close();
      segment += 1;
      current = open(segment, 0);
      return { segment, n };
    },
    position: () => ({ segment, length: current.length(), n }),
    close: () => current.close(),
  };
};
