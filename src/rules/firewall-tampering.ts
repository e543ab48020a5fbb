import { z } from 'zod';
import type { PceEvent } from '../core/event.ts';
import { defineRule, type Finding } from '../core/rule.ts';
import {
  type AffectedHost,
  affectedHosts,
  firstNamedHosts,
  subjectKey,
  workloadHrefs,
} from '../core/subject.ts';
import { type Tampering, tamperingOf } from '../core/tampering.ts';
import { clockUtc, counted, listed, span, type Text } from '../core/text.ts';
import type { Estate } from '../core/workload.ts';

const MINUTE_MS = 60_000;
/** An episode: what happens within it is one story, and it is over when it was quiet for so long (definitions §3). */
const EPISODE_MS = 240 * MINUTE_MS;
/** How late an event may be recorded (definitions §1). */
const LATENESS_MS = 20 * MINUTE_MS;
/** Times kept per host: a host changed more often is told "at least". */
const MOST_TIMES = 100;

const DEPLOY_FAILED = 'agent.policy_deploy_failed';

const Options = z
  .strictObject({
    deploy_minutes: z
      .int()
      .min(1)
      .max(120)
      .default(10)
      .describe('A policy that cannot be deployed so soon after tampering makes it critical.'),
  })
  .prefault({});

/** By subject key: when the host was tampered with, and when its policy could not be deployed (epoch ms, ascending). */
const Memory = z
  .record(z.string(), z.object({ tampered: z.array(z.number()), failed: z.array(z.number()) }))
  .default({});
type Memory = z.infer<typeof Memory>;

/**
 * The host firewall was changed outside Illumio (agent.tampering, all shapes since 18.2: facts §2.3). Critical when the VEN could
 * not put Illumio's rules back, or could not deploy its policy shortly after.
 */
export const firewallTampering = defineRule({
  id: 'firewall-tampering',
  title: 'Firewall tampering',
  about: 'The host firewall was changed outside Illumio',
  severity: 'error',
  life: { kind: 'burst', quietMs: EPISODE_MS, over: 'no tampering' },
  on: { types: ['agent.tampering', 'fw_tampering_revert_failure'], notices: [DEPLOY_FAILED] },
  options: Options,
  memory: Memory,
  todo: 'Look at who was logged in and what ran at that time. If it stays unexplained, quarantine the host.',
  detect(observation, memory, options) {
    if (observation.kind !== 'events') return { findings: [] };
    const reports = observation.events.flatMap((event) => reportsOf(event, observation.estate));
    const times = remember(memory, reports, observation.now);
    const soon = options.deploy_minutes * MINUTE_MS;
    const findings = reports.flatMap(({ host, event, tampering }): Finding[] => {
      const key = subjectKey(host.subject);
      const { tampered, failed } = times.get(key) ?? { tampered: [], failed: [] };
      if (tampering !== undefined) {
        const failure = failed.find((at) => at >= event.at && at - event.at <= soon);
        return [finding(host, event, tampering, tampered, failure)];
      }
      // Tampering of this same poll knows of the failure already; only what was told before is told again, as graver.
      const before = memory[key]?.tampered.some((at) => event.at >= at && event.at - at <= soon) === true;
      return before ? [finding(host, event, undefined, tampered, event.at)] : [];
    });
    return { findings, memory: alive(times, observation.now) };
  },
});

interface Report {
  readonly event: PceEvent;
  readonly host: AffectedHost;
  /** undefined for a policy that could not be deployed. */
  readonly tampering: Tampering | undefined;
}

const reportsOf = (event: PceEvent, estate: Estate): Report[] => {
  const tampering = tamperingOf(event);
  const hosts =
    tampering === undefined
      ? firstNamedHosts(event, estate, ['actor', 'changes', 'notices'])
      : affectedHosts(event, estate);
  return hosts.map((host) => ({ event, host, tampering }));
};

interface Times {
  readonly tampered: readonly number[];
  readonly failed: readonly number[];
}

/** Times are sets: the same event twice, or late, gives the same memory. */
const remember = (memory: Memory, reports: readonly Report[], now: number): Map<string, Times> => {
  const times = new Map<string, Times>(Object.entries(memory));
  for (const { host, event, tampering } of reports) {
    const key = subjectKey(host.subject);
    const { tampered, failed } = times.get(key) ?? { tampered: [], failed: [] };
    const kept = tampered.filter((at) => at > Math.max(now, event.at) - EPISODE_MS);
    times.set(
      key,
      tampering === undefined
        ? { tampered, failed: joined(failed, event.at) }
        : { tampered: joined(kept, event.at), failed },
    );
  }
  return times;
};

const joined = (times: readonly number[], at: number): number[] =>
  [...new Set([...times, at])].sort((a, b) => a - b).slice(-MOST_TIMES);

const alive = (times: ReadonlyMap<string, Times>, now: number): Memory =>
  Object.fromEntries(
    [...times].flatMap(([key, { tampered, failed }]) => {
      const left = {
        tampered: tampered.filter((at) => at > now - EPISODE_MS),
        failed: failed.filter((at) => at > now - LATENESS_MS),
      };
      return left.tampered.length + left.failed.length === 0 ? [] : [[key, left]];
    }),
  );

const finding = (
  host: AffectedHost,
  event: PceEvent,
  tampering: Tampering | undefined,
  times: readonly number[],
  deployFailedAt: number | undefined,
): Finding => ({
  subject: host.subject,
  severity: tampering?.reverted === false || deployFailedAt !== undefined ? 'critical' : 'error',
  at: event.at,
  title: `Firewall tampering on ${host.subject.name}`,
  story: [
    ...when(times, event.at),
    ...outcome(tampering),
    ...deployed(deployFailedAt),
    ...details(tampering),
  ],
  workloads: workloadHrefs(host),
  suggests: ['quarantine'],
  event: event.href,
});

const when = (times: readonly number[], at: number): Text => {
  const [first = at] = times;
  const last = times[times.length - 1] ?? at;
  const what = 'The host firewall was changed outside Illumio';
  if (times.length <= 1) return [`${what} at `, { time: first }, '. '];
  const least = times.length >= MOST_TIMES ? 'at least ' : '';
  return [
    `${what} ${least}${counted(times.length, 'time')} in ${span(last - first)}, `,
    ...(clockUtc(first) === clockUtc(last)
      ? ['at ', { time: first }]
      : ['between ', { time: first }, ' and ', { time: last }]),
    '. ',
  ];
};

const outcome = (tampering: Tampering | undefined): Text => {
  if (tampering === undefined) return [];
  const { reverted, reverts } = tampering;
  if (reverted === undefined) return ['This VEN version does not say whether the rules were put back. '];
  if (!reverted) return ["The VEN could not put Illumio's rules back: the host may be open now. "];
  return [
    `The VEN put Illumio's rules back${reverts === undefined || reverts < 2 ? '' : ` ${reverts} times`}. `,
  ];
};

const deployed = (at: number | undefined): Text =>
  at === undefined
    ? []
    : ['At ', { time: at }, ' it could not deploy its policy: the host may be open now. '];

const details = (tampering: Tampering | undefined): Text => {
  if (tampering === undefined) return [];
  const { processes, kinds, changes } = tampering;
  return [
    processes.length > 0 ? `Process: ${listed(processes, 5)}.` : 'Process: not reported by this VEN version.',
    kinds.length > 0 ? ` Changed: ${listed(kinds, 5)}.` : '',
    changes === undefined ? '' : ` Changes counted by the VEN: ${changes}.`,
  ];
};
