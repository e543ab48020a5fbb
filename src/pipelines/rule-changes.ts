import type { Person } from '../core/alert.ts';
import { optionFields, optionsFrom } from '../core/option-fields.ts';
import { changed, type Override, type RuleInForce } from '../core/override.ts';
import { sameAccount, samePerson } from '../core/person.ts';
import type { Audit, Chat, Clock, Handling, Ids, Message, Modal, Profile, Store } from '../core/ports.ts';
import { type ChangeVerdict, changeFrom, changeWords, judgeChange } from '../core/rule-change.ts';
import type { RuleTrial } from '../core/rule-trial.ts';
import type { RuleSettings } from '../core/settings.ts';
import { SEVERITIES } from '../core/severity.ts';
import { type Markup, md, message, section } from '../views/parts.ts';
import { changeAnnouncement, changePreview, ruleNotice, tryingModal, tuneForm } from '../views/rule-form.ts';
import type { Gate } from './gate.ts';
import type { ShowHome } from './home.ts';
import { refusalText } from './refusal.ts';
import { type TrialDeps, tryOut } from './rule-trial.ts';
import type { RuleBase, Rulebook } from './rulebook.ts';
import type { Doer } from './tending.ts';

/** How long a form or a preview may be used, and a request may wait for an approver. */
const DRAFT_MS = 30 * 60_000;
const ASKED_MS = 24 * 3_600_000;

export interface RuleChangeDeps extends TrialDeps {
  readonly base: () => RuleBase;
  readonly rulebook: Pick<Rulebook, 'states' | 'refresh'>;
  readonly showHome: ShowHome;
  readonly store: Pick<Store, 'commit' | 'overrides'>;
  readonly gate: Gate;
  readonly audit: Audit;
  readonly chat: Pick<Chat, 'openView' | 'updateView'>;
  readonly clock: Clock;
  readonly ids: Ids;
  /** What is wrong with options, each with where it stands; as the configuration file is checked. */
  flaws(
    rule: string,
    options: RuleSettings['options'],
  ): readonly { readonly path: string; readonly message: string }[];
  /** Says a line under a key where everybody reads what was done (definitions §8). */
  announce(key: string, line: Message): void;
}

interface Sent {
  readonly draft: string;
  readonly person: Person;
  readonly viewId: string;
  readonly values: Readonly<Record<string, string>>;
}

/** What people do about rules on the Home tab: choose → (fill in) → trial → confirm → perhaps an approver → holds from the next poll on. */
export interface RuleChanges {
  /** @param choice `disable:csrf`, as the menu of the Home tab gives it; looked up here */
  choose(choice: string, by: { readonly person: Person; readonly triggerId: string }): Promise<void>;
  /** The form with the fields was sent in. */
  fill(sent: Sent): Handling;
  /** The preview was confirmed. The request is durable before the acknowledgement. */
  save(sent: Sent): Handling;
  decide(id: string, agrees: boolean, doer: Doer): Promise<void>;
}

interface Draft {
  readonly rule: string;
  readonly person: Person;
  readonly name: string;
  readonly at: number;
  /** The change that held when it was opened: another one by now ends the draft. */
  readonly over: string | undefined;
  /** What a preview showed; absent while the fields are filled in. */
  readonly shown?: {
    readonly wanted: RuleSettings;
    readonly trial: RuleTrial;
    readonly verdict: ChangeVerdict;
    readonly what: string;
  };
}

