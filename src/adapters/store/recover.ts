import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Low } from 'lowdb';
import type { Log } from '../../core/ports.ts';
import { emptyState, type State } from '../../core/state.ts';
import { lastAuditedCommit } from './audit-tail.ts';
import { type Checkpoint, type CheckpointFile, CURRENT } from './checkpoint.ts';
import type { JournalLine } from './codec.ts';
import { cut, type Files, TEMPORARY, writeWhole } from './files.ts';
import { createSegment, type JournalPosition, segmentName, segmentsIn } from './journal.ts';
import { type Format, migrationFrom } from './migrations.ts';
import { readSegment, replay } from './replay.ts';
import { StoreError } from './store-error.ts';

/** What a start found wrong. All false and 0: everything that was ever promised is there. */
export interface Recovery {
  /** A half-written or zero-filled end was cut off: what a kill or a power cut leaves. Nothing that was acknowledged. */
  readonly tornTail: boolean;
  /** Lines of the journal that could not be read: acknowledged changes may be missing, and cursors were set back. */
  readonly badLines: number;
  /** Changes that could be read and no longer fitted what was there. */
  readonly lostTransitions: number;
  /** state.json was unreadable; its predecessor and the journal behind it were used. */
  readonly usedPrevious: boolean;
  /** The audit speaks of commits this state does not have: it was put back from a backup. */
  readonly olderThanAudit: boolean;
  /** Names of files that were kept for inspection, in the data folder. */
  readonly setAside: readonly string[];
}

export interface Recovered {
  readonly state: State;
  readonly position: JournalPosition;
  /** The checkpoint on the disk that a fall-back would use. */
  readonly base: { readonly segment: number; readonly n: number };
  /** A checkpoint is to be written before anything else: the disk holds what should not be read a second time. */
  readonly stale: boolean;
  readonly report: Recovery;
}

/**
 * Newest good checkpoint + the journal behind it. Changes on the disk only what is needed to go on: the torn end is cut, what is bad is
 * copied or moved aside, left-over temporary files go. Rejects with StoreError `corrupt` or `newer-version` before it changed any file.
 */
export const recover = async (
  files: Files,
  folder: string,
  db: Low<Checkpoint>,
  checkpoints: CheckpointFile,
  format: Format,
  log: Log,
): Promise<Recovered> => {
  const names = await files.list(folder);
  const base = await readBase(db, checkpoints, folder, segmentsIn(names));
  for (const name of names) if (name.endsWith(TEMPORARY)) await files.remove(join(folder, name));

  const { version, bad } = checkpoints.finding() ?? { version: format.version };
  const migrate = migrationFrom(version, format)?.transition;
  const segments = segmentsIn(names).filter((segment) => segment >= base.segment);
  const lines: (JournalLine | undefined)[] = [];
  const setAside: string[] = [];
  let torn = 0;
  let length = 0;
  for (const segment of segments) {
    const bytes = await files.read(join(folder, segmentName(segment)));
    const reading = readSegment(bytes, migrate);
    for (const line of reading.lines) lines.push(line);
    if (reading.lines.includes(undefined))
      setAside.push(await keepCopy(files, folder, segmentName(segment), bytes));
    torn += reading.torn;
    length = reading.length;
    if (reading.torn > 0) await cut(files, join(folder, segmentName(segment)), length);
  }
  if (segments.length === 0) await createSegment(files, folder, base.segment);
  if (bad !== undefined) setAside.push(await moveAside(files, folder, base.n));

  const { state, n, badLines, lostTransitions } = replay(base.state, base.n, lines);
  const report: Recovery = {
    tornTail: torn > 0,
    badLines,
    lostTransitions,
    usedPrevious: bad !== undefined,
    olderThanAudit: (await lastAuditedCommit(files, folder)) > n,
    setAside,
  };
  if (torn > 0) log.warn({ folder, bytes: torn }, 'store: a torn end of the journal was cut off');
  if (badLines + lostTransitions > 0 || bad !== undefined)
    log.error({ folder, ...report, checkpoint: bad }, 'store: damaged files, changes may be missing');
  return {
    state,
    position: { segment: segments.at(-1) ?? base.segment, length, n },
    base: { segment: base.segment, n: base.n },
    stale: badLines + lostTransitions > 0 || bad !== undefined || version !== format.version,
    report,
  };
};

/** The checkpoint to start from. In an empty folder that is the empty state, and it is written at once: every journal follows one. */
const readBase = async (
  db: Low<Checkpoint>,
  checkpoints: CheckpointFile,
  folder: string,
  segments: readonly number[],
): Promise<Checkpoint> => {
  await db.read();
  if (checkpoints.finding() !== undefined) return db.data;
  if (segments.length > 0)
    throw new StoreError(
      'corrupt',
      `${join(folder, CURRENT)} is missing though ${segmentName(segments[0] ?? 1)} is there. Nothing was changed: put ${folder} back from a backup, or move its files away to start with an empty state`,
    );
  db.data = { segment: 1, n: 0, state: emptyState() };
  await db.write();
  return db.data;
};

/** A copy, since the original may still be needed should the next checkpoint go bad. Named by its content: made once, however often it is met. */
const keepCopy = async (files: Files, folder: string, name: string, bytes: Buffer): Promise<string> => {
  const copy = `${name}.bad-${crc32(bytes).toString(16)}`;
  await writeWhole(files, folder, copy, [bytes]);
  return copy;
};

/** Out of the way of the next checkpoint, which would make it the previous one. */
const moveAside = async (files: Files, folder: string, n: number): Promise<string> => {
  const name = `${CURRENT}.bad-${n}`;
  await files.rename(join(folder, CURRENT), join(folder, name));
  await files.syncFolder(folder);
  return name;
};
