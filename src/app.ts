import { createHash, randomBytes } from 'node:crypto';
import { channel as namedChannel } from 'node:diagnostics_channel';
import { getServers } from 'node:dns';
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import process from 'node:process';
import { actions } from './actions/index.ts';
import { createGeo } from './adapters/geo/index.ts';
import { openHttp, openProcessFigures, ping } from './adapters/http/index.ts';
import {
  type Door,
  listenSyslog,
  openIntake,
  signedByPagerDuty,
  signedByUs,
} from './adapters/intake/index.ts';
import { openOutput } from './adapters/outputs/index.ts';
import { openInventory, openPce, type PceAdapter } from './adapters/pce/index.ts';
import { createRenderer } from './adapters/render/index.ts';
import { startCalendar } from './adapters/schedule/calendar.ts';
import { systemClock } from './adapters/schedule/clock.ts';
import { type LoopSpec, runLoop } from './adapters/schedule/loop.ts';
import { openProbe, openSlack, type SlackProbe } from './adapters/slack/index.ts';
import { openAudit } from './adapters/store/audit.ts';
import { openFileStore } from './adapters/store/file.ts';
import { nodeFiles } from './adapters/store/files.ts';
import { lockHolder } from './adapters/store/lock.ts';
import { openTrafficShelf } from './adapters/store/traffic-shelf.ts';
import { analyses } from './analytics/index.ts';
import { commands } from './commands/index.ts';
import { readRules } from './config/rules.ts';
import type { BotStatus, Catalog } from './core/command.ts';
import { pollPace } from './core/poll-pace.ts';
import type { Chat, Clock, Inbox, Inventory, Log, Message, Store } from './core/ports.ts';
import { reloaded } from './core/reload-settings.ts';
import { replaceable } from './core/replaceable.ts';
import { contextOf, isOurs } from './core/rule-context.ts';
import type { IntakeSettings, Listening, PceSettings, Settings } from './core/settings.ts';
import type { Step } from './core/step.ts';
import { counted, listed } from './core/text.ts';
import { createActing } from './pipelines/acting.ts';
import { type Alerting, createAlerting, WINDOW_MS } from './pipelines/alerting.ts';
import { createAsking } from './pipelines/asking.ts';
import { createDailyLine } from './pipelines/daily-line.ts';
import { createDeadLetters } from './pipelines/dead-letters.ts';
import { createDelivery } from './pipelines/delivery.ts';
import { watchedStore } from './pipelines/disk-watch.ts';
import { createGate } from './pipelines/gate.ts';
import { createGuard } from './pipelines/guard.ts';
import { createHome } from './pipelines/home.ts';
import { createInbox } from './pipelines/inbox.ts';
import { createIntake, type Intake } from './pipelines/intake.ts';
import { createLagWatch } from './pipelines/lag-watch.ts';
import { createMeter, type Meter, meteredChat, meteredStore } from './pipelines/meter.ts';
import { AWAY_MS, createOutlet } from './pipelines/outputs.ts';
import { createPceStream } from './pipelines/pce-stream.ts';
import { createPeerCounts } from './pipelines/peer-counts.ts';
import { createProbes } from './pipelines/probes.ts';
import { recoveryTexts } from './pipelines/recovery-text.ts';
import { createRender } from './pipelines/render.ts';
import { createResponding } from './pipelines/response.ts';
import { createRestored } from './pipelines/restored.ts';
import { createRuleChanges } from './pipelines/rule-changes.ts';
import { createRulebook } from './pipelines/rulebook.ts';
import { createSelfAudit } from './pipelines/self-audit.ts';
import { createSilencing } from './pipelines/silencing.ts';
import { createStatus } from './pipelines/status.ts';
import { createTrafficWatch, type TrafficWatch } from './pipelines/traffic-watch.ts';
import { createTroubles } from './pipelines/troubles.ts';
import { rulesWith } from './rules/index.ts';

export { isSocketModeRejection } from './adapters/slack/index.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Cadences that are not configured (design §6). */
const EVERY_MS = {
  reach: 5 * SECOND_MS,
  sweepState: 10 * MINUTE_MS,
  quarantines: 5 * MINUTE_MS,
  due: 5 * SECOND_MS,
  inventory: 6 * HOUR_MS,
  auditSweep: 24 * HOUR_MS,
  prune: HOUR_MS,
  selfAudit: 10 * MINUTE_MS,
  ping: MINUTE_MS,
} as const;

