import type { Label } from './label.ts';
import { nearest } from './nearest.ts';

/** One condition of the label grammar (definitions §0): `env=prod,stage`, `app=erp*`, `env!=dev`. */
export interface LabelTerm {
  readonly key: string;
  readonly negated: boolean;
  /** Any of these; `*` stands for any run of characters. */
  readonly values: readonly string[];
}

/** Conditions that must all hold. An empty query holds for everything: callers that must not widen check for it. */
export type LabelQuery = readonly LabelTerm[];

export type ParsedQuery =
  | { readonly ok: true; readonly query: LabelQuery }
  | { readonly ok: false; readonly problem: string };

const TERM = /^([^=!\s,]+)(!?=)(.+)$/;

/**
 * Reads terms like `env=prod,stage app=erp* role!=db`. With `known` labels, keys and values that do not exist are a problem with
 * the nearest names, never a query that matches something else (promise 5).
 */
export const parseLabelQuery = (words: readonly string[], known?: Iterable<Label>): ParsedQuery => {
  const byKey = known === undefined ? undefined : valuesByKey(known);
  const query: LabelTerm[] = [];
  for (const word of words) {
    const [, key, operator, rest] = TERM.exec(word) ?? [];
    if (key === undefined || rest === undefined)
      return {
        ok: false,
        problem: `I can't read "${word}" as a label. Write key=value, for example env=prod.`,
      };
    const values = rest.split(',').filter((value) => value !== '');
    if (values.length === 0)
      return { ok: false, problem: `"${word}" names no value. Write for example ${key}=prod.` };
    const problem = byKey && unknownName(key, values, byKey);
    if (problem !== undefined) return { ok: false, problem };
    query.push({ key, negated: operator === '!=', values });
  }
  return { ok: true, query };
};

/** True when a word is meant as a label term rather than a name. */
export const isLabelTerm = (word: string): boolean => TERM.test(word);

/** What a query asks of the labels of a host. */
export type LabelTest = (labels: readonly Pick<Label, 'key' | 'value'>[]) => boolean;

/** True when every term holds. A negated term also holds where the key is absent. */
export const matchesLabels = (query: LabelQuery, labels: Parameters<LabelTest>[0]): boolean =>
  labelTest(query)(labels);

/** `matchesLabels` for many hosts: each value is compared with the patterns once. */
export const labelTest = (query: LabelQuery): LabelTest => {
  const terms = query.map(({ key, negated, values }) => {
    const is = values.map(globber);
    const known = new Map<string, boolean>();
    const holds = (value: string): boolean => {
      const before = known.get(value);
      if (before !== undefined) return before;
      const now = is.some((matches) => matches(value));
      known.set(value, now);
      return now;
    };
    return { key, negated, holds };
  });
  return (labels) =>
    terms.every(({ key, negated, holds }) => {
      const value = labels.find((label) => label.key === key)?.value;
      return negated !== (value !== undefined && holds(value));
    });
};

/** True when one of the labels is one that a term asks for: a part of what the query means, whatever the other terms say. */
export const mentions = (query: LabelQuery, labels: Parameters<LabelTest>[0]): boolean =>
  labels.some(({ key, value }) =>
    query.some(
      (term) => term.key === key && !term.negated && term.values.some((pattern) => glob(pattern, value)),
    ),
  );

/** One selector of the configuration (`env=prod role=db*`): terms parted by blanks, all must hold. Throws on bad syntax (config checked it). */
export const selector = (text: string): LabelQuery => {
  const parsed = parseLabelQuery(text.trim().split(/\s+/));
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.query;
};

/** True when any of the selectors matches; no selectors match nothing. */
export const anySelector = (texts: readonly string[]): LabelTest => {
  const queries = texts.map((text) => labelTest(selector(text)));
  return (labels) => queries.some((matches) => matches(labels));
};

/** Matches a name against a pattern in which `*` stands for any run of characters; case is ignored, all else is literal. Linear time. */
export const glob = (pattern: string, name: string): boolean => globber(pattern)(name);

/** `glob` for many names. */
export const globber = (pattern: string): ((name: string) => boolean) => {
  const parts = pattern.toLowerCase().split('*');
  const first = parts[0] ?? '';
  if (parts.length === 1) return (name) => name.toLowerCase() === first;
  const last = parts[parts.length - 1] ?? '';
  const between = parts.slice(1, -1);
  return (name) => {
    const text = name.toLowerCase();
    const end = text.length - last.length;
    if (first.length > end || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const part of between) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
};

const valuesByKey = (known: Iterable<Label>): Map<string, Set<string>> => {
  const byKey = new Map<string, Set<string>>();
  for (const { key, value } of known) byKey.set(key, (byKey.get(key) ?? new Set()).add(value));
  return byKey;
};

const unknownName = (
  key: string,
  values: readonly string[],
  byKey: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined => {
  const existing = byKey.get(key);
  if (existing === undefined) return `There is no label key "${key}".${meant(nearest(key, byKey.keys()))}`;
  for (const value of values)
    if (![...existing].some((one) => glob(value, one)))
      return `There is no label ${key}=${value}.${meant(nearest(value, existing).map((near) => `${key}=${near}`))}`;
  return undefined;
};

const meant = (names: readonly string[]): string =>
  names.length === 0 ? '' : ` Nearest: ${names.join(', ')}.`;
