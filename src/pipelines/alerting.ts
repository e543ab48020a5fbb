import { type Alert, fingerprintOf, type Person } from '../core/alert.ts';
import type { Detected, RuleSet } from '../core/detect.ts';
import { type DispatchDeps, dispatch, type Weighed } from '../core/dispatch.ts';
import type { PceEvent } from '../core/event.ts';
import type { Clock, EventsAnswer, Ids, Inventory, Log, Pce, Store } from '../core/ports.ts';
import { destinations } from '../core/route.ts';
import type { Cleared, Observation, RuleContext } from '../core/rule.ts';
import type { Settings } from '../core/settings.ts';
import { SEVERITIES } from '../core/severity.ts';
import { emptyState, type Transition } from '../core/state.ts';
import type { Reached } from '../core/step.ts';
import { affectedHosts, subjectKey } from '../core/subject.ts';
import type { Workload } from '../core/workload.ts';
import { createMutex } from './mutex.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Definitions §1: how far back the first start reads (as history), and each kind of poll before the cursor. */
export const WINDOW_MS = {
  history: HOUR_MS,
  poll: 2 * MINUTE_MS,
  sweep: 20 * MINUTE_MS,
  /** After a longer absence, what is older than this is told in a digest. */
  single: HOUR_MS,
} as const;
/** An empty poll commits nothing, but the cursor is stored at least so often (design §5). */
const CURSOR_MS = 10 * MINUTE_MS;
/** The PCE tells its time in whole seconds, and an answer takes a moment. */
const CLOCKS_DIFFER_MS = 2_000;
/** Offline for longer, or the bot away for longer, makes a standing state (definitions §2). */
const STANDING_MS = 24 * HOUR_MS;
/** Above so many hosts a state sweep reads the whole collection instead of each (definitions §2). */
const READ_EACH = 50;

export interface AlertingDeps {
  readonly pce: Pce;
  readonly inventory: Inventory;
  readonly store: Store;
  readonly rules: RuleSet;
  readonly context: RuleContext;
  readonly settings: Pick<Settings, 'routes' | 'channels'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** A short stable id for an alert's fingerprint. */
  alertId(fingerprint: string): string;
  /** Called with the events of every poll, once what they mean is durable; those of overlapping polls come again. */
  evaluated(events: readonly PceEvent[]): Promise<void>;
  /** Named steps, for tests that end the process at each of them. */
  readonly reached?: Reached;
  /** Called when something was committed that may have to be sent. */
  committed(): void;
  /** Tells people of a trouble of our own. */
  tell(trouble: string): void;
  /** Fire alerts for the hour before the first start instead of reading it as history. */
  readonly backfill: boolean;
}

export interface AlertingStatus {
  readonly cursor: number | undefined;
  readonly lastPollAt: number | undefined;
  readonly eventsSeen: number;
  readonly rejected: number;
  /** Events that the last sweep found and no poll had. */
  readonly lastSweepFound: number;
  /** Events that only the daily look back found. */
  readonly late: number;
  /** Start of a gap that could not be closed yet. */
  readonly gapFrom: number | undefined;
  /** Times a gap was opened. */
  readonly gaps: number;
}

/**
 * Watches one PCE: read → detect → dispatch → commit. Reading runs side by side, deciding one after the other. Each run rejects with
 * PceError or StoreError, and then changed nothing.
 */
export interface Alerting {
  /**
   * Reads the events since the cursor, and `overlapMs` before it, for those recorded late. What only the daily look back finds is
   * marked `late`. After a downtime of more than an hour, what is older than that is told as one digest per rule.
   */
  poll(overlapMs: number, how?: { readonly late?: boolean }): Promise<void>;
  /** Looks whether the PCE's newest event is older than one we have seen: it was restored from a backup (definitions §1). */
  lookBack(): Promise<void>;
  health(): Promise<void>;
  reach(): Promise<void>;
  /** Reads the hosts of open ven-* alerts: events alone may never clear them (definitions §2). */
  sweep(): Promise<void>;
  /** Calls the rules that asked to be called by now. */
  wake(): Promise<void>;
  /** Resolves burst alerts that have been quiet long enough. */
  settle(): Promise<void>;
  acknowledge(alerts: readonly Alert[], by: Person): Promise<void>;
  snooze(alerts: readonly Alert[], by: Person, until: number): Promise<void>;
  /** Makes every message that shows one of the host's alerts show its newest state. */
  touchHost(href: string): Promise<void>;
  /** Stores the cursor, at a clean stop. */
  flush(): Promise<void>;
  status(): AlertingStatus;
}

