import type { Person } from '../core/alert.ts';
import type { RuleChange, RuleInForce } from '../core/override.ts';
import { sameAccount } from '../core/person.ts';
import type { Clock, Ids } from '../core/ports.ts';
import type { AlertRule } from '../core/rule.ts';
import type { ChangeVerdict } from '../core/rule-change.ts';
import type { RuleTrial } from '../core/rule-trial.ts';
import type { RuleSettings } from '../core/settings.ts';

/** How long a form or a preview may be used. */
const DRAFT_MS = 30 * 60_000;

/** What somebody wants of a rule, and what would be stored for it. */
export interface Wish {
  readonly rule: AlertRule;
  readonly before: RuleSettings;
  readonly after: RuleSettings;
  readonly set: RuleChange;
  /** What it comes to, for people: "off", "minutes 10 → 20", "a new rule". */
  readonly what: string;
  /** There is no such rule yet. */
  readonly fresh: boolean;
}

export interface Draft {
  /** undefined while a new rule is being written. */
  readonly rule: string | undefined;
  readonly person: Person;
  readonly name: string;
  readonly at: number;
  /** The change that held when it was opened: another one by now ends the draft. */
  readonly over: string | undefined;
  /** What a preview showed; absent while the fields are filled in. */
  readonly shown?: { readonly wish: Wish; readonly trial: RuleTrial; readonly verdict: ChangeVerdict };
}

/** A form that was sent in. */
export interface Sent {
  readonly draft: string;
  readonly person: Person;
  readonly viewId: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Forms and previews that are open. In memory: what was open at a restart says that it expired; nothing was decided by it yet. */
export interface Drafts {
  /** @returns the id the form carries */
  keep(draft: Draft): string;
  /** The draft of this person while nothing has changed under it. */
  of(sent: Sent): { readonly draft: Draft; readonly state: RuleInForce | undefined } | undefined;
  drop(id: string): void;
}

export const createDrafts = (
  stateOf: (rule: string) => RuleInForce | undefined,
  { clock, ids }: { readonly clock: Pick<Clock, 'now'>; readonly ids: Ids },
): Drafts => {
  const drafts = new Map<string, Draft>();
  return {
    keep(draft) {
      for (const [id, { at }] of drafts) if (clock.now() - at > DRAFT_MS) drafts.delete(id);
      const id = ids.next();
      drafts.set(id, draft);
      return id;
    },
    of({ draft: id, person }) {
      const draft = drafts.get(id);
      if (draft === undefined || !sameAccount(draft.person, person)) return undefined;
      if (clock.now() - draft.at > DRAFT_MS) return undefined;
      const state = draft.rule === undefined ? undefined : stateOf(draft.rule);
      const begins = draft.rule === undefined || draft.shown?.wish.fresh === true;
      if (begins !== (state === undefined) || draft.over !== state?.override?.id) return undefined;
      return { draft, state };
    },
    drop: (id) => void drafts.delete(id),
  };
};
