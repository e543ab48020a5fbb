import { z } from 'zod';
import { text } from '../core/foreign.ts';
import { backFrom, ManyOffline, manyOffline } from '../core/many-offline.ts';
import { PRESENCE, type Presence, presence } from '../core/presence.ts';
import { type Cleared, defineRule, type Finding, type Observation, type RuleContext } from '../core/rule.ts';
import { SEVERITIES } from '../core/severity.ts';
import { forget, type Said, Standing, stand } from '../core/standing.ts';
import { type AffectedHost, hrefOfKey, type Subject, subjectKey, workloadHrefs } from '../core/subject.ts';
import type { Text } from '../core/text.ts';
import { type Estate, uuidOf, type Workload } from '../core/workload.ts';

const MINUTE_MS = 60_000;
/** How late an event may come and still be put in its place; what is older is settled by the state sweep (definitions §1, §2). */
const LATEST_MS = 60 * MINUTE_MS;
/** How long a host that said goodbye is asked for before the alert says that its state could not be read. */
const ASK = { everyMs: 5 * MINUTE_MS, forMs: 30 * MINUTE_MS } as const;

const Options = z
  .strictObject({
    goodbye_minutes: z
      .int()
      .min(1)
      .max(1_440)
      .default(30)
      .describe('An orderly shutdown alerts when the host is still offline after so many minutes.'),
    endpoints: z
      .enum(['digest', ...SEVERITIES])
      .default('digest')
      .describe(
        'How endpoints (laptops, desktops), which come and go, are told: in a digest, or as alerts of a severity.',
      ),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

/** A host that shut down in an orderly way and is asked for at `askAt`. */
const Leaving = z.object({
  kind: z.enum(['workload', 'ven']),
  href: z.string().nullable(),
  name: z.string(),
  at: z.number(),
  event: z.string(),
  askAt: z.number(),
});
type Leaving = z.infer<typeof Leaving>;

const Memory = z
  .object({ standing: Standing, leaving: z.record(z.string(), Leaving).default({}), many: ManyOffline })
  .prefault({});
type Memory = z.infer<typeof Memory>;

/**
 * A VEN is offline: the PCE removed its host from policy. Told by the PCE's own check or the notification after a goodbye; an orderly
 * shutdown alone (agent.goodbye) only when a GET half an hour later finds the host still offline. Many at once are also one story.
 */
export const venOffline = defineRule({
  id: 'ven-offline',
  title: 'VEN offline',
  about: 'A VEN went offline and its host left the policy',
  severity: 'warning',
  life: { kind: 'state' },
  on: {
    types: PRESENCE.types,
    notices: PRESENCE.notices,
    readings: ['sweep', 'wake'],
  },
  options: Options,
  memory: Memory,
  bornOfAbsence: true,
  todo: 'Check that the host is up and reaches the PCE on its port; then look at the VEN with illumio-ven-ctl status.',
  detect(observation, memory, options, context) {
    if (observation.kind === 'events') return fromEvents(observation, memory, options, context);
    if (observation.kind === 'sweep') {
      const cleared = back(observation.hosts, observation.now);
      const many = backFrom(observation.pce, memory.many, cleared.map(subjectOf), observation.now);
      return {
        findings: (observation.standing?.get('ven-offline') ?? []).flatMap(({ host }) =>
          standingOffline(host, options, context),
        ),
        cleared: [...cleared, ...many.cleared],
        memory: { ...memory, many: many.memory },
      };
    }
    if (observation.kind === 'wake') return askedFor(observation, memory, options, context);
    return { findings: [] };
  },
  reads: ({ leaving }, now) =>
    Object.values(leaving).flatMap(({ kind, href, askAt }) =>
      kind === 'workload' && href !== null && askAt <= now ? [href] : [],
    ),
});

const fromEvents = (
  { pce, events, estate, now }: Extract<Observation, { kind: 'events' }>,
  memory: Memory,
  options: Options,
  context: RuleContext,
) => {
  const reports = events.flatMap((event) => presence(event, estate));
  const said = reports.flatMap(({ event, host, says }): Said[] => {
    if (says === 'goodbye' || (says === 'online' && event.at < now - LATEST_MS)) return [];
    return [{ subject: host.subject, at: event.at, holds: says === 'offline' }];
  });
  const { standing, over } = stand(memory.standing, said);
  const leaving = Object.fromEntries(
    [...Object.entries(memory.leaving), ...reports.flatMap((report) => leavingOf(report, options))].filter(
      // Told offline or online since: nothing is left to ask.
      ([key, { at }]) => (standing[key]?.[0] ?? Number.NEGATIVE_INFINITY) < at,
    ),
  );
  const findings = reports.flatMap(({ event, host, says }) =>
    says === 'offline' ? finding(host, event, story(event.at, host.workload), options, context) : [],
  );
  const told = new Set(findings.map(({ subject }) => subjectKey(subject)));
  const gone = reports.flatMap(({ event, host: { subject } }) =>
    told.has(subjectKey(subject)) ? { subject, at: event.at, member: text(event.raw['pce_fqdn']) } : [],
  );
  const many = manyOffline(pce, memory.many, standing, gone, (key) => isServer(key, estate, context), estate);
  const after = backFrom(pce, many.memory, over.map(subjectOf), now);
  return {
    findings: [...many.findings, ...findings],
    cleared: [...over.map(({ subject, at }) => ({ subject, at, why: 'back online' })), ...after.cleared],
    memory: { standing: forget(standing, now - LATEST_MS, () => false), leaving, many: after.memory },
    wakeAt: nextAsk(leaving),
  };
};

const subjectOf = ({ subject }: { readonly subject: Subject }): Subject => subject;

/** Hosts that come and go by their nature make no outage. */
const isServer = (key: string, estate: Estate, context: RuleContext): boolean => {
  const workload = estate.workload(hrefOfKey(key));
  return !context.ephemeral(workload?.labels ?? []) && workload?.ven?.kind !== 'endpoint';
};

const leavingOf = ({ event, host: { subject }, says }: Presence, options: Options): [string, Leaving][] => {
  if (says !== 'goodbye') return [];
  const { href, name } = subject;
  const kind = subject.kind === 'workload' ? 'workload' : 'ven';
  const askAt = event.at + options.goodbye_minutes * MINUTE_MS;
  return [[subjectKey(subject), { kind, href, name, at: event.at, event: event.href, askAt }]];
};

const nextAsk = (leaving: Memory['leaving']): number | undefined => {
  const due = Object.values(leaving).map(({ askAt }) => askAt);
  return due.length === 0 ? undefined : Math.min(...due);
};

/** What a GET says of hosts that shut down half an hour ago. */
const askedFor = (
  { hosts, estate, now }: Extract<Observation, { kind: 'wake' }>,
  memory: Memory,
  options: Options,
  context: RuleContext,
) => {
  const findings: Finding[] = [];
  const leaving: [string, Leaving][] = [];
  for (const [key, one] of Object.entries(memory.leaving)) {
    const { kind, href, name, at, event } = one;
    const read = href === null ? undefined : hosts.get(href);
    if (one.askAt > now) leaving.push([key, one]);
    else if (read === undefined && now < at + options.goodbye_minutes * MINUTE_MS + ASK.forMs)
      leaving.push([key, { ...one, askAt: now + ASK.everyMs }]);
    else if (read === undefined || (read?.managed === true && read.online !== true)) {
      const workload = read ?? (href === null ? undefined : estate.workload(href));
      const host = { subject: { kind, href, name }, workload };
      const told = ['It shut down in an orderly way at ', { time: at }, read === undefined ? UNREAD : STILL];
      findings.push(...finding(host, { at, href: event, type: 'agent.goodbye' }, told, options, context));
    }
  }
  const rest = Object.fromEntries(leaving);
  return { findings, memory: { ...memory, leaving: rest }, wakeAt: nextAsk(rest) };
};

const STILL = ' and has not come back.';
const UNREAD = ' and nothing says that it came back; its state could not be read.';

/** The inventory's last heartbeat is the last one of all only when it was read after the host went offline. */
const story = (at: number, workload: Workload | undefined): Text => {
  const heard = workload?.online === false ? workload.ven?.heartbeatAt : undefined;
  return heard === undefined || heard > at
    ? ['The PCE no longer hears from it and removed it from policy at ', { time: at }, '.']
    : ['Last heard ', { time: heard }, ', removed from policy ', { time: at }, '.'];
};

/** Hosts that come and go are not alerted; endpoints are told at their own severity (definitions §3). */
const finding = (
  host: AffectedHost,
  { at, href, type }: { readonly at: number; readonly href: string | null; readonly type: string },
  told: Text,
  { endpoints }: Options,
  context: RuleContext,
): Finding[] => {
  const { subject, workload } = host;
  if (context.ephemeral(workload?.labels ?? [])) return [];
  const endpoint = type === 'system_task.endpoint_offline_check' || workload?.ven?.kind === 'endpoint';
  return [
    {
      subject,
      severity: !endpoint ? 'warning' : endpoints === 'digest' ? 'info' : endpoints,
      ...(endpoint && endpoints === 'digest' ? { digest: true } : {}),
      at,
      title: `VEN offline on ${subject.name}`,
      story: told,
      workloads: workloadHrefs(host),
      suggests: [],
      event: href,
    },
  ];
};

/** A host that was offline long before the bot looked: told once in a digest, and then only when it changes (definitions §2). */
const standingOffline = (host: Workload, options: Options, context: RuleContext): Finding[] => {
  const heard = host.ven?.heartbeatAt;
  const subject = { kind: 'workload', href: host.href, name: host.name } as const;
  const told: Text =
    heard === undefined
      ? ['It was never heard of.']
      : ['Offline already when I began to watch; last heard ', { time: heard }, '.'];
  return finding(
    { subject, workload: host },
    { at: heard ?? 0, href: null, type: '' },
    told,
    options,
    context,
  );
};

/** What a GET says of hosts that had an alert: only a clear word ends it, an unknown state does not. */
const back = (hosts: ReadonlyMap<string, Workload | null>, at: number): Cleared[] =>
  [...hosts].flatMap(([href, host]) => {
    const why = endOf(host);
    const subject = { kind: 'workload', href, name: host?.name ?? uuidOf(href) } as const;
    return why === undefined ? [] : [{ subject, at, why }];
  });

const endOf = (host: Workload | null): string | undefined => {
  if (host === null) return 'no longer in the PCE';
  if (!host.managed || host.ven?.status === 'uninstalled') return 'unpaired';
  return host.online === true ? 'back online' : undefined;
};