export const createAlerting = (deps: AlertingDeps): Alerting => {
  const { pce, inventory, store, rules, clock, log } = deps;
  const exclusive = createMutex();
  /** Evaluated and committed in this process, by href: not counted again. */
  const evaluated = new Map<string, number>();
  let skewMs = 0;
  let cursor: number | undefined;
  let cursorStoredAt = Number.NEGATIVE_INFINITY;
  /** Nothing before the first start is told: it is history, for the daily look back too. */
  let origin: number | undefined;
  let status: AlertingStatus = {
    cursor,
    lastPollAt: undefined,
    eventsSeen: 0,
    rejected: 0,
    lastSweepFound: 0,
    late: 0,
    gapFrom: undefined,
    gaps: 0,
  };

  const pceNow = (): number => clock.now() + skewMs;

  /** Detects, decides and commits what one observation means. @returns true when something was committed */
  const accept = async (
    observation: Observation,
    more: Told & { cursor?: number; origin?: number; history?: boolean } = {},
  ): Promise<void> => {
    const found = rules.run(observation, await store.memories(pce.name));
    report(found, deps);
    const dispatched = more.history === true ? [] : await decide(found, observation, deps, more);
    const idle =
      dispatched.length === 0 &&
      found.seen.length === 0 &&
      Object.keys(found.memories).length === 0 &&
      Object.keys(found.wakes).length === 0;
    if (idle && (more.cursor === undefined || clock.mono() - cursorStoredAt < CURSOR_MS)) return;
    await store.commit([
      {
        type: 'polled',
        pce: pce.name,
        stream: 'events',
        ...(more.cursor === undefined ? {} : { cursor: more.cursor }),
        seen: found.seen,
        memories: found.memories,
        wakes: found.wakes,
      },
      ...(more.origin === undefined ? [] : [stream(pce.name, 'origin', more.origin)]),
      ...dispatched,
    ]);
    deps.reached?.('poll committed');
    if (more.cursor !== undefined) cursorStoredAt = clock.mono();
    if (dispatched.length > 0) deps.committed();
  };

  const readHosts = async (hrefs: readonly string[]): Promise<Map<string, Workload | null>> => {
    const hosts = new Map<string, Workload | null>();
    if (hrefs.length > READ_EACH) await inventory.refresh();
    for (const href of hrefs) {
      const host =
        hrefs.length > READ_EACH ? (inventory.workload(href) ?? null) : await pce.workload(href, 'ingest');
      inventory.note(href, host);
      hosts.set(href, host);
    }
    return hosts;
  };

  /** A part of the log that could not be read, and its end, are alerts themselves (definitions §1). */
  const gap = async ({ completeFrom, pceNow: now }: EventsAnswer): Promise<void> => {
    if (completeFrom === undefined && status.gapFrom === undefined) return;
    await accept({ kind: 'ingest', pce: pce.name, now, estate: inventory, gapFrom: completeFrom });
  };

  return {
    async poll(overlapMs, { late = false } = {}) {
      const from = cursor ?? (await store.cursor(pce.name, 'events'));
      origin ??= await store.cursor(pce.name, 'origin');
      const start = (to: number): number =>
        from === undefined ? to - WINDOW_MS.history : Math.max(from - overlapMs, origin ?? 0);
      const read = (to: number): Promise<EventsAnswer> => pce.events(start(to), to);
      let to = pceNow();
      let answer = await read(to);
      skewMs = answer.pceNow - clock.now();
      if (from === undefined && answer.pceNow > to + CLOCKS_DIFFER_MS) {
        // Its clock is ahead of ours: what happened between the two is history as well.
        to = answer.pceNow;
        answer = await read(to);
      }
      deps.reached?.('events read');
      if (answer.rejected.length > 0)
        log.warn(
          { pce: pce.name, rejected: answer.rejected.slice(0, 5), count: answer.rejected.length },
          'rows that are no events',
        );
      await inventory.ensure(unknownHosts(answer.events, inventory));
      await exclusive(async () => {
        const seen = await store.seen(pce.name, answer.events);
        const events = answer.events.filter(({ href }) => !seen.has(href) && !evaluated.has(href));
        const next = Math.max(cursor ?? from ?? 0, Math.min(to, answer.pceNow, answer.completeFrom ?? to));
        const away = from !== undefined && answer.pceNow - from > WINDOW_MS.single;
        await accept(
          { kind: 'events', pce: pce.name, now: answer.pceNow, estate: inventory, events },
          {
            cursor: next,
            late,
            history: from === undefined && !deps.backfill,
            ...(from === undefined ? { origin: start(to) } : {}),
            ...(away ? { digestBefore: answer.pceNow - WINDOW_MS.single } : {}),
          },
        );
        cursor = next;
        origin ??= start(to);
        await gap(answer);
        for (const [href, at] of evaluated) if (at < next - 2 * WINDOW_MS.sweep) evaluated.delete(href);
        for (const { href, at } of events) evaluated.set(href, at);
        status = {
          cursor,
          lastPollAt: clock.now(),
          eventsSeen: status.eventsSeen + events.length,
          rejected: status.rejected + answer.rejected.length,
          lastSweepFound: overlapMs === WINDOW_MS.sweep ? events.length : status.lastSweepFound,
          late: status.late + (late ? events.length : 0),
          gapFrom: answer.completeFrom,
          gaps: status.gaps + (answer.completeFrom !== undefined && status.gapFrom === undefined ? 1 : 0),
        };
      });
      await deps.evaluated(answer.events);
    },

    async lookBack() {
      const newest = await pce.newestEventAt();
      if (newest === undefined) return;
      await exclusive(async () => {
        const seen = await store.cursor(pce.name, 'newest');
        await accept({
          kind: 'ingest',
          pce: pce.name,
          now: pceNow(),
          estate: inventory,
          newest,
          newestSeen: seen,
        });
        if (seen === undefined || newest > seen) await store.commit([stream(pce.name, 'newest', newest)]);
      });
    },

    async health() {
      const reading = await pce.health();
      await exclusive(() =>
        accept({ kind: 'health', pce: pce.name, now: pceNow(), estate: inventory, reading }),
      );
    },

    reach: () =>
      exclusive(() =>
        accept({ kind: 'reach', pce: pce.name, now: clock.now(), estate: inventory, reach: pce.reach() }),
      ),

    async sweep() {
      const open = (await store.firing(pce.name)).filter(({ rule }) => rule.startsWith('ven-'));
      const hosts = await readHosts([...new Set(open.flatMap(({ workloads }) => workloads))]);
      const suspended = await pce.suspended();
      const now = pceNow();
      const last = await store.cursor(pce.name, 'swept');
      // What was so before anybody watched is told once, in one digest per rule (definitions §2 "Standing state").
      const begins = last === undefined || now - last > STANDING_MS;
      const away = begins ? longOffline(inventory, now) : [];
      await exclusive(() =>
        accept(
          { kind: 'sweep', pce: pce.name, now, estate: inventory, hosts, suspended, away },
          begins ? { digestBefore: now } : {},
        ),
      );
      if (inventory.readAt !== undefined) await store.commit([stream(pce.name, 'swept', now)]);
    },

    async wake() {
      const due = await store.wakesDue(pce.name, pceNow());
      if (due.length === 0) return;
      const hosts = await readHosts(rules.reads(await store.memories(pce.name), pceNow()));
      await exclusive(() => accept({ kind: 'wake', pce: pce.name, now: pceNow(), estate: inventory, hosts }));
    },

    settle: () =>
      exclusive(async () => {
        const now = pceNow();
        const quiet = (await store.firing(pce.name)).flatMap(({ rule, subject, lastAt }) => {
          const life = rules.rules.get(rule)?.rule.life;
          if (life?.kind !== 'burst' || now - lastAt < life.quietMs) return [];
          return [
            { rule, cleared: { subject, at: now, why: `${life.over} for ${quietWords(life.quietMs)}` } },
          ];
        });
        if (quiet.length === 0) return;
        await store.commit(await decideOn([], quiet, now, deps));
        deps.committed();
      }),

    acknowledge: (alerts, by) =>
      exclusive(async () => {
        // Read anew: somebody may have been faster, and the first one stays.
        const now = await store.alerts(alerts.map(({ fingerprint }) => fingerprint));
        const open = now.filter(({ acknowledged }) => acknowledged === undefined);
        await change(
          open,
          open.map(({ fingerprint }) => ({ type: 'alert-acknowledged', fingerprint, by, at: clock.now() })),
          deps,
        );
      }),

    snooze: (alerts, by, until) =>
      exclusive(() =>
        change(
          alerts,
          alerts.map(({ fingerprint }) => ({ type: 'alert-snoozed', fingerprint, by, until })),
          deps,
        ),
      ),

    touchHost: (href) =>
      exclusive(async () =>
        change(
          (await store.alertsOfHost(pce.name, href)).filter(({ state }) => state !== 'resolved'),
          [],
          deps,
        ),
      ),

    flush: () =>
      exclusive(async () => {
        if (cursor === undefined) return;
        await store.commit([stream(pce.name, 'events', cursor)]);
      }),

    status: () => status,
  };
};

