import { createHash } from 'node:crypto';
import { createGeo } from '../adapters/geo/index.ts';
import { createRenderer } from '../adapters/render/index.ts';
import { parseCustomRule } from '../config/custom-text.ts';
import { readRules } from '../config/rules.ts';
import type { BotStatus } from '../core/command.ts';
import { createActing } from '../pipelines/acting.ts';
import { createAsking } from '../pipelines/asking.ts';
import type { Boards } from '../pipelines/boards.ts';
import { createCommandForms } from '../pipelines/command-forms.ts';
import { createHome } from '../pipelines/home.ts';
import { createInbox } from '../pipelines/inbox.ts';
import type { Joining } from '../pipelines/joining.ts';
import type { Questions } from '../pipelines/questions.ts';
import type { Responding } from '../pipelines/response.ts';
import { createRuleChanges } from '../pipelines/rule-changes.ts';
import { createWelcome } from '../pipelines/welcome.ts';
import type { Base } from './base.ts';
import type { Desk } from './desk.ts';

export interface PeopleDeps {
  readonly desks: ReadonlyMap<string, Desk>;
  readonly responding: Responding;
  readonly joining: Joining;
  readonly status: () => Promise<BotStatus>;
  readonly boards: Boards;
  readonly questions: Questions;
  /** Slack said that it took the app away. */
  readonly revoked: (event: string) => void;
}

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

/** All that people can do from Slack: ask, act on alerts, respond, and change rules. @returns what takes it, and takes up what a stop left */
export const openPeople = (
  base: Base,
  { desks, responding, joining, status, boards, questions, revoked }: PeopleDeps,
) => {
  const {
    settings,
    store,
    series,
    trail,
    audit,
    chat,
    gate,
    clock,
    ids,
    log,
    catalog,
    rules,
    rulebook,
    ruleBase,
  } = base;
  const { announce, announced } = base;
  const acting = createActing({
    alertings: new Map([...desks].map(([name, { alerting }]) => [name, alerting])),
    inventories: new Map([...desks].map(([name, { inventory }]) => [name, inventory])),
    store,
    gate,
    audit,
    clock,
    ids,
    announce: announced,
  });
  const forms = createCommandForms({ desks: [...desks.values()], catalog, gate, chat, clock, ids });
  const ask = createAsking({
    questions,
    deps: {
      desks: [...desks.values()],
      store,
      series,
      trail,
      chat,
      clock,
      settings,
      geo: createGeo(),
      sha256,
      status,
      catalog,
    },
    renderer: createRenderer((reason) => log.warn({ reason }, 'charts are not drawn on this machine')),
    gate,
    audit,
    log,
    act: acting.act,
    announce,
    explain: responding.explain,
    openForm: forms.open,
    openResponse: (inbound, { action, pce, hrefs, wanted, evidence }, say) =>
      responding.open({
        action,
        pce,
        hrefs,
        ...(wanted === undefined ? {} : { wanted }),
        ...(evidence === undefined ? {} : { evidence }),
        person: inbound.person,
        channel: inbound.channel,
        alert: null,
        triggerId: inbound.triggerId,
        shown: () => store.commit([{ type: 'task-done', id: inbound.id }]),
        say,
      }),
  });
  const showHome = createHome({ rulebook, store, gate, audit, chat, clock, boards });
  const ruleChanges = createRuleChanges({
    base: ruleBase,
    desks: [...desks.values()],
    rulebook,
    showHome,
    store,
    gate,
    audit,
    chat,
    clock,
    ids,
    settings,
    parse: parseCustomRule,
    flaws: (rule, written) =>
      readRules({ [rule]: written }, rules).flaws.map(({ path, message, hint }) => ({
        path: path.slice(2).join('.'),
        message: hint === '' ? message : `${message}; ${hint}`,
      })),
    announce: announced,
  });
  const inbox = createInbox({
    questions,
    ask,
    responding,
    joining,
    tend: acting.tend,
    silence: acting.silence,
    rules: ruleChanges,
    forms,
    welcome: createWelcome({ store, chat, clock, log, settings }),
    home: (user) => showHome({ team: settings.slack.team, user }),
    store,
    chat,
    clock,
    log,
    revoked,
  });
  return { ...inbox, suggest: forms.offer };
};
