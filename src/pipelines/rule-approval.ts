import type { Person } from '../core/alert.ts';
import { changed, type Override, type RuleInForce } from '../core/override.ts';
import { samePerson } from '../core/person.ts';
import type { Audit, Clock, Message, Store } from '../core/ports.ts';
import { changeWords } from '../core/rule-change.ts';
import { type Markup, md, message, section } from '../views/parts.ts';
import { changeAnnouncement } from '../views/rule-form.ts';
import type { Gate } from './gate.ts';
import { allowed } from './rule-permission.ts';
import type { RuleBase, Rulebook } from './rulebook.ts';
import type { Doer } from './tending.ts';

/** How long a request may wait for an approver. */
const ASKED_MS = 24 * 3_600_000;

export interface RuleApprovalDeps {
  readonly base: () => RuleBase;
  readonly rulebook: Pick<Rulebook, 'states' | 'refresh'>;
  readonly store: Pick<Store, 'commit' | 'overrides'>;
  readonly gate: Gate;
  readonly audit: Audit;
  readonly clock: Pick<Clock, 'now'>;
  /** Says a line under a key where everybody reads what was done (definitions §8). */
  announce(key: string, line: Message): void;
}

export interface RuleApproval {
  /** Lets a change hold, and says so. @param agreed who agreed; null = nobody had to */
  settle(row: Override, agreed: Person | null, said: string): Promise<void>;
  decide(id: string, agrees: boolean, doer: Doer): Promise<void>;
}

/** A change of a rule that waits for another person, and what becomes of it. */
export const createRuleApproval = (deps: RuleApprovalDeps): RuleApproval => {
  const { base, rulebook, store, clock, announce } = deps;
  const stateOf = (rule: string): RuleInForce | undefined =>
    rulebook.states().find((one) => one.rule.id === rule);

  const whatOf = (row: Override): string => {
    const state = stateOf(row.rule);
    if (state === undefined && row.set.source !== undefined) return 'a new rule';
    if (state?.source !== undefined && row.set.source === undefined) return 'deleted';
    const file = changed(base().settings[row.rule]);
    return changeWords(state?.settings ?? file, changed(file, row.set));
  };

  const settle = async (row: Override, agreed: Person | null, said: string): Promise<void> => {
    const what = whatOf(row);
    await store.commit([{ type: 'override-approved', id: row.id, by: agreed, at: clock.now() }]);
    await rulebook.refresh();
    announce(`rule.${row.id}.set`, changeAnnouncement({ ...row, state: 'active' }, what, said));
  };

  return {
    settle,
    async decide(id, agrees, doer) {
      const say = (words: Markup): Promise<void> => doer.show(message('Change of a rule', [section(words)]));
      const row = (await store.overrides()).find((one) => one.id === id);
      if (row === undefined || row.state !== 'asked')
        return say(md`This request is no longer open. Nothing was changed.`);
      const profile = await allowed('approve-rule', row.rule, doer, deps, say);
      if (profile === undefined) return;
      if (clock.now() - row.at > ASKED_MS) {
        await store.commit([{ type: 'override-ended', id, at: clock.now() }]);
        return say(md`This request is older than 24 h and has lapsed. Nothing was changed.`);
      }
      const { profile: requester } = await deps.gate.check(row.by, 'change-rule', {
        targets: [],
        channel: null,
      });
      if (agrees && samePerson(profile, requester))
        return say(md`Another person has to agree: you asked for it yourself. Nothing was changed.`);
      if (agrees) return settle(row, doer.person, `Change of a rule approved by ${profile.name}, asked for`);
      await store.commit([{ type: 'override-ended', id, at: clock.now() }]);
      announce(
        `rule.${id}.refused`,
        changeAnnouncement(
          { ...row, state: 'ended' },
          whatOf(row),
          `Change of a rule refused by ${profile.name}, asked for`,
        ),
      );
    },
  };
};
