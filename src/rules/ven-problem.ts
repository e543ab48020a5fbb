import { z } from 'zod';
import type { PceEvent } from '../core/event.ts';
import { hostFinding, standingFinding } from '../core/finding.ts';
import { defineRule, type Finding, type Observation } from '../core/rule.ts';
import { type AffectedHost, subjectKey } from '../core/subject.ts';
import { counted, span, type Text } from '../core/text.ts';
import { DEPLOY_FAILED, DEPLOY_SUCCEEDED, hostsOf, VEN_PROBLEM, venProblems } from '../core/ven-problems.ts';
import type { Workload } from '../core/workload.ts';

const MINUTE_MS = 60_000;
/** A failure that nobody corrected is forgotten after so long: it was told. */
const FORGET_MS = 24 * 60 * MINUTE_MS;
/** Failures kept of one VEN. */
const MOST_TIMES = 10;

const Options = z
  .strictObject({
    deploy_failures: z
      .int()
      .min(1)
      .max(10)
      .default(2)
      .describe('A policy that could not be deployed is told after so many failures in a row …'),
    deploy_minutes: z
      .int()
      .min(1)
      .max(240)
      .default(15)
      .describe('… or after so many minutes without a success.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

/** A VEN whose policy could not be deployed: when, the last success since, and the last failure that was told (epoch ms). */
const Failing = z.object({
  kind: z.enum(['workload', 'ven']),
  href: z.string().nullable(),
  name: z.string(),
  event: z.string(),
  failed: z.array(z.number()),
  ok: z.number().nullable(),
  told: z.number().nullable(),
});
type Failing = z.infer<typeof Failing>;

const Memory = z.record(z.string(), Failing).default({});
type Memory = z.infer<typeof Memory>;

/** A VEN says, or the PCE says of it, that something is wrong with it: the notifications that are bad wherever they occur. */
export const venProblem = defineRule({
  id: 'ven-problem',
  title: 'VEN problem',
  about: 'A VEN reports a failure, or could not deploy its policy',
  severity: 'warning',
  life: { kind: 'burst', quietMs: 30 * MINUTE_MS, over: 'no further problem reported' },
  on: { ...VEN_PROBLEM, readings: ['wake'], standing: true },
  options: Options,
  memory: Memory,
  todo: 'Look at the VEN with illumio-ven-ctl status and at its log. Until it is well, its policy may be old or incomplete.',
  detect(observation, memory, options) {
    if (observation.kind === 'wake') return overdue(observation, memory, options);
    if (observation.kind === 'sweep')
      return {
        findings: (observation.standing?.get('ven-problem') ?? []).map(({ host, what }) =>
          standingFinding(host, observation.now, {
            title: `VEN problem on ${host.name}`,
            story: [`The PCE reported this of ${host.name} already when I began to watch: ${what}.`],
          }),
        ),
      };
    if (observation.kind !== 'events') return { findings: [] };
    const failing = new Map(Object.entries(memory));
    const findings = observation.events.flatMap((event) => {
      if (failing.size === 0 && isGoodNews(event)) return [];
      return [
        ...venProblems(event, observation.estate).map(({ host, what }) =>
          finding(event, host, [`On ${host.subject.name} ${what}, as seen at `, { time: event.at }, '.']),
        ),
        ...deployments(event, failing, observation, options),
      ];
    });
    return remembered(findings, failing, observation.now, options);
  },
  reads: (memory, now, { deploy_minutes }) =>
    Object.values(memory).flatMap((one) =>
      one.href !== null && one.kind === 'workload' && dueAt(one, deploy_minutes) <= now ? [one.href] : [],
    ),
});

/** Every fifth event of a PCE says no more than that a policy was deployed: it matters only to a VEN that failed before. */
const isGoodNews = ({ type, notices }: PceEvent): boolean =>
  type === 'agent.update' && notices.every((notice) => notice.type === DEPLOY_SUCCEEDED);

const finding = (event: PceEvent, host: AffectedHost, story: Text): Finding =>
  hostFinding(event, host, { severity: 'warning', title: `VEN problem on ${host.subject.name}`, story });

const deployments = (
  event: PceEvent,
  failing: Map<string, Failing>,
  { estate }: Observation,
  { deploy_failures }: Options,
): Finding[] => {
  const says = (type: string): AffectedHost[] =>
    event.notices.some((notice) => notice.type === type) ? hostsOf(event, type, estate) : [];
  for (const { subject } of says(DEPLOY_SUCCEEDED)) {
    const one = failing.get(subjectKey(subject));
    if (one !== undefined) failing.set(subjectKey(subject), { ...one, ok: Math.max(one.ok ?? 0, event.at) });
  }
  return says(DEPLOY_FAILED).flatMap((host) => {
    const key = subjectKey(host.subject);
    const before = failing.get(key) ?? begun(host, event);
    const failed = [...new Set([...before.failed, event.at])].sort((a, b) => a - b).slice(-MOST_TIMES);
    const open = openOf({ ...before, failed });
    const tell = open.length >= deploy_failures;
    failing.set(key, { ...before, failed, told: tell ? Math.max(before.told ?? 0, event.at) : before.told });
    return tell ? [finding(event, host, failedText(host.subject.name, open))] : [];
  });
};

const begun = ({ subject }: AffectedHost, event: PceEvent): Failing => ({
  kind: subject.kind === 'workload' ? 'workload' : 'ven',
  href: subject.href,
  name: subject.name,
  event: event.href,
  failed: [],
  ok: null,
  told: null,
});

const failedText = (name: string, failed: readonly number[]): Text => {
  const [first = 0] = failed;
  const last = failed[failed.length - 1] ?? first;
  const times = failed.length < 2 ? '' : ` ${counted(failed.length, 'time')} in ${span(last - first)},`;
  return [
    `${name} could not deploy its policy${times} first at `,
    { time: first },
    ': it goes on with an older one.',
  ];
};

/** Failures since the last success. */
const openOf = ({ failed, ok }: Failing): number[] => failed.filter((at) => ok === null || at > ok);

/** When a failure is told although it was the only one; never when it was told. */
const dueAt = (one: Failing, minutes: number): number => {
  const [first] = openOf(one);
  return first === undefined || (one.told !== null && one.told >= first)
    ? Number.POSITIVE_INFINITY
    : first + minutes * MINUTE_MS;
};

/** A quarter of an hour has passed without a success: unless the host itself says that its policy is applied by now. */
const overdue = (
  { hosts, now, estate }: Extract<Observation, { kind: 'wake' }>,
  memory: Memory,
  options: Options,
) => {
  const failing = new Map(Object.entries(memory));
  const findings: Finding[] = [];
  for (const [key, one] of Object.entries(memory)) {
    if (dueAt(one, options.deploy_minutes) > now) continue;
    const read = one.href === null ? undefined : hosts.get(one.href);
    if (read === null || isApplied(read, one)) {
      failing.delete(key);
      continue;
    }
    const { kind, href, name, event } = one;
    const workload = read ?? (href === null ? undefined : estate.workload(href));
    const story: Text = [
      ...failedText(name, openOf(one)),
      ` No success was reported in ${options.deploy_minutes} min.`,
    ];
    const said = { severity: 'warning', title: `VEN problem on ${name}`, story } as const;
    findings.push({
      ...said,
      subject: { kind, href, name },
      at: now,
      workloads:
        workload === undefined && kind !== 'workload' ? [] : [workload?.href ?? href ?? ''].filter(Boolean),
      suggests: [],
      event,
    });
    failing.set(key, { ...one, told: now });
  }
  return remembered(findings, failing, now, options);
};

const isApplied = (host: Workload | undefined, one: Failing): boolean =>
  host?.policy.appliedAt !== undefined && host.policy.appliedAt > (one.failed[one.failed.length - 1] ?? 0);

const remembered = (
  findings: readonly Finding[],
  failing: ReadonlyMap<string, Failing>,
  now: number,
  { deploy_minutes }: Options,
) => {
  const left = [...failing].filter(([, one]) => openOf(one).some((at) => at > now - FORGET_MS));
  const due = Math.min(...left.map(([, one]) => dueAt(one, deploy_minutes)));
  return {
    findings,
    memory: Object.fromEntries(left),
    wakeAt: Number.isFinite(due) ? due : undefined,
  };
};
