import type { Person } from '../core/alert.ts';
import { optionFields } from '../core/option-fields.ts';
import type { Override, RuleInForce } from '../core/override.ts';
import type { Chat, Handling, Ids, Modal } from '../core/ports.ts';
import { judgeChange } from '../core/rule-change.ts';
import type { Settings } from '../core/settings.ts';
import { newRuleForm } from '../views/new-rule-form.ts';
import { type Markup, md } from '../views/parts.ts';
import { changeAnnouncement, changePreview, ruleNotice, tryingModal, tuneForm } from '../views/rule-form.ts';
import type { ShowHome } from './home.ts';
import { createRuleApproval, type RuleApproval, type RuleApprovalDeps } from './rule-approval.ts';
import { configuredChannels, ruleChannels } from './rule-channels.ts';
import { createDrafts, type Draft, type Sent, type Wish } from './rule-drafts.ts';
import { allowed } from './rule-permission.ts';
import { type TrialDeps, tryOut } from './rule-trial.ts';
import { type Flaws, type Parsed, type ReadForm, tuned, wishOf, without, written } from './rule-wishes.ts';

export interface RuleChangeDeps extends RuleApprovalDeps, TrialDeps {
  readonly base: RuleApprovalDeps['base'];
  readonly showHome: ShowHome;
  readonly chat: Pick<Chat, 'openView' | 'updateView' | 'channel'>;
  readonly clock: RuleApprovalDeps['clock'];
  readonly ids: Ids;
  readonly settings: Pick<Settings, 'routes' | 'channels'>;
  readonly flaws: Flaws;
  /** Reads one rule in the words of the configuration; every mistake at once. @param taken ids of other rules */
  parse(text: string, taken: readonly string[]): Parsed;
}

type Opener = { readonly person: Person; readonly triggerId: string };

/** What people do about rules on the Home tab: choose → (fill in) → trial → confirm → perhaps an approver → holds from the next poll on. */
export interface RuleChanges extends Pick<RuleApproval, 'decide'> {
  /** @param choice `disable:csrf`, as the menu of the Home tab gives it; looked up here */
  choose(choice: string, by: Opener): Promise<void>;
  /** Opens the form with which a rule is written. */
  begin(by: Opener): Promise<void>;
  /** The form with the fields of a rule was sent in. */
  fill(sent: Sent): Handling;
  /** The form of a new rule was sent in. */
  write(sent: Sent): Handling;
  /** The preview was confirmed. The request is durable before the acknowledgement. */
  save(sent: Sent): Handling;
}

const VERBS = ['tune', 'enable', 'disable', 'reset'] as const;

