import { z } from 'zod';
import type { PolicyQuestion } from './change.ts';
import type { Edit } from './edits.ts';

/** What one person does to one object of the draft, as one thing to judge (definitions §3 policy-draft-broad). Times are epoch ms. */
export const Session = z.object({
  /** Of the object, in the active policy; null where the event names none: then it is judged by the event alone. */
  href: z.string().nullable(),
  /** `rule set Core services`; the draft may know a better one. */
  name: z.string(),
  author: z.string(),
  /** A configured scheduler or synchronisation. */
  routine: z.boolean(),
  lastAt: z.number(),
  /** Href of the last event. */
  event: z.string(),
  /** The first edit that is not judged yet. */
  since: z.number(),
  /** When to judge; null = nothing to judge. */
  dueAt: z.number().nullable(),
  /** What events said became wider, and whether they name a guard that is less. */
  words: z.array(z.string()),
  alone: z.enum(['weakened', 'unknown', 'harmless']),
  /** What was told in this session; null = nothing. */
  told: z.string().nullable(),
  /** An alert of it fires. */
  open: z.boolean(),
  /** The version that made it live before it was judged. */
  version: z.number().nullable(),
});
export type Session = z.infer<typeof Session>;

/** By object and author. */
export const Sessions = z.record(z.string(), Session).default({});
export type Sessions = z.infer<typeof Sessions>;

/** When a session is judged and when it ends (definitions §3). */
export interface Pace {
  /** Edits further apart begin another session. */
  readonly sessionMs: number;
  /** After the last edit, */
  readonly judgeMs: number;
  /** and at the latest so long after the first that is not judged. */
  readonly latestMs: number;
}

/** Who edited, and when. */
export interface Editing extends Pick<Session, 'author' | 'routine' | 'event'> {
  readonly at: number;
}

const WEIGHT = { harmless: 0, unknown: 1, weakened: 2 } as const;

/** Takes one edit in: the session goes on, or another begins. Others on the same object are judged anew, since the draft is one. */
export const edited = (sessions: Sessions, edit: Edit, by: Editing, pace: Pace): Sessions => {
  const href = edit.href ?? null;
  const key = `${href ?? edit.name} ${by.author}`;
  const before = sessions[key];
  const goesOn = before !== undefined && by.at - before.lastAt <= pace.sessionMs;
  const lastAt = Math.max(by.at, goesOn ? before.lastAt : 0);
  const since = goesOn && before.dueAt !== null ? before.since : by.at;
  const session: Session = {
    href,
    name: before !== undefined && !edit.named ? before.name : edit.name,
    author: by.author,
    routine: by.routine,
    lastAt,
    event: by.event,
    since,
    dueAt: Math.min(lastAt + pace.judgeMs, since + pace.latestMs),
    words: [...new Set([...(goesOn ? before.words : []), ...edit.words])].slice(-MOST_WORDS),
    alone: goesOn && WEIGHT[before.alone] > WEIGHT[edit.alone] ? before.alone : edit.alone,
    told: goesOn ? before.told : null,
    open: before?.open ?? false,
    version: null,
  };
  const others = Object.entries(sessions).map(([other, one]) => [
    other,
    one.open && one.href !== null && one.href === href ? { ...one, dueAt: session.dueAt } : one,
  ]);
  return { ...Object.fromEntries(others), [key]: session };
};

const MOST_WORDS = 10;

/** What the session has to ask the PCE: draft against active, or what went live before it was judged. */
export const questionOf = ({ href, version }: Session): PolicyQuestion | undefined => {
  if (href === null) return undefined;
  return version === null ? { href } : { href, versions: { before: version - 1, after: version } };
};

/** Those to judge at `now`, the longest waiting first. */
export const due = (sessions: Sessions, now: number): readonly (readonly [string, Session])[] =>
  Object.entries(sessions)
    .filter(([, { dueAt }]) => dueAt !== null && dueAt <= now)
    .sort((a, b) => (a[1].dueAt ?? 0) - (b[1].dueAt ?? 0));

/** Judges everything that is told or waits at once: something was reverted or restored. */
export const hastened = (sessions: Sessions, now: number): Sessions =>
  Object.fromEntries(
    Object.entries(sessions).map(([key, one]) => [
      key,
      one.open || one.dueAt !== null ? { ...one, dueAt: now } : one,
    ]),
  );

/** Drops what is over, and the oldest of too many. */
export const pruned = (sessions: Sessions, now: number, { sessionMs }: Pace): Sessions => {
  const kept = Object.entries(sessions).filter(
    ([, { open, dueAt, lastAt }]) => open || dueAt !== null || now - lastAt <= sessionMs,
  );
  return Object.fromEntries(kept.sort((a, b) => b[1].lastAt - a[1].lastAt).slice(0, MOST_SESSIONS));
};

/** Objects that are edited at the same time: above what people do, below what would weigh. */
const MOST_SESSIONS = 1_000;
