import { z } from 'zod';
import type { HealthReading } from '../core/health.ts';
import { healthIssues, type Issue, type IssueKind, reportIssue, seenIn } from '../core/health-issues.ts';
import type { NodeReport } from '../core/node-report.ts';
import { type Cleared, defineRule, type Finding, type Observation } from '../core/rule.ts';
import { compareSeverity, SEVERITIES } from '../core/severity.ts';
import type { Subject } from '../core/subject.ts';

const polls = (raise: number, clear: number) =>
  z
    .strictObject({ raise: z.int().min(1).default(raise), clear: z.int().min(1).default(clear) })
    .prefault({})
    .describe(
      'Polls in a row (one a minute; for report, lines of the syslog stream) before it is told, and before it is over.',
    );

const Options = z
  .strictObject({
    services: polls(2, 2),
    node: polls(2, 2),
    cluster: polls(2, 2),
    cpu: polls(10, 5),
    memory: polls(10, 5),
    disk: polls(2, 10),
    replication: polls(5, 5),
    report: polls(2, 2),
    replication_lag_seconds: z
      .number()
      .positive()
      .default(300)
      .describe('Replication further behind is an error.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

/** A node that is gone for so long may have been removed (definitions §3). */
const ASK_MS = 24 * 3_600_000;

const KINDS = ['cpu', 'memory', 'disk', 'services', 'node', 'replication', 'cluster', 'report'] as const;

/** A node writes a line each minute. One that writes none for so long is the polls' matter alone. */
const SILENT_MS = 15 * 60_000;

/** An issue that was seen: how often in a row it was there, or, once told, was gone. */
const Watched = z.object({
  kind: z.enum(KINDS satisfies readonly IssueKind[]),
  subjectKind: z.enum(['pce', 'node']),
  name: z.string(),
  what: z.string(),
  since: z.number(),
  bad: z.number(),
  good: z.number(),
  /** Polls in a row that were graver than what was told. */
  worse: z.number(),
  told: z.enum(SEVERITIES).nullable(),
  /** Of a report: when the newest line came. */
  heardAt: z.number().exactOptional(),
  /** It was asked whether the node was removed. */
  asked: z.literal(true).exactOptional(),
});
type Watched = z.infer<typeof Watched>;

const Memory = z
  .object({
    issues: z.record(z.string(), Watched).default({}),
    clusters: z
      .record(z.string(), z.object({ nodes: z.array(z.string()), primary: z.boolean() }))
      .default({}),
  })
  .prefault({});
type Memory = z.infer<typeof Memory>;

/**
 * The PCE's own health, each node and part by itself. What lasts is told; a single bad poll is not (definitions §3). What a node reports by
 * syslog counts too, as long as no poll says what is wrong with it: also while the PCE's API does not answer.
 */
export const pceHealth = defineRule({
  id: 'pce-health',
  title: 'PCE health',
  about: 'The PCE reports that a node, service, disk or replication is not well',
  severity: 'warning',
  life: { kind: 'state' },
  on: { types: [], readings: ['health', 'node-report', 'removed'] },
  options: Options,
  memory: Memory,
  todo: 'Open the health page of the PCE console and look at the node that is named.',
  detect(observation, memory, options) {
    if (observation.kind === 'node-report') return hear(observation, memory, options);
    if (observation.kind === 'removed') return removed(observation, memory);
    if (observation.kind !== 'health' || !observation.reading.available) return { findings: [] };
    return judge(observation.reading, observation.now, memory, options);
  },
});

type Judged = { findings: readonly Finding[]; cleared: readonly Cleared[]; memory: Memory };

const hear = (
  { report, now, pce }: { readonly report: NodeReport; readonly now: number; readonly pce: string },
  memory: Memory,
  options: Options,
): Judged => {
  const { key, part, issue } = reportIssue(report, memory.clusters, pce);
  const { [key]: was, ...others } = memory.issues;
  const known = Object.entries(others).some(
    ([other, { told }]) => told !== null && (other === part || other.startsWith(`${part} `)),
  );
  if (issue === undefined || known) {
    const good = was === undefined ? undefined : stillGood(was, options);
    const over = was !== undefined && was.told !== null && good === undefined;
    const why = known ? 'the PCE says now what is wrong' : 'normal again';
    return {
      findings: [],
      cleared: over ? [{ subject: subjectOf(was), at: now, why }] : [],
      memory: {
        ...memory,
        issues: good === undefined ? others : { ...others, [key]: { ...good, heardAt: now } },
      },
    };
  }
  const after = { ...stillBad(issue, was, now, options), heardAt: now };
  return {
    findings: after.told === (was?.told ?? null) ? [] : [finding(issue, after, now)],
    cleared: [],
    memory: { ...memory, issues: { ...others, [key]: after } },
  };
};

const judge = (
  reading: Extract<HealthReading, { available: true }>,
  now: number,
  memory: Memory,
  options: Options,
): Judged => {
  const seen = new Map(Object.entries(memory.clusters));
  const issues = healthIssues(reading, seen, options.replication_lag_seconds);
  const here = new Map(issues.map((issue) => [issue.key, issue]));
  const findings: Finding[] = [];
  const cleared: Cleared[] = [];
  const next = new Map<string, Watched>();

  for (const [key, issue] of here) {
    const was = memory.issues[key];
    const after = stillBad(issue, was, now, options);
    const asks = issue.gone === true && after.told !== null && now - after.since > ASK_MS;
    if (after.told !== (was?.told ?? null) || (asks && was?.asked !== true))
      findings.push(finding(issue, after, now, asks));
    next.set(key, asks ? { ...after, asked: true } : after);
  }
  for (const [key, was] of Object.entries(memory.issues)) {
    if (here.has(key)) continue;
    if (was.heardAt !== undefined) {
      if (now - was.heardAt <= SILENT_MS) next.set(key, was);
      else if (was.told !== null)
        cleared.push({ subject: subjectOf(was), at: now, why: 'it reports nothing any more' });
      continue;
    }
    const good = stillGood(was, options);
    if (good !== undefined) next.set(key, good);
    else if (was.told !== null) cleared.push({ subject: subjectOf(was), at: now, why: 'normal again' });
  }
  const clusters = reading.clusters.map((one): [string, Memory['clusters'][string]] => {
    const { nodes, primary } = seenIn(one, seen.get(one.fqdn));
    return [one.fqdn, { nodes: [...nodes], primary }];
  });
  return {
    findings,
    cleared,
    memory: {
      issues: Object.fromEntries(next),
      clusters: { ...memory.clusters, ...Object.fromEntries(clusters) },
    },
  };
};

/** A person says that it was removed: it is missed no more, and no longer counts among those that are down. */
const removed = ({ node, now }: Extract<Observation, { kind: 'removed' }>, memory: Memory): Judged => {
  const [key, was] = Object.entries(memory.issues).find(([, { name }]) => name === node) ?? [];
  if (key === undefined || was === undefined) return { findings: [], cleared: [], memory };
  const { [key]: _, ...issues } = memory.issues;
  const clusters = Object.entries(memory.clusters).map(([fqdn, seen]) => [
    fqdn,
    { ...seen, nodes: seen.nodes.filter((name) => `${fqdn} ${name}` !== key) },
  ]);
  return {
    findings: [],
    cleared: [{ subject: subjectOf(was), at: now, why: 'it was removed on purpose' }],
    memory: { issues, clusters: Object.fromEntries(clusters) },
  };
};

/** Counts a good poll of what was told. Undefined when it is over; what nobody was told of is over at once. */
const stillGood = (was: Watched, options: Options): Watched | undefined => {
  const good = was.good + 1;
  return was.told === null || good >= options[was.kind].clear
    ? undefined
    : { ...was, good, bad: 0, worse: 0 };
};

/** Counts a bad poll. Polls are counted no further than they matter, so that a lasting issue does not change the memory. */
const stillBad = (issue: Issue, was: Watched | undefined, now: number, options: Options): Watched => {
  const { raise } = options[issue.kind];
  const told = was?.told ?? null;
  const bad = Math.min((was?.bad ?? 0) + 1, raise);
  const worse = told !== null && compareSeverity(issue.severity, told) > 0 ? (was?.worse ?? 0) + 1 : 0;
  const raised = (told === null && bad >= raise) || worse >= raise;
  return {
    kind: issue.kind,
    subjectKind: issue.subject.kind === 'pce' ? 'pce' : 'node',
    name: issue.subject.name,
    what: told === null || raised ? issue.what : (was?.what ?? issue.what),
    since: was?.since ?? now,
    bad,
    good: 0,
    worse: raised ? 0 : worse,
    told: raised ? issue.severity : told,
  };
};

const subjectOf = ({ subjectKind, name }: Watched): Subject => ({ kind: subjectKind, href: null, name });

const finding = (
  { subject, severity, what }: Issue,
  { since }: Watched,
  now: number,
  asks = false,
): Finding => ({
  subject,
  severity,
  at: now,
  title: `PCE health: ${what}`,
  story: [
    `${severity === 'warning' ? 'Warning' : 'Not well'}: ${what} (since `,
    { time: since },
    asks ? '). Was it removed on purpose?' : ').',
  ],
  workloads: [],
  suggests: asks ? ['node-removed'] : [],
  event: null,
});