export const createRuleChanges = (deps: RuleChangeDeps): RuleChanges => {
  const { base, rulebook, store, chat, clock, ids, announce } = deps;
  const { settle, decide } = createRuleApproval(deps);
  const stateOf = (rule: string): RuleInForce | undefined =>
    rulebook.states().find((one) => one.rule.id === rule);
  const drafts = createDrafts(stateOf, deps);

  /** Who may not is told in a window of his own. */
  const mayChange = (what: string, { person, triggerId }: Opener) =>
    allowed(
      'change-rule',
      what,
      { person, channel: null },
      deps,
      async (words) => void (await chat.openView(triggerId, ruleNotice('Not allowed', [words]))),
    );

  const preview = async (viewId: string, wish: Wish, { person, name }: Pick<Draft, 'person' | 'name'>) => {
    const { rule, before, after, what, fresh } = wish;
    const show = (view: Modal): Promise<void> => chat.updateView(viewId, view);
    const trial = await tryOut(rule, { before, after }, deps);
    const verdict = judgeChange(rule, before, after, trial);
    const nothing = verdict.kind === 'nothing' && !fresh && what !== 'deleted';
    if (nothing)
      return show(ruleNotice('Nothing to change', [md`${rule.id} is so already. Nothing was changed.`]));
    const over = fresh ? undefined : stateOf(rule.id)?.override?.id;
    const draft = drafts.keep({
      rule: rule.id,
      person,
      name,
      at: clock.now(),
      over,
      shown: { wish, trial, verdict },
    });
    return show(changePreview(rule.id, what, trial, verdict, draft, fresh));
  };

  /** What is wrong is said under its field; else the trial begins. */
  const tryIt = (sent: Sent, draft: Draft, read: ReadForm): Handling => {
    if (!read.ok) return { ack: { errors: read.errors } };
    const { wish } = read;
    drafts.drop(sent.draft);
    return {
      ack: { update: tryingModal(wish.rule.id) },
      work: () => preview(sent.viewId, wish, draft),
    };
  };

  return {
    decide,

    async choose(choice, by) {
      const at = choice.indexOf(':');
      const verb = VERBS.find((one) => one === choice.slice(0, at));
      const state = stateOf(choice.slice(at + 1));
      if (state === undefined || verb === undefined)
        return void (await chat.openView(
          by.triggerId,
          ruleNotice('Unknown', [md`I don't know this rule any more. Nothing was changed.`]),
        ));
      const { rule, settings, override } = state;
      const profile = await mayChange(rule.id, by);
      if (profile === undefined) return;
      const { person, triggerId } = by;
      const { name } = profile;
      if (verb === 'tune') {
        const channels = await ruleChannels(deps.settings, chat);
        const draft = drafts.keep({ person, name, rule: rule.id, at: clock.now(), over: override?.id });
        const options = rule.options.parse(settings.options);
        await chat.openView(triggerId, tuneForm(state, optionFields(rule.options), options, channels, draft));
        return;
      }
      const viewId = await chat.openView(triggerId, tryingModal(rule.id));
      const wish =
        verb === 'reset'
          ? without(state, base())
          : wishOf(state, base(), { ...settings, enabled: verb === 'enable' });
      await preview(viewId, wish, { person, name });
    },

    async begin(by) {
      const profile = await mayChange('a new rule', by);
      if (profile === undefined) return;
      const { person } = by;
      const draft = drafts.keep({
        person,
        name: profile.name,
        rule: undefined,
        at: clock.now(),
        over: undefined,
      });
      await chat.openView(by.triggerId, newRuleForm(draft));
    },

    fill(sent) {
      const open = drafts.of(sent);
      if (open?.state === undefined) return EXPIRED;
      const read = tuned(open.state, base(), sent.values, {
        flaws: deps.flaws,
        channels: configuredChannels(deps.settings),
      });
      return tryIt(sent, open.draft, read);
    },

    write(sent) {
      const open = drafts.of(sent);
      if (open === undefined) return EXPIRED;
      const taken = rulebook.states().map(({ rule }) => rule.id);
      return tryIt(
        sent,
        open.draft,
        written(sent.values, (text) => deps.parse(text, taken)),
      );
    },

    save(sent) {
      const open = drafts.of(sent);
      const shown = open?.draft.shown;
      if (open === undefined || shown === undefined) return EXPIRED;
      drafts.drop(sent.draft);
      const { name } = open.draft;
      const { wish, trial, verdict } = shown;
      const { rule, what } = wish;
      const row: Override = {
        id: ids.next().slice(0, 10),
        rule: rule.id,
        set: wish.set,
        by: sent.person,
        byName: name,
        at: clock.now(),
        state: 'asked',
        ...(verdict.kind === 'approver' ? { needs: verdict.why } : {}),
      };
      const show = (title: string, words: Markup): Promise<void> =>
        chat.updateView(sent.viewId, ruleNotice(title, [words]));
      return {
        before: () => store.commit([{ type: 'override-set', override: row }]),
        ack: { update: ruleNotice('Saving', [md`Saving the change of ${rule.id} …`]) },
        work: async () => {
          const profile = await allowed(
            'change-rule',
            `${rule.id}: ${what}`,
            { person: sent.person, channel: null },
            deps,
            (words) => show('Not allowed', words),
          );
          if (profile === undefined)
            return store.commit([{ type: 'override-ended', id: row.id, at: clock.now() }]);
          if (verdict.kind !== 'approver') {
            await settle(row, null, wish.fresh ? 'Rule written' : 'Rule changed');
            await show('Saved', md`${rule.id}: ${what}. It holds from the next poll on.`);
          } else {
            announce(
              `rule.${row.id}.asked`,
              changeAnnouncement(row, what, 'Change of a rule asked for', trial),
            );
            await show(
              'Asked',
              md`${rule.id} stays as it is until an approver agrees: ${row.needs ?? ''}. The request stands in the announce channel for 24 h.`,
            );
          }
          await deps.showHome(sent.person);
        },
      };
    },
  };
};

const EXPIRED: Handling = {
  ack: {
    update: ruleNotice('Expired', [
      md`This form is no longer valid, or the rule was changed meanwhile. Nothing was changed; open it again from the Home tab.`,
    ]),
  },
};
