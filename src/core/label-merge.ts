import { type Label, sameLabels } from './label.ts';
import { givesBack, type LabelChange, type Response } from './response.ts';

/** What one PUT is to carry, and what it replaces (definitions §7.6, §7.9). */
export interface LabelPlan {
  /** The full label set afterwards: a PUT replaces everything (facts §4.3). */
  readonly intended: readonly Label[];
  readonly change: LabelChange;
  /** Sentences for people: what could not be given back, or is kept because somebody else changed it. */
  readonly notes: readonly string[];
}

/** Old labels without the quarantine keys, plus the quarantine labels. Never the quarantine labels alone. */
export const quarantinePlan = (current: readonly Label[], quarantine: readonly Label[]): LabelPlan => {
  const keys = new Set(quarantine.map(({ key }) => key));
  const replaced = current.filter(({ key }) => keys.has(key));
  return {
    intended: [...current.filter(({ key }) => !keys.has(key)), ...quarantine],
    change: { replaced, added: quarantine },
    notes: [],
  };
};

/**
 * Key by key: where the label we put is still there, what stood there before comes back (nothing, if nothing); where somebody
 * else put another one meanwhile, theirs stays. Every other key stays as it is now (definitions §7.9).
 * A label that was deleted and made anew with the same value is the same to people, whatever its href.
 * @param today the label as the PCE has it now: one that is gone leaves its key empty
 */
export const releasePlan = (
  current: readonly Label[],
  quarantined: LabelChange,
  today: (label: Label) => Label | undefined,
): LabelPlan => {
  let intended = [...current];
  const replaced: Label[] = [];
  const added: Label[] = [];
  const notes: string[] = [];
  for (const ours of quarantined.added) {
    const now = current.find(({ key }) => key === ours.key);
    const before = quarantined.replaced.find(({ key }) => key === ours.key);
    if (now === undefined || (now.href !== ours.href && now.value !== ours.value)) {
      notes.push(
        now === undefined
          ? `Somebody removed ${ours.key}=${ours.value} meanwhile; it stays removed.`
          : `Somebody set ${now.key}=${now.value} meanwhile; it stays.`,
      );
      continue;
    }
    intended = intended.filter(({ key }) => key !== ours.key);
    replaced.push(now);
    if (before === undefined) continue;
    const back = today(before);
    if (back !== undefined) {
      intended.push(back);
      added.push(back);
    } else notes.push(`${before.key}=${before.value} no longer exists on the PCE; the key stays empty.`);
  }
  return { intended, change: { replaced, added }, notes };
};

/**
 * True when a read-back shows that a change was made, whatever others made of the host's other labels since: a quarantine by one of
 * its labels, what gives back by the labels that are gone.
 */
export const isMade = ({ action, change }: Response, labels: readonly Label[]): boolean => {
  if (change === undefined) return false;
  const { replaced, added } = change;
  const carried = ({ href }: Label): boolean => labels.some((label) => label.href === href);
  return givesBack({ action }) || added.length === 0 ? !replaced.some(carried) : added.some(carried);
};

/**
 * Gives back what our own PUT overwrote, key by key, where its label still stands: whoever set another one since knew better.
 * @param lost what our PUT left under the keys, and what had stood there
 */
export const repairPlan = (current: readonly Label[], lost: LabelChange): LabelPlan => {
  const under = (labels: readonly Label[], wanted: string): Label | undefined =>
    labels.find(({ key }) => key === wanted);
  const keys = [...new Set([...lost.replaced, ...lost.added].map(({ key }) => key))].filter(
    (key) => under(current, key)?.href === under(lost.replaced, key)?.href,
  );
  const at = (labels: readonly Label[]): Label[] => keys.flatMap((key) => under(labels, key) ?? []);
  const added = at(lost.added);
  return {
    intended: [...current.filter(({ key }) => !keys.includes(key)), ...added],
    change: { replaced: at(lost.replaced), added },
    notes: [],
  };
};

/** `+ Quarantine=Severe, − env=prod`; undefined when the sets are the same. */
export const labelDifference = (before: readonly Label[], after: readonly Label[]): string | undefined => {
  if (sameLabels(before, after)) return undefined;
  const missing = (a: readonly Label[], b: readonly Label[]): Label[] =>
    a.filter(({ href }) => !b.some((one) => one.href === href));
  return [
    ...missing(after, before).map(({ key, value }) => `+ ${key}=${value}`),
    ...missing(before, after).map(({ key, value }) => `− ${key}=${value}`),
  ].join(', ');
};