/** When the line a day is said. */
const DAILY = { cron: '0 9 * * *', zone: 'UTC' } as const;

/** How often the start looks whether the bot has become ready. */
const READY_MS = 50;

/** How long the start waits for the first look at a PCE's machines before it goes on without. */
const INVENTORY_MS = 15 * SECOND_MS;

export interface BotOptions {
  readonly settings: Settings;
  readonly dataDir: string;
  readonly version: string;
  readonly configHash: string;
  readonly log: Log;
  /** Fire alerts for the hour before the first start. */
  readonly backfill: boolean;
  /** Default: the machine's. Tests give one that they step. */
  readonly clock?: Clock;
  /** Stands between the bot and its store: for chaos/, which bends the order of things to see that it notices. No setting reaches it. */
  readonly around?: (store: Store) => Store;
}

/** Free as long as nobody listens: chaos/ ends the process at a step of its choice. */
const steps = namedChannel('illumio-chatops:step');
const reached = (step: Step): void => {
  if (steps.hasSubscribers) steps.publish({ step });
};

/** A bot that is wired but does nothing before `run`. */
export interface Bot {
  /**
   * Runs until the signal aborts, then stops cleanly within 5 s. Rejects when it cannot work at all: a token or key that is
   * refused, a data folder that cannot be used. A PCE or Slack that is merely away is waited for.
   * @param ready called once polling and at least one Slack connection stand
   */
  run(signal: AbortSignal, ready: () => void): Promise<void>;
  status(): Promise<BotStatus>;
  /**
   * Takes a changed configuration while it runs: rules, routes and what they are told of the estate, at once and in one step. Cursor and
   * memories stay. @returns sections that differ and hold from the next start on
   */
  reload(next: Settings, hash: string): Promise<readonly string[]>;
  /** Says in the admin channel that a changed configuration is wrong and was not taken. */
  refuseReload(first: string, errors: number): Promise<void>;
}

/** A short stable id for a long text. */
const shortId = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12);

/** A key or token that is not accepted: the operator must act, trying again does not help. */
class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

interface Desk {
  readonly settings: PceSettings;
  readonly pce: PceAdapter;
  readonly inventory: Inventory;
  readonly alerting: Alerting;
  readonly traffic: TrafficWatch;
}