const report = (found: Detected, { log, pce, tell }: AlertingDeps): void => {
  for (const { rule, error } of found.failures) {
    log.error({ err: error, rule, pce: pce.name }, 'a rule failed');
    tell(`The alert rule ${rule} failed on ${pce.name} and was skipped; the other rules go on.`);
  }
};

/** Hosts the events name that the inventory does not hold: worth one GET each before their labels are needed. */
const unknownHosts = (
  events: Extract<Observation, { kind: 'events' }>['events'],
  inventory: Inventory,
): Set<string> => {
  const hrefs = new Set<string>();
  for (const event of events)
    for (const { subject } of affectedHosts(event, inventory))
      if (subject.href?.includes('/workloads/') && inventory.workload(subject.href) === undefined)
        hrefs.add(subject.href);
  return hrefs;
};

const longOffline = (inventory: Inventory, now: number): Workload[] =>
  [...inventory.workloads()].filter(
    ({ managed, online, ven }) => managed && online === false && now - (ven?.heartbeatAt ?? 0) > STANDING_MS,
  );

/** A place in one of a PCE's streams, without anything found. */
const stream = (pce: string, name: string, cursor: number): Transition => ({
  type: 'polled',
  pce,
  stream: name,
  cursor,
  seen: [],
  memories: {},
  wakes: {},
});

