import type { Alert } from './alert.ts';

/** How often a rule spoke: what a list of rules shows of it. */
export interface RuleLog {
  /** Epoch ms; undefined = not since `since`. */
  readonly lastAt: number | undefined;
  /** Times it fired, on how many subjects. */
  readonly fired: number;
  readonly subjects: number;
  /** Of these, repeats within a quiet period: they moved a counter and were not posted. */
  readonly quiet: number;
}

const NEVER: RuleLog = { lastAt: undefined, fired: 0, subjects: 0, quiet: 0 };

/** By rule id. @param alerts those that fired since then, of any state */
export const ruleLogs = (alerts: readonly Alert[]): ((rule: string) => RuleLog) => {
  const logs = new Map<string, RuleLog>();
  for (const { rule, lastAt, count, hushed } of alerts) {
    const before = logs.get(rule) ?? NEVER;
    logs.set(rule, {
      lastAt: Math.max(before.lastAt ?? 0, lastAt),
      fired: before.fired + count,
      subjects: before.subjects + 1,
      quiet: before.quiet + (hushed === true ? count : count - 1),
    });
  }
  return (rule) => logs.get(rule) ?? NEVER;
};
