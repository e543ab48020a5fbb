import { setMaxListeners } from 'node:events';
import { startCalendar } from '../adapters/schedule/calendar.ts';
import { type LoopSpec, runLoop } from '../adapters/schedule/loop.ts';
import type { BotStatus } from '../core/command.ts';
import { heldSince } from '../core/group.ts';
import type { Boards } from '../pipelines/boards.ts';
import { createDeadLetters } from '../pipelines/dead-letters.ts';
import type { DeliveryLoop } from '../pipelines/delivery.ts';
import { createHeldBack } from '../pipelines/held-back.ts';
import type { InboxPipeline } from '../pipelines/inbox.ts';
import type { Intake } from '../pipelines/intake.ts';
import type { Joining } from '../pipelines/joining.ts';
import { createLagWatch } from '../pipelines/lag-watch.ts';
import type { Questions } from '../pipelines/questions.ts';
import type { Responding } from '../pipelines/response.ts';
import type { Restored } from '../pipelines/restored.ts';
import type { SelfAuditing } from '../pipelines/self-audit.ts';
import { createSilencing } from '../pipelines/silencing.ts';
import type { Base } from './base.ts';
import { calendarJobs } from './calendar.ts';
import type { Desk } from './desk.ts';
import { hearStream, listenOutside, serveProbes } from './doors.ts';
import { EVERY_MS, lagAllowed, loopsOf, MINUTE_MS, pingLoop, pollLoop, SECOND_MS } from './loops.ts';
import type { RunningOutlet } from './outlets.ts';
import { endAll, firstLook, refuseBadKeys, sayReady } from './starting.ts';

export interface RunDeps {
  readonly desks: ReadonlyMap<string, Desk>;
  readonly delivery: DeliveryLoop;
  readonly responding: Responding;
  readonly restored: Restored;
  readonly outlets: readonly RunningOutlet[];
  readonly outside: Intake;
  readonly people: InboxPipeline;
  readonly boards: Boards;
  readonly questions: Questions;
  readonly joining: Joining;
  readonly selfAudit: SelfAuditing;
  readonly status: () => Promise<BotStatus>;
}

/** Starts everything in its order, runs until `stop`, and ends it all. `Bot.run` promises what this does. */
export const runBot = async (
  base: Base,
  deps: RunDeps,
  stop: AbortSignal,
  ready: () => void,
): Promise<void> => {
  const { settings, store, audit, files, slack, meter, clock, log, version } = base;
  const { delivery, restored, outlets, outside, people, status } = deps;
  const desks = [...deps.desks.values()];
  const { http } = settings;
  const ends: (() => Promise<void>)[] = [];
  // A start that is refused ends what it has begun, as a stop does.
  const ending = new AbortController();
  const signal = AbortSignal.any([stop, ending.signal]);
  // Every loop waits on it.
  setMaxListeners(0, signal);
  const running: Promise<void>[] = [];
  let beatAt = clock.mono();
  const begin = (loops: readonly LoopSpec[]): void => {
    for (const loop of loops) {
      const run = (): Promise<void> => {
        beatAt = clock.mono();
        return loop.run();
      };
      running.push(runLoop({ ...loop, run }, { clock, log, signal }));
    }
  };
  try {
    if (http !== undefined) {
      const silentMs = (): number => clock.mono() - beatAt;
      ends.push(await serveProbes(http.port, { status, meter, store, clock, silentMs }, log));
    }
    if (files.recovery.olderThanAudit) await restored.begin();
    // Side by side: what happened while the bot was away is asked for at once, whatever else has to be read or connected first.
    const looks = desks.map((desk) => ({ desk, look: firstLook(desk.inventory, { clock, log }, signal) }));
    begin(looks.map(({ desk, look }) => pollLoop(desk, settings, meter, look)));
    await refuseBadKeys(desks, log);
    // What waited goes out as soon as hosts have their labels: posts need no connection for clicks.
    const sending = Promise.all(looks.map(({ look }) => look)).then(() => delivery.run(signal));
    // Waited for below; until then nobody would hear of a rejection.
    sending.catch(() => {});
    running.push(sending);
    await Promise.all([slack.start(), ...looks.map(({ look }) => look)]);
    await audit.append({
      actor: { system: 'bot' },
      actorName: 'bot',
      action: 'start',
      verdict: 'noted',
      why: `version ${version}`,
      roles: settings.roles,
      groups: heldSince(await store.groups(), settings.limits.joinHoldMs),
    });
    await people.resume();
    for (const { close } of outlets) ends.push(close);
    for (const desk of desks) ends.push(...(await hearStream(desk, base, outside.refused)));
    if (settings.intake !== undefined)
      ends.push((await listenOutside(settings.intake, outside, { clock, log })).close);
    ends.push(startCalendar(calendarJobs(base, deps), { clock, log }).stop);
    begin([
      ...desks.flatMap((desk) => loopsOf(desk, settings, meter, signal)),
      ...ownLoops(base, deps),
      ...outlets.map(({ name, run }) => ({ name, every: SECOND_MS, firstAfterMs: 0, run })),
      ...(http?.ping === undefined ? [] : [pingLoop(http.ping, status)]),
    ]);
    await Promise.all([sayReady(status, ready, clock, signal), ...running]);
  } finally {
    ending.abort();
    await Promise.allSettled(running);
    await endAll([
      ...ends,
      slack.stop,
      ...desks.flatMap(({ pce, alerting }) => [alerting.flush, pce.close]),
      audit.close,
      store.close,
    ]);
  }
};

