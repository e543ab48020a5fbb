import type { CustomRule } from '../core/custom/spec.ts';
import { custom, toCustomRule } from './custom.ts';
import { flawsOf } from './issues.ts';
import { type Flaw, pathText } from './problem.ts';
import { readSource } from './source.ts';

/** What is wrong with a pasted rule, and where: what a form shows. */
export interface CustomRuleError {
  /** From 1, in the pasted text. */
  readonly line: number;
  /** `where[0].any`; '' = the whole. */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

export type CustomRuleResult =
  | { readonly ok: true; readonly rule: CustomRule }
  | { readonly ok: false; readonly errors: readonly CustomRuleError[] };

/**
 * Reads one custom rule as it would stand in the section `custom`, alone or as the only entry of a list. Never throws; every error at
 * once, each with its line.
 * @param taken ids of rules that exist already
 */
export const parseCustomRule = (text: string, taken: readonly string[]): CustomRuleResult => {
  const source = readSource(text);
  const listed = Array.isArray(source.tree);
  const written: unknown = Array.isArray(source.tree) ? source.tree[0] : source.tree;
  const parsed = custom.safeParse(written ?? {});
  const flaws: Flaw[] =
    source.problems.length > 0
      ? [...source.problems]
      : [
          ...flawsOf(parsed.error?.issues ?? [], custom, written ?? {}),
          ...(parsed.success && taken.includes(parsed.data.id) ? [TAKEN] : []),
          ...(Array.isArray(source.tree) && source.tree.length > 1 ? [MORE] : []),
        ];
  if (parsed.success && flaws.length === 0) return { ok: true, rule: toCustomRule(parsed.data) };
  const errors = flaws.map(({ line, path, message, hint }) => ({
    line: line ?? source.lineOf(listed ? [0, ...path] : path),
    path: pathText(path),
    message,
    hint,
  }));
  return { ok: false, errors: errors.sort((a, b) => a.line - b.line) };
};

const TAKEN: Flaw = { path: ['id'], message: 'is the id of a rule already', hint: 'choose another' };
const MORE: Flaw = { path: [], message: 'Several rules were given.', hint: 'paste one at a time' };
