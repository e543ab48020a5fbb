import { customRule } from '../core/custom/custom-rule.ts';
import type { CustomRule } from '../core/custom/spec.ts';
import { compileRules, type RuleSet } from '../core/detect.ts';
import { inForce, type Override, type RuleInForce } from '../core/override.ts';
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
  /** Reads a rule that was written in Slack; undefined when this version cannot. @param taken ids of other rules */
  read(source: string, taken: readonly string[]): CustomRule | undefined;
  /** Takes all rules there are after each change: those of the file and those written in Slack. */
  changed?(rules: readonly AlertRule[]): void;
}

/** The alert rules as they run: file and changes made in Slack, compiled anew at each change. What they remember is in the store and stays. */
export interface Rulebook {
  /** Always the newest compiled set: who holds it needs no restart. */
  readonly running: RuleSet;
  readonly states: () => readonly RuleInForce[];
  /** By rule id, the channel its alerts go to instead of where the routes say. */
  channels(): ReadonlyMap<string, string>;
  /** What was changed in Slack beside the file. */
  changes(): Promise<readonly SlackChange[]>;
  /** Reads the changes and compiles again. Rejects with ZodError when the file's options do not fit (config checked them). */
  refresh(): Promise<void>;
}

export const createRulebook = async ({
  base,
  store,
  log,
  tell,
  read,
  changed = () => undefined,
}: RulebookDeps): Promise<Rulebook> => {
  let states: readonly RuleInForce[] = [];
  let channels: ReadonlyMap<string, string> = new Map();
  let now: RuleSet = compileRules([], () => undefined, base().context);

  /** A rule that no longer can be read, or whose id the file uses now, is left out aloud, as the file says nothing of it. */
  const written = (overrides: readonly Override[], ofFile: readonly AlertRule[]): AlertRule[] => {
    const taken = ofFile.map(({ id }) => id);
    return overrides.flatMap(({ state, rule, set: { source }, byName }) => {
      if (state !== 'active' || source === undefined) return [];
      const spec = read(source, taken);
      if (spec !== undefined) return [customRule(spec)];
      log.warn({ rule }, 'a rule written in Slack is not run');
      tell(
        `The rule ${rule}, which ${byName} wrote in Slack, is not run: ${taken.includes(rule) ? 'the configuration file has a rule of that id now' : 'this version cannot read it'}.`,
      );
      return [];
    });
  };

  const refresh = async (): Promise<void> => {
    const { rules: ofFile, settings, context } = base();
    const overrides = await store.overrides();
    const rules = [...ofFile, ...written(overrides, ofFile)];
    states = inForce(rules, settings, overrides);
    const byId = new Map(states.map((one) => [one.rule.id, one.settings]));
    now = compileRules(rules, (id) => byId.get(id), context);
    channels = new Map(
      states.flatMap(({ rule, settings: { channel } }) =>
        channel === undefined ? [] : [[rule.id, channel]],
      ),
    );
    changed(rules);
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
      asks: (memories, at) => now.asks(memories, at),
    },
    states: () => states,
    channels: () => channels,
    changes: async () => slackChanges(states, base().settings, await store.overrides()),
    refresh,
  };
};