/** The composition root: the only place that constructs adapters. */
export const createBot = async (options: BotOptions): Promise<Bot> => {
  const { dataDir, version, log } = options;
  let configHash = options.configHash;
  const live = replaceable(options.settings);
  const settings = live.view;
  const clock = options.clock ?? systemClock;
  const ids = { next: () => randomBytes(16).toString('base64url') };
  const startedAt = clock.now();
  const meter = createMeter();
  const files = await openFileStore({ folder: dataDir, log, clock });
  const store = watchedStore(meteredStore(options.around?.(files) ?? files, meter), (trouble) =>
    troubles.tell(trouble),
  );
  const audit = await openAudit({
    folder: dataDir,
    log,
    clock,
    version,
    config: () => configHash,
    commits: files.commits,
  });

  const registry = registryOf(settings);
  const liveRules = {
    rules: replaceable(registry.rules),
    context: replaceable(registry.context),
  };
  const [rules, context] = [liveRules.rules.view, liveRules.context.view];
  const catalog: Catalog = { rules, commands, actions, analyses };

  // Slack hands its inbound to whatever the inbox is by then; pipelines need the chat to be built.
  let inbox: Inbox = () => ({});
  const slack = openSlack(settings.slack, (inbound) => inbox(inbound), { clock, log });
  const chat = meteredChat(slack.chat, meter);
  const gate = createGate({ chat, roles: settings.roles, log });
  const troubles = createTroubles({ chat, channels: settings.channels, clock, log });
  for (const text of recoveryTexts(files.recovery)) troubles.tell(text);
  const ruleBase = () => ({ rules, settings: settings.rules, context });
  const rulebook = await createRulebook({
    base: ruleBase,
    store,
    log,
    tell: troubles.tell,
  });
  let strangers = 0;
  slack.onChange(({ foreign = 0 }) => {
    if (foreign > strangers) troubles.tell(foreignText(foreign));
    strangers = foreign;
  });

  const desks = new Map<string, Desk>();
  const render = createRender({ store, desks, rules });
  const delivery = createDelivery({
    store,
    chat,
    clock,
    log,
    render,
    fallback: settings.channels.fallback,
    requestTimeoutMs: settings.slack.requestTimeoutMs,
    folding: settings.folding,
    reached,
    tell: troubles.tell,
  });

  for (const one of settings.pces) {
    const pce = openPce(one, { clock, log, share: callsNeeded(settings) });
    const inventory = openInventory(pce, { clock, log });
    const alerting = createAlerting({
      pce,
      inventory,
      store,
      rules: rulebook.running,
      context,
      settings,
      clock,
      ids,
      log,
      alertId: shortId,
      reached,
      evaluated: (events) => {
        if (events.some(({ type }) => type.startsWith('sec_policy.'))) pce.dropPolicy();
        traffic.evaluated(events);
        return responding.compare(one.name, events);
      },
      commit: delivery.commit,
      tell: troubles.tell,
      backfill: options.backfill,
    });
    const traffic = createTrafficWatch({
      pce,
      inventory,
      shelf: openTrafficShelf(dataDir),
      settings,
      clock,
      log,
      pceNow: alerting.now,
      judge: alerting.traffic,
      tell: troubles.tell,
    });
    desks.set(one.name, { settings: one, pce, inventory, alerting, traffic });
  }

  const announce = (key: string, line: Message): void => {
    if (settings.channels.announce !== undefined) troubles.say(key, line, settings.channels.announce);
  };
  const restored = createRestored({ store, desks, clock, log, tell: troubles.tell });
  const peers = createPeerCounts({ clock, log });
  const responding = createResponding({
    held: restored.held,
    desks: new Map(
      [...desks].map(([name, { settings: own, pce, inventory, alerting }]) => [
        name,
        {
          pce,
          inventory,
          mayWrite: own.write !== undefined,
          ownHosts: [...ownNames(), ...getServers()],
          touchHost: alerting.touchHost,
        },
      ]),
    ),
    actions,
    store,
    audit,
    chat,
    gate,
    clock,
    ids,
    log,
    settings,
    limits: settings.limits,
    guard: createGuard(store, settings, peers),
    peers,
    board: {
      channel: settings.channels.announce ?? settings.channels.admin,
      approvers: settings.roles.approver.map(({ user }) => user),
      admins: settings.roles.admin.map(({ user }) => user),
    },
    reached,
    tell: troubles.tell,
    announce,
    isOurs: (event) => isOurs(event, context),
  });

  let slackDownAt: number | undefined = clock.mono();
  slack.onChange(({ up }) => {
    slackDownAt = up > 0 ? undefined : (slackDownAt ?? clock.mono());
  });
  const outputs: { readonly name: string; run(): Promise<void>; close(): Promise<void> }[] = [];
  for (const one of settings.outputs ?? []) {
    const output = await openOutput(one, { clock, self: { host: hostname(), version } });
    const outlet = createOutlet({
      output,
      store,
      inventories: new Map([...desks].map(([name, { inventory }]) => [name, inventory])),
      settings,
      slackAway: () => slackDownAt !== undefined && clock.mono() - slackDownAt >= AWAY_MS,
      clock,
      log,
      tell: troubles.tell,
    });
    outputs.push({ name: `output ${one.name}`, run: outlet.run, close: output.close });
  }

  const selfAudit = createSelfAudit({ store, clock, log, tell: troubles.tell });
  /** Slack said that it took the app away; only a new installation and a start mend that. */
  let revoked: string | undefined;
  const status = createStatus({
    version,
    startedAt,
    clock,
    store,
    desks,
    slack: { backlog: slack.backlog, connections: () => ({ ...slack.connections(), revoked }) },
    restored: restored.status,
    audited: selfAudit.last,
  });

  /** What responders do is announced wherever it was clicked (definitions §8). */
  const announced = (key: string, line: Message): void =>
    troubles.say(key, line, settings.channels.announce ?? settings.channels.admin);
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
  const silencing = createSilencing({ store, clock, settings, announce: announced, idOf: shortId });

  const ask = createAsking({
    deps: { desks: [...desks.values()], store, chat, clock, settings, geo: createGeo(), status, catalog },
    renderer: createRenderer((reason) => log.warn({ reason }, 'charts are not drawn on this machine')),
    gate,
    audit,
    log,
    act: acting.act,
    announce,
    openResponse: (inbound, { action, pce, href }, say) =>
      responding.open({
        action,
        pce,
        href,
        person: inbound.person,
        channel: inbound.channel,
        alert: null,
        triggerId: inbound.triggerId,
        say,
      }),
  });

  const showHome = createHome({ rulebook, store, gate, audit, chat, clock });

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
    flaws: (rule, written) =>
      readRules({ [rule]: written }, rules).flaws.map(({ path, message, hint }) => ({
        path: path.slice(2).join('.'),
        message: hint === '' ? message : `${message}; ${hint}`,
      })),
    announce: announced,
  });

  const intake = createInbox({
    ask,
    responding,
    tend: acting.tend,
    silence: acting.silence,
    rules: ruleChanges,
    home: (user) => showHome({ team: settings.slack.team, user }),
    store,
    chat,
    clock,
    log,
    revoked: (event) => {
      revoked = event;
      log.error({ event }, 'Slack took the app away: nothing can be said there until it is installed again');
    },
  });
  inbox = intake.inbox;

  const reload: Bot['reload'] = async (next, hash) => {
    const { settings: taken, later } = reloaded({ ...settings }, next);
    const { rules: all, context: about } = registryOf(taken);
    live.replace(taken);
    liveRules.rules.replace(all);
    liveRules.context.replace(about);
    await rulebook.refresh();
    configHash = hash;
    const why = later.length === 0 ? 'all of it holds' : `${listed(later)}: from the next start on`;
    await audit.append({
      actor: { system: 'bot' },
      actorName: 'bot',
      action: 'reload',
      verdict: 'done',
      why,
    });
    troubles.tell(
      `The configuration was read anew. ${later.length === 0 ? 'All of it holds now.' : `What changed in ${listed(later)} holds from the next start on.`}`,
    );
    await troubles.flush();
    return later;
  };
  const refuseReload: Bot['refuseReload'] = async (first, count) => {
    troubles.tell(
      `The changed configuration has ${counted(count, 'error')} and was not taken; the old one goes on. The first: ${first}`,
    );
    await troubles.flush();
  };
  const outside = createIntake({ desks, store, audit, clock, log, tell: troubles.tell });

  let beatAt = clock.mono();
  /** Answers the probes of this machine. @returns how to end that */
  const serve = async (port: number): Promise<() => Promise<void>> => {
    const figures = openProcessFigures();
    const probes = createProbes({
      status,
      meter,
      store,
      clock,
      silentMs: () => clock.mono() - beatAt,
      process: figures.read,
      nodeVersion: process.version,
    });
    const server = await openHttp({ port }, probes, log);
    return async () => {
      figures.close();
      await server.close();
    };
  };

  const run = async (stop: AbortSignal, ready: () => void): Promise<void> => {
    const { http } = settings;
    const ends: (() => Promise<void>)[] = [];
    // A start that is refused ends what it has begun, as a stop does.
    const ending = new AbortController();
    const signal = AbortSignal.any([stop, ending.signal]);
    // Every loop waits on it.
    setMaxListeners(0, signal);
    const running: Promise<void>[] = [];
    const begin = (loops: readonly LoopSpec[]): void => {
      for (const loop of loops)
        running.push(
          runLoop(
            {
              ...loop,
              run: () => {
                beatAt = clock.mono();
                return loop.run();
              },
            },
            { clock, log, signal },
          ),
        );
    };
    try {
      if (http !== undefined) ends.push(await serve(http.port));
      if (files.recovery.olderThanAudit) await restored.begin();
      // Side by side: what happened while the bot was away is asked for at once, whatever else has to be read or connected first.
      const looks = [...desks.values()].map((desk) => ({
        desk,
        look: firstLook(desk.inventory, { clock, log }, signal),
      }));
      begin(looks.map(({ desk, look }) => pollLoop(desk, settings, meter, look)));
      await refuseBadKeys([...desks.values()], log);
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
      });
      await intake.resume();
      const watchLag = createLagWatch({ status, mostMs: lagAllowed(settings), tell: troubles.tell });
      const sayDaily = createDailyLine({ status, meter, troubles, clock });
      for (const { close } of outputs) ends.push(close);
      for (const desk of desks.values()) ends.push(...(await hearStream(desk, meter, log)));
      if (settings.intake !== undefined)
        ends.push((await listenOutside(settings.intake, outside, { clock, log })).close);
      ends.push(startCalendar([{ name: 'line a day', ...DAILY, run: sayDaily }], { log }).stop);
      begin([
        ...[...desks.values()].flatMap((desk) => loopsOf(desk, settings, meter, signal)),
        {
          name: 'prune',
          every: EVERY_MS.prune,
          firstAfterMs: MINUTE_MS,
          run: () => store.commit([{ type: 'pruned', at: clock.now() }]),
        },
        { name: 'restored', every: EVERY_MS.due, firstAfterMs: 0, run: restored.check },
        { name: 'responses', every: EVERY_MS.due, firstAfterMs: 0, run: responding.resume },
        { name: 'requests', every: EVERY_MS.due, firstAfterMs: 0, run: responding.tend },
        { name: 'policy watch', every: EVERY_MS.due, firstAfterMs: EVERY_MS.due, run: responding.watch },
        ...outputs.map(({ name, run: send }) => ({ name, every: SECOND_MS, firstAfterMs: 0, run: send })),
        { name: 'intake', every: MINUTE_MS, firstAfterMs: MINUTE_MS, run: outside.flush },
        { name: 'silences', every: EVERY_MS.due, firstAfterMs: 0, run: silencing },
        {
          name: 'dead letters',
          every: EVERY_MS.due,
          firstAfterMs: 0,
          run: createDeadLetters({ store, alarm: troubles.alarm }),
        },
        { name: 'troubles', every: EVERY_MS.due, firstAfterMs: 0, run: troubles.flush },
        { name: 'lag', every: MINUTE_MS, firstAfterMs: MINUTE_MS, run: watchLag },
        { name: 'self-audit', every: EVERY_MS.selfAudit, firstAfterMs: MINUTE_MS, run: selfAudit.run },
        ...(http?.ping === undefined ? [] : [pingLoop(http.ping, status)]),
      ]);
      await Promise.all([sayReady(status, ready, clock, signal), ...running]);
    } finally {
      ending.abort();
      await Promise.allSettled(running);
      await endAll([
        ...ends,
        slack.stop,
        ...[...desks.values()].flatMap(({ pce, alerting }) => [alerting.flush, pce.close]),
        audit.close,
        store.close,
      ]);
    }
  };

  return { run, status, reload, refuseReload };
};

