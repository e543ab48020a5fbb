import { compileRules, type Detected } from '../../src/core/detect.ts';
import type { PolicyQuestion } from '../../src/core/draft/change.ts';
import type { AlertRule, Cleared, Finding, Observation, RuleContext } from '../../src/core/rule.ts';
import { contextOf, DEFAULT_CONTEXT, type EstateSettings } from '../../src/core/rule-context.ts';

/** The context of a configuration that says only this. */
export const aContext = (parts: Partial<EstateSettings> = {}): RuleContext =>
  contextOf({
    highValue: [],
    watch: [],
    zones: [],
    ephemeral: [],
    shared: [],
    scanners: [],
    internal: [],
    automation: [],
    quarantine: undefined,
    pces: [],
    ...parts,
  });

export interface Watching {
  /** Gives the rule one observation; its memory is kept from call to call, in turn as it was made, frozen, and through JSON as from the disk. */
  see(observation: Observation): { findings: readonly Finding[]; cleared: readonly Cleared[] };
  memory(): unknown;
  /** When the rule asked to be called; null = not. */
  wakeAt(): number | null;
  reads(now: number): readonly string[];
  asks(now: number): readonly PolicyQuestion[];
}

/** One rule as the pipeline runs it: through a rule set, remembering. A rule that throws fails the test. */
export const watching = (
  rule: AlertRule,
  { context = DEFAULT_CONTEXT, options = {} }: { context?: RuleContext; options?: object } = {},
): Watching => {
  const set = compileRules(
    [rule],
    () => ({ enabled: true, severity: undefined, options: { ...options } }),
    context,
  );
  const memories = new Map<string, unknown>();
  let wake: number | null = null;
  let kept = 0;
  /** What a rule made is handed back to it as it is (rule.ts): whoever wrote into it would change what is durable. */
  const keep = (id: string, memory: unknown): void => {
    kept += 1;
    memories.set(id, kept % 2 === 0 ? JSON.parse(JSON.stringify(memory)) : memory);
    freeze(memories.get(id));
  };
  return {
    see(observation) {
      const found: Detected = set.run(observation, memories);
      for (const { error } of found.failures) throw error;
      for (const [id, memory] of Object.entries(found.memories)) keep(id, memory);
      if (rule.id in found.wakes) wake = found.wakes[rule.id] ?? null;
      return {
        findings: found.findings.map(({ finding }) => finding),
        cleared: found.cleared.map(({ cleared }) => cleared),
      };
    },
    memory: () => memories.get(rule.id),
    wakeAt: () => wake,
    reads: (now) => set.reads(memories, now),
    asks: (now) => set.asks(memories, now),
  };
};

const freeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
};

/** Severity and name of what was found: what most rows of a table are about. */
export const told = (findings: readonly Finding[]): string[] =>
  findings.map(({ severity, subject }) => `${severity} ${subject.name}`);
