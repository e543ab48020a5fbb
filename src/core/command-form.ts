import type { Label } from './label.ts';
import type { Workload } from './workload.ts';

/** What a form may ask: one host of any kind, several managed ones, labels that must all hold, one alert rule; times and a reason. */
export type FormField = 'host' | 'hosts' | 'labels' | 'rule' | 'since' | 'lasts' | 'reason';

/** A host and the PCE that has it. */
export interface FoundHost {
  readonly pce: string;
  readonly workload: Workload;
}

/** What a person chose, looked up again: what is gone meanwhile is not in it. Empty = nothing was chosen. */
export interface Picked {
  readonly hosts: readonly FoundHost[];
  readonly labels: readonly Label[];
  readonly rule: string;
  readonly since: string;
  readonly lasts: string;
  readonly reason: string;
}

/** Why a field cannot stay as it is; said beside it. */
export interface FieldFlaw {
  readonly field: FormField;
  readonly why: string;
}

/**
 * Asks what a command is about, for who does not know the names by heart: hosts and labels are offered while he types. What he chose
 * becomes the words of the same command, which checks them as if he had typed them.
 */
export interface CommandForm {
  readonly command: string;
  /** At most 24 characters each (facts/slack §3). */
  readonly title: string;
  readonly submit: string;
  readonly fields: readonly FormField[];
  /** The words after the command, or what is wrong. */
  words(picked: Picked): readonly string[] | FieldFlaw;
}

/** Hosts as words that mean exactly these, with their PCE; or why they cannot be asked for together. */
export const wordsOfHosts = (
  hosts: readonly FoundHost[],
  field: FormField,
): readonly string[] | FieldFlaw => {
  const [first, ...others] = hosts;
  if (first === undefined) return [];
  const elsewhere = others.find(({ pce }) => pce !== first.pce);
  return elsewhere === undefined
    ? [...hosts.map(({ workload }) => workload.href), '--pce', first.pce]
    : { field, why: `These are on ${first.pce} and ${elsewhere.pce}. Choose hosts of one PCE.` };
};

/** True for what went wrong. */
export const isFlaw = (words: readonly string[] | FieldFlaw): words is FieldFlaw => 'why' in words;