/** What a configuration makes of the rules. */
const registryOf = (settings: Settings) => ({
  rules: rulesWith(settings.custom),
  context: contextOf(settings),
});

/** The port for calls of other products, each kind with the signature it needs. */
const listenOutside = async (
  settings: IntakeSettings,
  outside: Intake,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
) => {
  const ours = signedByUs(settings.secret, clock);
  const { pagerDutySecret } = settings;
  const doors: Record<string, Door> = {
    '/v1/alerts': { check: ours, take: outside.alert },
    '/v1/acknowledgements': { check: ours, take: outside.acknowledge },
    ...(pagerDutySecret === undefined
      ? {}
      : {
          '/v1/pagerduty': { check: signedByPagerDuty(pagerDutySecret, clock), take: outside.pagerDuty },
        }),
  };
  const server = await openIntake(
    { host: settings.host, port: settings.port, tls: await pemOf(settings) },
    doors,
    { log, refused: outside.refused },
  );
  log.info({ host: settings.host, port: server.port }, 'listening for calls from outside');
  return server;
};

/** The port for the PCE's own syslog stream, where one is configured. @returns how to end it */
const hearStream = async (
  { settings: { name, syslog }, alerting }: Desk,
  meter: Meter,
  log: Log,
): Promise<(() => Promise<void>)[]> => {
  if (syslog === undefined) return [];
  const { host, port, from, clientCaFile } = syslog;
  const pem = await pemOf(syslog);
  const ca = clientCaFile === undefined ? undefined : await readFile(clientCaFile, 'utf8');
  const stream = createPceStream({ pce: name, alerting, meter, log });
  const listener = await listenSyslog({ host, port, from, tls: pem && { ...pem, ca } }, stream, log);
  log.info({ pce: name, host, port: listener.port }, 'listening for the syslog stream');
  return [
    async () => {
      await listener.close();
      await stream.idle();
    },
  ];
};

