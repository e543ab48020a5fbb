import { openBase } from './app/base.ts';
import type { Bot, BotOptions } from './app/bot.ts';
import { type Desk, openDesk } from './app/desk.ts';
import { openJoining } from './app/joining.ts';
import { openOutlets } from './app/outlets.ts';
import { openPeople } from './app/people.ts';
import { openResponding } from './app/responding.ts';
import { runBot } from './app/run.ts';
import { reloaded } from './core/reload-settings.ts';
import { counted, listed } from './core/text.ts';
import { createBoards } from './pipelines/boards.ts';
import { createDelivery } from './pipelines/delivery.ts';
import { createIntake } from './pipelines/intake.ts';
import { createQuestions } from './pipelines/questions.ts';
import { createRender } from './pipelines/render.ts';
import { createRestored } from './pipelines/restored.ts';
import { createSelfAudit } from './pipelines/self-audit.ts';
import { createStatus } from './pipelines/status.ts';

export type { Bot, BotOptions } from './app/bot.ts';
export { type Connected, connect } from './app/connect.ts';

/** The composition root: it and its folder are the only place that constructs adapters. */
export const createBot = async (options: BotOptions): Promise<Bot> => {
  const base = await openBase(options);
  const { settings, store, audit, clock, log, chat, rules, reached, slack, troubles } = base;
  const { tell } = troubles;

  const desks = new Map<string, Desk>();
  const delivery = createDelivery({
    store,
    chat,
    clock,
    log,
    render: createRender({ store, desks, rules, runbook: (rule) => settings.rules[rule]?.runbook }),
    fallback: settings.channels.fallback,
    requestTimeoutMs: settings.slack.requestTimeoutMs,
    folding: settings.folding,
    reached,
    tell,
  });
  for (const one of settings.pces)
    desks.set(
      one.name,
      openDesk(one, base, {
        commit: delivery.commit,
        compare: (pce, events) => responding.compare(pce, events),
        backfill: options.backfill,
      }),
    );

  const restored = createRestored({
    store,
    desks,
    clock,
    log,
    quarantineLabels: () => settings.quarantine?.labels ?? {},
    tell,
  });
  const responding = openResponding(base, desks, restored.held);
  const selfAudit = createSelfAudit({ store, clock, log, tell });
  const outlets = await openOutlets(base, desks);
  /** Slack said that it took the app away; only a new installation and a start mend that. */
  let revoked: string | undefined;
  const status = createStatus({
    version: options.version,
    startedAt: base.startedAt,
    clock,
    store,
    desks,
    slack: { backlog: slack.backlog, connections: () => ({ ...slack.connections(), revoked }) },
    counts: base.meter.counts,
    outputs: outlets,
    intake: settings.intake !== undefined,
    restored: restored.status,
    audited: selfAudit.last,
    changes: base.rulebook.changes,
  });
  const joining = openJoining(base);
  const boards = createBoards({
    deps: { desks: [...desks.values()], store, series: base.series, chat, clock },
    gate: base.gate,
    log,
    troubles,
  });
  const questions = createQuestions({
    desks: [...desks.values()],
    clock,
    watchGroups: settings.watchGroups,
  });
  const people = openPeople(base, {
    desks,
    boards,
    questions,
    responding,
    joining,
    status,
    revoked: (event) => {
      revoked = event;
      log.error({ event }, 'Slack took the app away: nothing can be said there until it is installed again');
    },
  });
  base.receive(people);
  const outside = createIntake({ desks, store, audit, meter: base.meter, clock, log, tell });

  return {
    run: (stop, ready) =>
      runBot(
        base,
        {
          desks,
          delivery,
          responding,
          restored,
          outlets,
          outside,
          people,
          boards,
          questions,
          joining,
          selfAudit,
          status,
        },
        stop,
        ready,
      ),
    status,
    reload: async (next, hash) => {
      const { settings: taken, later } = reloaded({ ...settings }, next);
      await base.replace(taken, hash);
      const why = later.length === 0 ? 'all of it holds' : `${listed(later)}: from the next start on`;
      await audit.append({
        actor: { system: 'bot' },
        actorName: 'bot',
        action: 'reload',
        verdict: 'done',
        why,
      });
      tell(
        `The configuration was read anew. ${later.length === 0 ? 'All of it holds now.' : `What changed in ${listed(later)} holds from the next start on.`}`,
      );
      await troubles.flush();
      return later;
    },
    refuseReload: async (first, count) => {
      tell(
        `The changed configuration has ${counted(count, 'error')} and was not taken; the old one goes on. The first: ${first}`,
      );
      await troubles.flush();
    },
  };
};
