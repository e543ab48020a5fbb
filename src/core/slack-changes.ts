import type { Override, RuleInForce } from './override.ts';
import { changed } from './override.ts';
import { changeWords } from './rule-change.ts';
import type { RuleSettings } from './settings.ts';

/** What a person changed of a rule in Slack, beside the configuration file, in words. */
export interface SlackChange {
  readonly rule: string;
  /** `severity error → info, minutes 10 → 20`: the file's value first. */
  readonly what: string;
  readonly byName: string;
  /** Epoch ms. */
  readonly at: number;
  /** `misfit`: it fits the rule no longer, so the file holds. `asked`: it waits for an approver, so the file holds. */
  readonly state: 'holds' | 'misfit' | 'asked';
}

/** Every change made in Slack that is not over: what the file alone does not say. */
export const slackChanges = (
  states: readonly RuleInForce[],
  file: Readonly<Record<string, RuleSettings>>,
  overrides: readonly Override[],
): SlackChange[] => {
  const misfits = new Set(states.flatMap(({ misfit, override }) => (misfit ? (override?.id ?? []) : [])));
  return overrides
    .filter(({ state }) => state !== 'ended')
    .map(({ id, rule, set, byName, at, state }) => ({
      rule,
      what: wordsOf(file[rule], set),
      byName,
      at,
      state: state === 'asked' ? 'asked' : misfits.has(id) ? 'misfit' : 'holds',
    }));
};

/** A rule that stands in no file is new by itself; what was changed of it since comes after. */
const wordsOf = (file: RuleSettings | undefined, set: Override['set']): string => {
  const words = changeWords(changed(file), changed(file, set));
  if (set.source === undefined) return words;
  return words === 'as it is' ? 'written in Slack' : `written in Slack, ${words}`;
};

const HOLDS: Readonly<Record<SlackChange['state'], string>> = {
  holds: 'in force',
  misfit: 'fits the rule no longer, the file holds',
  asked: 'waits for an approver, the file holds',
};

/** `csrf: on → off, changed in Slack by Olu Ops (in force)`. */
export const slackChangeWords = ({ rule, what, byName, state }: SlackChange): string =>
  `${rule}: ${what}, changed in Slack by ${byName} (${HOLDS[state]})`;