const pemOf = async ({ tls }: Listening) =>
  tls && { cert: await readFile(tls.certFile, 'utf8'), key: await readFile(tls.keyFile, 'utf8') };

/** Ends one after the other, each whatever became of those before; a disk that is full must not keep the lock. Rejects as the first did. */
const endAll = async (ends: readonly (() => Promise<void>)[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const end of ends) await end().catch((err: unknown) => failures.push(err));
  if (failures.length > 0) throw failures[0];
};

/** What `doctor`, `check --live` and `replay --since` look through: the adapters of a configuration, nothing running. */
export interface Connected {
  readonly pces: readonly {
    readonly settings: PceSettings;
    readonly pce: PceAdapter;
    readonly inventory: Inventory;
  }[];
  readonly chat: Chat;
  readonly probe: SlackProbe;
  /** The living process that uses a data folder. Rejects when that cannot be read. */
  dataHolder(folder: string): Promise<number | undefined>;
  /** Ends all connections; calls under way reject. */
  close(): Promise<void>;
}

/** Opens the adapters without starting anything: nothing is sent before the first call. */
export const connect = (settings: Settings, log: Log): Connected => {
  const clock = systemClock;
  const slack = openSlack(settings.slack, () => ({}), { clock, log });
  const pces = settings.pces.map((own) => {
    const pce = openPce(own, { clock, log });
    return { settings: own, pce, inventory: openInventory(pce, { clock, log }) };
  });
  return {
    pces,
    chat: slack.chat,
    probe: openProbe(settings.slack, log),
    dataHolder: (folder) => lockHolder(nodeFiles, folder),
    close: async () => void (await Promise.all([slack.stop(), ...pces.map(({ pce }) => pce.close())])),
  };
};

