import { type Look, namesQuarantine } from './broad.ts';
import type { PolicyChange } from './change.ts';
import { concernedBy, type End, kinKey } from './population.ts';

/** What a provisioning changed, as far as the policy before and after it says. */
export interface Touches {
  /** Names of rule sets and boundaries in which something that denies changed, or that names the quarantine label. */
  readonly denies: readonly string[];
  readonly quarantine: readonly string[];
  /** How many high-value hosts the changed rules concern. */
  readonly highValue: number;
  /** Which hosts these are, as `kinKey` of their labels; null = not known, so any may be. */
  readonly kin: readonly string[] | null;
}

/** Where nobody could read what went live. */
export const UNREAD: Touches = { denies: [], quarantine: [], highValue: 0, kin: null };

/** Label sets kept at most: beyond, all hosts are meant. */
const MOST_KIN = 300;

/** @param changes what could be read; rules that are off before and after do nothing */
export const touchesOf = (changes: readonly PolicyChange[], look: Omit<Look, 'limits'>): Touches => {
  const rules = changes.flatMap(({ before, after }) => [...before, ...after]).filter(({ on }) => on);
  if (rules.length === 0) return UNREAD;
  const ends = rules.flatMap((rule): End[] => [
    { rule, side: 'providers' },
    { rule, side: 'consumers' },
  ]);
  const { kinds } = concernedBy(ends, look.population);
  const names = (some: typeof rules): string[] => [...new Set(some.map(({ name }) => name))];
  return {
    denies: names(rules.filter(({ kind }) => kind !== 'allow')),
    quarantine: names(rules.filter((rule) => namesQuarantine(rule, look))),
    highValue: kinds
      .filter(({ labels }) => look.context.highValue(labels))
      .reduce((sum, { hosts }) => sum + hosts, 0),
    kin: kinds.length > MOST_KIN ? null : kinds.map(({ labels }) => kinKey(labels)),
  };
};