/** How findings are told that are not of this moment. */
type Told = Pick<DispatchDeps, 'late' | 'digestBefore'>;

const decide = (
  found: Detected,
  observation: Observation,
  deps: AlertingDeps,
  told: Told,
): Promise<readonly Transition[]> => {
  const weighed = found.findings.map(({ rule, finding }): Weighed => {
    const labels = finding.workloads.map((href) => observation.estate.workload(href)?.labels ?? []);
    return {
      rule: rule.id,
      life: rule.rule.life.kind,
      finding,
      labels,
      highValue: labels.some(deps.context.highValue),
    };
  });
  const cleared = found.cleared.map(({ rule, cleared }) => ({ rule: rule.id, cleared }));
  return decideOn(weighed, cleared, observation.now, deps, told);
};

/** Reads the part of the state that the findings concern, and decides on it. */
const decideOn = async (
  weighed: readonly Weighed[],
  cleared: readonly { readonly rule: string; readonly cleared: Cleared }[],
  now: number,
  { pce, store, settings, ids, alertId }: AlertingDeps,
  told: Told = {},
): Promise<readonly Transition[]> => {
  if (weighed.length === 0 && cleared.length === 0) return [];
  const about = [
    ...weighed.map(({ rule, finding }) => ({ rule, subject: finding.subject })),
    ...cleared.map((one) => ({ rule: one.rule, subject: one.cleared.subject })),
  ];
  const fingerprints = about.map(({ rule, subject }) => fingerprintOf(pce.name, rule, subjectKey(subject)));
  const keys = new Set(weighed.flatMap((one) => keysOf(one, pce.name, settings)));
  const incidents = [...(await store.openIncidents(keys)), ...(await store.incidentsOf(fingerprints))];
  const mine = new Set(incidents.map(({ id }) => id));
  const alerts = await store.alerts(new Set([...fingerprints, ...incidents.flatMap((one) => one.alerts)]));
  const deliveries = (await store.waiting()).filter(({ incident }) => mine.has(incident));
  const slice = {
    alerts: new Map(alerts.map((one) => [one.fingerprint, one])),
    incidents: new Map(incidents.map((one) => [one.id, one])),
    deliveries: new Map(deliveries.map((one) => [one.key, one])),
  };
  const dispatchDeps: DispatchDeps = {
    pce: pce.name,
    now,
    settings,
    alertId,
    newId: ids.next,
    ...(told.late === undefined ? {} : { late: told.late }),
    ...(told.digestBefore === undefined ? {} : { digestBefore: told.digestBefore }),
  };
  return dispatch(weighed, cleared, slice, emptyState(), dispatchDeps);
};

/** Every incident key a finding may go to, whatever severity its alert has by then. */
const keysOf = (
  { rule, finding, labels }: Weighed,
  pce: string,
  settings: AlertingDeps['settings'],
): string[] => {
  const fingerprint = fingerprintOf(pce, rule, subjectKey(finding.subject));
  return SEVERITIES.flatMap((severity) =>
    destinations({ pce, rule, severity, fingerprint, labels }, settings).map(({ key }) => key),
  );
};

/** Commits changes to alerts and has every message that shows one of them shown anew. */
const change = async (
  alerts: readonly Alert[],
  transitions: readonly Transition[],
  { store, committed }: AlertingDeps,
): Promise<void> => {
  if (alerts.length === 0) return;
  const incidents = await store.incidentsOf(alerts.map(({ fingerprint }) => fingerprint));
  await store.commit([
    ...transitions,
    ...incidents.map(({ id }): Transition => ({ type: 'incident-touched', id })),
  ]);
  committed();
};

const quietWords = (ms: number): string => {
  const hours = ms / HOUR_MS;
  return hours >= 1 ? `${hours} h` : `${ms / MINUTE_MS} min`;
};