/** The job the bot is for: it begins at once, and judges what it has read when `look` says what is known of the machines. */
const pollLoop = (
  { settings, alerting }: Desk,
  { poll }: Settings,
  meter: Meter,
  look: Promise<void>,
): LoopSpec =>
  jobOf(settings.name, meter)(
    'events',
    () => pollPace(poll.events, alerting.status().rows),
    0,
    () => alerting.poll(WINDOW_MS.poll, { estate: look }),
  );

/** A loop on one PCE, under names that its log lines and metrics share. */
const jobOf =
  (pce: string, meter: Meter) =>
  (name: string, every: LoopSpec['every'], firstAfterMs: number, run: () => Promise<void>): LoopSpec => ({
    name: `${pce} ${name}`,
    every,
    firstAfterMs,
    run: () => meter.run({ pce, job: name }, run),
  });

/** What else one PCE is asked, and how often. First runs are spread so that several PCEs and loops do not start as one burst. */
const loopsOf = (
  { settings, pce, inventory, alerting, traffic }: Desk,
  { poll }: Settings,
  meter: Meter,
  signal: AbortSignal,
): LoopSpec[] => {
  const named = jobOf(settings.name, meter);
  return [
    named('sweep', poll.sweep, 2 * MINUTE_MS, () => alerting.poll(WINDOW_MS.sweep)),
    named('look back', poll.sweep, 3 * MINUTE_MS, alerting.lookBack),
    named('event counts', poll.sweep, 4 * MINUTE_MS, alerting.countHour),
    named('audit sweep', EVERY_MS.auditSweep, HOUR_MS, () =>
      alerting.poll(EVERY_MS.auditSweep, { late: true }),
    ),
    named('health', poll.health, SECOND_MS, alerting.health),
    named('reach', EVERY_MS.reach, EVERY_MS.reach, alerting.reach),
    named('state sweep', EVERY_MS.sweepState, MINUTE_MS, alerting.sweep),
    named('quarantines', EVERY_MS.quarantines, 2 * MINUTE_MS, alerting.quarantines),
    named('due', EVERY_MS.due, EVERY_MS.due, async () => {
      await alerting.wake();
      await alerting.settle();
      await alerting.attend();
    }),
    named('inventory', EVERY_MS.inventory, EVERY_MS.inventory, inventory.refresh),
    named('traffic', poll.traffic, 20 * SECOND_MS, () => traffic.run(signal)),
    named('stale queries', 24 * HOUR_MS, 5 * SECOND_MS, async () => void (await pce.deleteStaleQueries())),
  ];
};

