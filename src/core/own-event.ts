import type { PceEvent } from './event.ts';
import { text } from './foreign.ts';
import type { Label } from './label.ts';
import { type LabelDelta, labelDelta } from './label-change.ts';
import type { LabelChange, Response } from './response.ts';

/** Within this time the PCE's own event of our PUT is expected (definitions §7.6). */
const OWN_EVENT_MS = 15 * 60_000;

/** What the PCE's own event of our PUT shows beside the plan: somebody wrote between our last read and the PUT (promise 3). */
export interface Correction {
  readonly response: Response;
  /** What gives their change back, key by key: from what our PUT left under a key to what they had put there. Empty = nothing to write. */
  readonly back: LabelChange;
  /** What our PUT really changed: a release gives back what stood there, not what we had read. */
  readonly change: LabelChange;
}

/**
 * Compares the event of a PUT of ours with its plan; undefined when it did exactly what was planned, or is the event of none.
 * @param event made by our own key, as the caller has checked
 * @param responses all of this host: the event belongs to the one that was written closest to it and wanted what it shows
 */
export const correctionOf = (
  event: PceEvent,
  href: string,
  responses: readonly Response[],
  known: (href: string) => Label | undefined,
): Correction | undefined => {
  const delta = deltaOf(event, href, known);
  const response = delta === undefined ? undefined : writerOf(event, delta, responses);
  if (delta === undefined || response?.change === undefined) return undefined;
  const { change, intended = [], target } = response;
  const before = [...intended.filter((label) => !has(delta.added, label)), ...delta.removed];
  const keys = [...new Set([...before, ...target.labels].map(({ key }) => key))];
  const theirs = keys.filter((key) => under(before, key)?.href !== under(target.labels, key)?.href);
  if (theirs.length === 0) return undefined;
  const ours = new Set([...change.added, ...change.replaced].map(({ key }) => key));
  // A quarantine stands whatever stood under its keys; a release or a repair leaves what somebody else put there (definitions §7.9).
  const back = theirs.filter((key) => !ours.has(key) || response.action !== 'quarantine');
  const kept = theirs.filter((key) => !back.includes(key));
  const at = (labels: readonly Label[], some: readonly string[]): Label[] =>
    some.flatMap((key) => under(labels, key) ?? []);
  const without = (labels: readonly Label[]): Label[] => labels.filter(({ key }) => !theirs.includes(key));
  return {
    response,
    back: { replaced: at(intended, back), added: at(before, back) },
    change: {
      replaced: [...without(change.replaced), ...at(before, kept)],
      added: [...without(change.added), ...at(change.added, kept)],
    },
  };
};

const deltaOf = (
  { resources }: PceEvent,
  href: string,
  known: (href: string) => Label | undefined,
): LabelDelta | undefined => {
  const deltas = resources
    .filter(({ resource }) => text(resource['workload']?.['href']) === href)
    .flatMap(({ changes }) => labelDelta(changes['labels'], known) ?? []);
  return deltas.length === 0
    ? undefined
    : {
        added: deltas.flatMap(({ added }) => added),
        removed: deltas.flatMap(({ removed }) => removed),
      };
};

/** A PUT leaves exactly what it carries: who added nothing else and removed nothing of it may have made the event. */
const writerOf = (
  { at }: PceEvent,
  { added, removed }: LabelDelta,
  responses: readonly Response[],
): Response | undefined => {
  const away = ({ writtenAt = 0 }: Response): number => Math.abs(at - writtenAt);
  return responses
    .filter(
      (one) =>
        // A PUT of the mode alone leaves labels be.
        one.mode === undefined &&
        away(one) <= OWN_EVENT_MS &&
        added.every((label) => has(one.intended ?? [], label)) &&
        removed.every((label) => !has(one.intended ?? [], label)),
    )
    .reduce<Response | undefined>(
      (best, one) => (best === undefined || away(one) < away(best) ? one : best),
      undefined,
    );
};

const has = (labels: readonly Label[], { href }: Label): boolean => labels.some((one) => one.href === href);
const under = (labels: readonly Label[], wanted: string): Label | undefined =>
  labels.find(({ key }) => key === wanted);