export const createRuleChanges = (deps: RuleChangeDeps): RuleChanges => {
  const { base, rulebook, store, chat, clock, ids, announce } = deps;
  /** In memory: what was open at a restart says that it expired; nothing was decided by it yet. */
  const drafts = new Map<string, Draft>();

  const stateOf = (rule: string): RuleInForce | undefined =>
    rulebook.states().find((one) => one.rule.id === rule);
  const fileOf = (rule: string): RuleSettings => changed(base().settings[rule]);

  const keep = (draft: Draft): string => {
    for (const [id, { at }] of drafts) if (clock.now() - at > DRAFT_MS) drafts.delete(id);
    const id = ids.next();
    drafts.set(id, draft);
    return id;
  };

  /** The draft of this person, once, while nothing has changed under it. */
  const take = ({ draft, person }: Sent): { draft: Draft; state: RuleInForce } | undefined => {
    const known = drafts.get(draft);
    const state = known && stateOf(known.rule);
    if (known === undefined || state === undefined || !sameAccount(known.person, person)) return undefined;
    const fresh = clock.now() - known.at <= DRAFT_MS && known.over === state.override?.id;
    return fresh ? { draft: known, state } : undefined;
  };

  const preview = async (
    viewId: string,
    state: RuleInForce,
    wanted: RuleSettings,
    by: Pick<Draft, 'person' | 'name'>,
  ): Promise<void> => {
    const { rule, settings: before } = state;
    const show = (view: Modal): Promise<void> => chat.updateView(viewId, view);
    const trial = await tryOut(rule, { before, after: wanted }, deps);
    const verdict = judgeChange(rule, before, wanted, trial);
    if (verdict.kind === 'nothing')
      return show(ruleNotice('Nothing to change', [md`${rule.id} is so already. Nothing was changed.`]));
    const what = changeWords(before, wanted);
    const { person, name } = by;
    const draft = keep({
      rule: rule.id,
      person,
      name,
      at: clock.now(),
      over: state.override?.id,
      shown: { wanted, trial, verdict, what },
    });
    return show(changePreview(rule.id, what, trial, verdict, draft));
  };

  const settle = async (row: Override, agreed: Person | null, said: string): Promise<void> => {
    await store.commit([{ type: 'override-approved', id: row.id, by: agreed, at: clock.now() }]);
    await rulebook.refresh();
    announce(`rule.${row.id}.set`, changeAnnouncement({ ...row, state: 'active' }, whatOf(row), said));
  };

  const whatOf = (row: Override): string => changeWords(fileOf(row.rule), changed(fileOf(row.rule), row.set));

  return {
    async choose(choice, { person, triggerId }) {
      const at = choice.indexOf(':');
      const verb = choice.slice(0, at);
      const state = stateOf(choice.slice(at + 1));
      if (state === undefined || !['tune', 'enable', 'disable', 'reset'].includes(verb))
        return void (await chat.openView(
          triggerId,
          ruleNotice('Unknown', [md`I don't know this rule any more. Nothing was changed.`]),
        ));
      const { rule, settings, override } = state;
      const profile = await allowed(
        'change-rule',
        rule.id,
        { person, channel: null },
        deps,
        async (words) => void (await chat.openView(triggerId, ruleNotice('Not allowed', [words]))),
      );
      if (profile === undefined) return;
      const by = { person, name: profile.name };
      if (verb === 'tune') {
        const draft = keep({ ...by, rule: rule.id, at: clock.now(), over: override?.id });
        await chat.openView(
          triggerId,
          tuneForm(state, optionFields(rule.options), rule.options.parse(settings.options), draft),
        );
        return;
      }
      const viewId = await chat.openView(triggerId, tryingModal(rule.id));
      await preview(
        viewId,
        state,
        verb === 'reset' ? fileOf(rule.id) : { ...settings, enabled: verb === 'enable' },
        by,
      );
    },

    fill(sent) {
      const open = take(sent);
      if (open === undefined) return EXPIRED;
      const { draft, state } = open;
      const file = fileOf(draft.rule);
      const fields = optionFields(state.rule.options);
      const written = { ...file.options, ...optionsFrom(fields, sent.values) };
      const flaws = deps.flaws(draft.rule, written);
      const [first] = flaws;
      if (first !== undefined)
        return {
          ack: {
            errors: errorsByField(
              flaws,
              fields.map(({ path }) => path.join('.')),
            ),
          },
        };
      const severity = SEVERITIES.find((one) => one === sent.values['severity']);
      // Only what differs from the file's own values is kept: an option that is left alone follows the file.
      const asFile = state.rule.options.parse(file.options) as RuleSettings['options'];
      const asWanted = state.rule.options.parse(written) as RuleSettings['options'];
      const { options = {} } = changeFrom({ ...file, options: asFile }, { ...file, options: asWanted });
      const wanted = { enabled: state.settings.enabled, severity, options: { ...file.options, ...options } };
      drafts.delete(sent.draft);
      return {
        ack: { update: tryingModal(draft.rule) },
        work: () => preview(sent.viewId, state, wanted, draft),
      };
    },

    save(sent) {
      const open = take(sent);
      const shown = open?.draft.shown;
      if (open === undefined || shown === undefined || shown.verdict.kind === 'nothing') return EXPIRED;
      drafts.delete(sent.draft);
      const { rule, name } = open.draft;
      const { trial, verdict } = shown;
      const row: Override = {
        id: ids.next().slice(0, 10),
        rule,
        set: changeFrom(fileOf(rule), shown.wanted),
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
        ack: { update: ruleNotice('Saving', [md`Saving the change of ${rule} …`]) },
        work: async () => {
          const profile = await allowed(
            'change-rule',
            `${rule}: ${shown.what}`,
            { person: sent.person, channel: null },
            deps,
            (words) => show('Not allowed', words),
          );
          if (profile === undefined)
            return store.commit([{ type: 'override-ended', id: row.id, at: clock.now() }]);
          if (verdict.kind === 'alone') {
            await settle(row, null, 'Rule changed');
            await show('Saved', md`${rule}: ${shown.what}. It holds from the next poll on.`);
          } else {
            announce(
              `rule.${row.id}.asked`,
              changeAnnouncement(row, shown.what, 'Change of a rule asked for', trial),
            );
            await show(
              'Asked',
              md`${rule} stays as it is until an approver agrees: ${row.needs ?? ''}. The request stands in the announce channel for 24 h.`,
            );
          }
          await deps.showHome(sent.person);
        },
      };
    },

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

const EXPIRED: Handling = {
  ack: {
    update: ruleNotice('Expired', [
      md`This form is no longer valid, or the rule was changed meanwhile. Nothing was changed; open it again from the Home tab.`,
    ]),
  },
};

/** Each complaint under the field it is about; under the first one where there is none. */
const errorsByField = (
  flaws: readonly { readonly path: string; readonly message: string }[],
  fields: readonly string[],
): Record<string, string> =>
  Object.fromEntries(
    flaws.map(({ path, message: why }) => [
      fields.find((one) => one === path || one.startsWith(`${path}.`)) ?? 'severity',
      why,
    ]),
  );

/** Checks the right; a refusal is told and audited, and so is what was allowed (definitions §7 "Audit record"). */
const allowed = async (
  action: string,
  what: string,
  { person, channel }: Pick<Doer, 'person' | 'channel'>,
  { gate, audit }: Pick<RuleChangeDeps, 'gate' | 'audit'>,
  refuse: (words: Markup) => Promise<void>,
): Promise<Profile | undefined> => {
  const { verdict, profile } = await gate.check(person, action, { targets: [], channel });
  await audit.append({
    actor: person,
    actorName: profile.name,
    action,
    verdict: verdict.allowed ? 'allowed' : 'refused',
    ...(verdict.allowed ? { role: verdict.role } : { why: verdict.why }),
    reason: what,
  });
  if (verdict.allowed) return profile;
  await refuse(refusalText(`${action.replace('-', ' ')} ${what}`, verdict).words);
  return undefined;
};