/**
 * Calls a minute we take of the 500 a PCE allows a key (facts §1): 200, and more where the operator polls more often than the
 * cadence of design §6 needs.
 */
const callsNeeded = ({ poll }: Settings): number => {
  const perMinute = (every: Settings['poll']['events']): number =>
    typeof every === 'number' ? MINUTE_MS / every : 1;
  const ingest = perMinute(poll.events) + perMinute(poll.sweep) + 2 * perMinute(poll.health);
  return Math.min(450, Math.max(200, Math.ceil((ingest * 1.5 * 200) / 60)));
};

/** How far behind the cursor may be before people are told, ms: 5 min (fault 24), and two polls where these are rarer. */
const lagAllowed = ({ poll }: Settings): number =>
  typeof poll.events === 'number' ? Math.max(5 * MINUTE_MS, 2 * poll.events) : 2 * HOUR_MS;

/** What the machine the bot runs on is called, and its addresses: quarantining it would end the bot. */
const ownNames = (): string[] => [
  hostname(),
  ...Object.values(networkInterfaces()).flatMap((all = []) =>
    all.filter(({ internal }) => !internal).map(({ address }) => address),
  ),
];

/** A key that is refused is told at once, exit 1: a bot that starts half would be trusted with what it cannot see. */
const refuseBadKeys = async (desks: readonly Desk[], log: Log): Promise<void> => {
  for (const { settings, pce } of desks)
    for (const key of ['read', 'write', 'traffic'] as const) {
      if (settings[key] === undefined) continue;
      const access = await pce.checkAccess(key);
      if (access.ok) continue;
      if (access.code === 'unauthorised' || access.code === 'forbidden' || access.code === 'not-found')
        throw new StartRefused(`${settings.name}: the ${key} key is not accepted: ${access.why}`);
      log.warn({ pce: settings.name, why: access.why }, 'the PCE is away, it is tried again');
      break;
    }
};

const firstLook = async (
  inventory: Inventory,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  signal: AbortSignal,
): Promise<void> => {
  const read = new AbortController();
  inventory
    .refresh()
    .catch((err: unknown) => log.warn({ err, pce: inventory.pce }, 'the inventory could not be read yet'))
    .finally(() => read.abort());
  // A sleep that nobody ends would keep the process for its whole time after a stop.
  await clock.sleep(INVENTORY_MS, AbortSignal.any([read.signal, signal]));
};

/** Calls `ready` once, as soon as it is so. */
const sayReady = async (
  status: () => Promise<BotStatus>,
  ready: () => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    if ((await status()).ready) {
      ready();
      return;
    }
    await clock.sleep(READY_MS, signal);
  }
};

/** A dead-man's switch: what alarms is that no call comes, so a bot that is not ready makes none. */
const pingLoop = (url: string, status: () => Promise<BotStatus>): LoopSpec => ({
  name: 'ping',
  every: EVERY_MS.ping,
  firstAfterMs: 10 * SECOND_MS,
  run: async () => {
    if ((await status()).ready) await ping(url);
  },
});

const foreignText = (connections: number): string =>
  `Another program uses this Slack app: ${counted(connections, 'connection')} of it ${connections === 1 ? 'is' : 'are'} not mine. Slack gives each command and click to only one of us. Stop the other program, or give it an app of its own.`;
