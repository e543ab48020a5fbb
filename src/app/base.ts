import { createHash, randomBytes } from 'node:crypto';
import { channel as namedChannel } from 'node:diagnostics_channel';
import { actions } from '../actions/index.ts';
import { systemClock } from '../adapters/schedule/clock.ts';
import { openSlack } from '../adapters/slack/index.ts';
import { openAudit } from '../adapters/store/audit.ts';
import { openTrail } from '../adapters/store/audit-trail.ts';
import { openFileStore } from '../adapters/store/file.ts';
import { openSeries, type SeriesFinding } from '../adapters/store/series.ts';
import { analyses } from '../analytics/index.ts';
import { commands } from '../commands/index.ts';
import { parseCustomRule } from '../config/custom-text.ts';
import type { Catalog } from '../core/command.ts';
import type { Inbox, Message, Suggest } from '../core/ports.ts';
import { replaceable } from '../core/replaceable.ts';
import { routesWith } from '../core/route.ts';
import { contextOf } from '../core/rule-context.ts';
import type { Settings } from '../core/settings.ts';
import type { Step } from '../core/step.ts';
import { counted } from '../core/text.ts';
import { diskWatch } from '../pipelines/disk-watch.ts';
import { createGate } from '../pipelines/gate.ts';
import { createMemberships } from '../pipelines/memberships.ts';
import { createMeter, meteredChat, meteredCommits } from '../pipelines/meter.ts';
import { observedStore } from '../pipelines/observed-store.ts';
import { recoveryTexts } from '../pipelines/recovery-text.ts';
import { createRulebook } from '../pipelines/rulebook.ts';
import { createTroubles } from '../pipelines/troubles.ts';
import { rulesWith } from '../rules/index.ts';
import type { BotOptions } from './bot.ts';

/** Free as long as nobody listens: chaos/ ends the process at a step of its choice. */
const steps = namedChannel('illumio-chatops:step');
const reached = (step: Step): void => {
  if (steps.hasSubscribers) steps.publish({ step });
};

/** A short stable id for a long text. */
const shortId = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12);

/** What everything else stands on: settings that can be replaced, the state, the audit log, Slack, the rules, and who hears of trouble. */
export type Base = Awaited<ReturnType<typeof openBase>>;

/**
 * Opens the data folder and makes the ends that the pipelines share. Nothing is sent and no PCE is asked yet.
 * Rejects when the data folder cannot be used or belongs to another process.
 */
export const openBase = async (options: BotOptions) => {
  const { dataDir, version, log } = options;
  const live = replaceable(options.settings);
  const settings = live.view;
  const clock = options.clock ?? systemClock;
  const ids = { next: () => randomBytes(16).toString('base64url') };
  const meter = createMeter();
  const files = await openFileStore({ folder: dataDir, log, clock });
  const store = observedStore(options.around?.(files) ?? files, [
    meteredCommits(meter),
    diskWatch((trouble) => troubles.tell(trouble)),
  ]);
  let configHash = options.configHash;
  const audit = await openAudit({
    folder: dataDir,
    log,
    clock,
    version,
    config: () => configHash,
    commits: files.commits,
  });

  const registry = registryOf(settings);
  const all = replaceable(registry.rules);
  const about = replaceable(registry.context);
  const [rules, context] = [all.view, about.view];
  const catalog: Catalog = { rules, commands, actions, analyses };

  // Slack hands its inbound to whatever takes it by then; pipelines need the chat to be built.
  let inbox: Inbox = () => ({});
  let suggest: Suggest = async () => [];
  const slack = openSlack(settings.slack, (inbound) => inbox(inbound), {
    clock,
    log,
    suggest: (typing) => suggest(typing),
  });
  const chat = meteredChat(slack.chat, meter);
  const memberships = createMemberships({
    chat,
    store,
    audit,
    clock,
    log,
    holdMs: settings.limits.joinHoldMs,
  });
  const gate = createGate({ chat, roles: settings.roles, memberships, log });
  const troubles = createTroubles({ chat, channels: settings.channels, clock, log });
  for (const text of recoveryTexts(files.recovery)) troubles.tell(text);
  const { series, damaged } = await openSeries(dataDir);
  if (damaged !== undefined) troubles.tell(lostSeriesText(damaged));
  let ofFile = registry.rules;
  const ruleBase = () => ({ rules: ofFile, settings: settings.rules, context });
  const rulebook = await createRulebook({
    base: ruleBase,
    store,
    log,
    tell: troubles.tell,
    read: (source, taken) => {
      const parsed = parseCustomRule(source, taken);
      return parsed.ok ? parsed.rule : undefined;
    },
    changed: all.replace,
  });
  /** The routes of the file, and the channels that rules were given in Slack. */
  const routing: Pick<Settings, 'routes' | 'channels'> = {
    get routes() {
      return routesWith(settings.routes, rulebook.channels());
    },
    get channels() {
      return settings.channels;
    },
  };
  let strangers = 0;
  slack.onChange(({ foreign = 0 }) => {
    if (foreign > strangers) troubles.tell(foreignText(foreign));
    strangers = foreign;
  });

  return {
    settings,
    clock,
    ids,
    shortId,
    meter,
    files,
    store,
    series,
    audit,
    trail: openTrail(dataDir),
    rules,
    context,
    catalog,
    slack,
    chat,
    memberships,
    gate,
    troubles,
    ruleBase,
    rulebook,
    routing,
    reached,
    dataDir,
    version,
    log,
    startedAt: clock.now(),
    /** Says a line where what responders do is announced; nowhere without such a channel. */
    announce: (key: string, line: Message, said?: () => Promise<void>): void => {
      if (settings.channels.announce !== undefined) troubles.say(key, line, settings.channels.announce, said);
    },
    /** What responders do is announced wherever it was clicked (definitions §8). */
    announced: (key: string, line: Message): void =>
      troubles.say(key, line, settings.channels.announce ?? settings.channels.admin),
    /** Whatever Slack hands over goes here from now on. */
    receive: (next: { readonly inbox: Inbox; readonly suggest: Suggest }): void => {
      ({ inbox, suggest } = next);
    },
    /** Takes other settings: who reads a property of `settings`, `rules` or `context` reads the new one. */
    replace: async (next: Settings, hash: string): Promise<void> => {
      const made = registryOf(next);
      live.replace(next);
      ofFile = made.rules;
      about.replace(made.context);
      await rulebook.refresh();
      configHash = hash;
    },
  };
};

/** What a configuration makes of the rules. */
const registryOf = (settings: Settings) => ({
  rules: rulesWith(settings.custom),
  context: contextOf(settings),
});

const foreignText = (connections: number): string =>
  `Another program uses this Slack app: ${counted(connections, 'connection')} of it ${connections === 1 ? 'is' : 'are'} not mine. Slack gives each command and click to only one of us. Stop the other program, or give it an app of its own.`;

const lostSeriesText = ({ aside, why }: SeriesFinding): string =>
  `The hourly samples could not be read: ${why}. The file is kept as ${aside}; charts and boards begin anew. No alert is concerned.`;
