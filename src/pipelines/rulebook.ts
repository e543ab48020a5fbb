import { compileRules, type RuleSet } from '../core/detect.ts';
import { inForce, type RuleInForce } from '../core/override.ts';
import type { Log, Store } from '../core/ports.ts';
import type { AlertRule, RuleContext } from '../core/rule.ts';
import type { Settings } from '../core/settings.ts';
import { type SlackChange, slackChanges } from '../core/slack-changes.ts';

/** What the configuration file says of the rules. */
export interface RuleBase {
  readonly rules: readonly AlertRule[];
  readonly settings: Settings['rules'];
  readonly context: RuleContext;
}

export interface RulebookDeps {
  readonly base: () => RuleBase;
  readonly store: Pick<Store, 'overrides'>;
  readonly log: Log;
  /** Tells people of a trouble of our own. */
  tell(trouble: string): void;
}

/** The alert rules as they run: file and changes made in Slack, compiled anew at each change. What they remember is in the store and stays. */
export interface Rulebook {
  /** Always the newest compiled set: who holds it needs no restart. */
  readonly running: RuleSet;
  readonly states: () => readonly RuleInForce[];
  /** What was changed in Slack beside the file. */
  changes(): Promise<readonly SlackChange[]>;
  /** Reads the changes and compiles again. Rejects with ZodError when the file's options do not fit (config checked them). */
  refresh(): Promise<void>;
}

export const createRulebook = async ({ base, store, log, tell }: RulebookDeps): Promise<Rulebook> => {
  let states: readonly RuleInForce[] = [];
  let now: RuleSet = compileRules([], () => undefined, base().context);

  const refresh = async (): Promise<void> => {
    const { rules, settings, context } = base();
    states = inForce(rules, settings, await store.overrides());
    const byId = new Map(states.map((one) => [one.rule.id, one.settings]));
    now = compileRules(rules, (id) => byId.get(id), context);
    for (const { rule, override, misfit } of states)
      if (misfit) {
        log.warn({ rule: rule.id, by: override?.by.user }, 'a change made in Slack no longer fits its rule');
        tell(
          `What ${override?.byName} changed of the rule ${rule.id} in Slack no longer fits it and is not applied; the configuration file holds.`,
        );
      }
  };

  await refresh();
  return {
    running: {
      get rules() {
        return now.rules;
      },
      run: (observation, memories) => now.run(observation, memories),
      reads: (memories, at) => now.reads(memories, at),
    },
    states: () => states,
    changes: async () => slackChanges(states, base().settings, await store.overrides()),
    refresh,
  };
};