/** What looks after the state, not after one PCE. */
const ownLoops = (
  { store, settings, chat, clock, log, troubles, announced, shortId }: Base,
  { restored, responding, joining, outside, selfAudit, boards, questions, status }: RunDeps,
): LoopSpec[] => {
  const soon = (name: string, run: () => Promise<void>, firstAfterMs = 0): LoopSpec => ({
    name,
    every: EVERY_MS.due,
    firstAfterMs,
    run,
  });
  const later = (name: string, every: number, run: () => Promise<void>): LoopSpec => ({
    name,
    every,
    firstAfterMs: MINUTE_MS,
    run,
  });
  const watchLag = createLagWatch({ status, mostMs: lagAllowed(settings), tell: troubles.tell });
  const { fallback } = settings.channels;
  const holdBack = createHeldBack({ store, chat, clock, log, fallback, tell: troubles.tell });
  return [
    soon('restored', restored.check),
    soon('responses', responding.resume),
    soon('requests', responding.tend),
    { name: 'user groups', every: MINUTE_MS, firstAfterMs: 0, run: joining.look },
    soon('policy watch', responding.watch, EVERY_MS.due),
    soon('silences', createSilencing({ store, clock, settings, announce: announced, idOf: shortId })),
    soon('dead letters', createDeadLetters({ store, alarm: troubles.alarm })),
    // Twice a minute: a channel that becomes shared is emptied within one (definitions §8).
    { name: 'shared channels', every: MINUTE_MS / 2, firstAfterMs: MINUTE_MS / 2, run: holdBack },
    soon('troubles', troubles.flush),
    ...(settings.boards ?? []).map((one, n) => ({
      name: `board ${n + 1}`,
      every: one.everyMs,
      firstAfterMs: MINUTE_MS,
      run: () => boards.pinned(one),
    })),
    later('prune', EVERY_MS.prune, () => store.commit([{ type: 'pruned', at: clock.now() }])),
    later('questions', MINUTE_MS, async () => questions.tidy()),
    later('intake', MINUTE_MS, outside.flush),
    later('lag', MINUTE_MS, watchLag),
    later('self-audit', EVERY_MS.selfAudit, selfAudit.run),
  ];
};
