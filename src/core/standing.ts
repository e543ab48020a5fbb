import { z } from 'zod';
import { type Subject, subjectKey } from './subject.ts';

/** By subject key: when its state was last said (epoch ms) and whether the condition held then. */
export const Standing = z.record(z.string(), z.tuple([z.number(), z.boolean()])).default({});
export type Standing = z.infer<typeof Standing>;

/** One statement about a subject: the condition held, or did not, at that time. */
export interface Said {
  readonly subject: Subject;
  readonly at: number;
  readonly holds: boolean;
}

/**
 * Adds statements, in whatever order they come: the newest of a subject counts, and of two at the same moment the one that says
 * it holds. `over` are the subjects of these statements whose condition does not hold now, each with its newest statement.
 */
export const stand = (
  before: Standing,
  said: readonly Said[],
): { readonly standing: Standing; readonly over: readonly Said[] } => {
  const newest = new Map(Object.entries(before));
  const touched = new Map<string, Subject>();
  for (const { subject, at, holds } of said) {
    const key = subjectKey(subject);
    touched.set(key, subject);
    const [known, held] = newest.get(key) ?? [Number.NEGATIVE_INFINITY, false];
    if (at > known || (at === known && holds && !held)) newest.set(key, [at, holds]);
  }
  const over = [...touched].flatMap(([key, subject]): Said[] => {
    const [at, holds] = newest.get(key) ?? [0, true];
    return holds ? [] : [{ subject, at, holds }];
  });
  return { standing: Object.fromEntries(newest), over };
};

/** Drops what was said before that time; `keep` says which states stay whatever their age. */
export const forget = (standing: Standing, before: number, keep: (holds: boolean) => boolean): Standing =>
  Object.fromEntries(Object.entries(standing).filter(([, [at, holds]]) => at >= before || keep(holds)));
