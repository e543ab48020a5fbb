import { z } from 'zod';
import { commonTo } from '../core/common.ts';
import type { PceEvent } from '../core/event.ts';
import { defineRule, type Finding, type RuleContext } from '../core/rule.ts';
import {
  type AffectedHost,
  affectedHosts,
  firstNamedHosts,
  hrefOfKey,
  subjectKey,
  workloadHrefs,
} from '../core/subject.ts';
import { type Tampering, tamperingOf } from '../core/tampering.ts';
import {
  MOST_REPORTS,
  type Recurring,
  recurring,
  remember,
  TamperingMemory,
} from '../core/tampering-memory.ts';
import { clockUtc, counted, listed, span, type Text, weekdayUtc } from '../core/text.ts';
import { type Together, together } from '../core/together.ts';
import type { Estate, Workload } from '../core/workload.ts';

const MINUTE_MS = 60_000;
/** What happens within it is one story, and it is over when it was quiet for so long (definitions §3). */
const STORY_MS = 240 * MINUTE_MS;
/** Hosts changed within this span are one story of several hosts (definitions §3). */
const TOGETHER_MS = 10 * MINUTE_MS;

const DEPLOY_FAILED = 'agent.policy_deploy_failed';

const Options = z
  .strictObject({
    deploy_minutes: z
      .int()
      .min(1)
      .max(120)
      .default(10)
      .describe('A policy that cannot be deployed so soon after tampering makes it critical.'),
    spreading_hosts: z
      .int()
      .min(2)
      .default(5)
      .describe('So many hosts within 10 min are one story of several hosts.'),
  })
  .prefault({});

/**
 * The host firewall was changed outside Illumio (agent.tampering, all shapes since 18.2: facts §2.3). Critical when the VEN could
 * not put Illumio's rules back, or could not deploy its policy shortly after. What recurs and is put right each time is a warning; many
 * hosts at once are one story, critical when one of them is high-value, suspended or offline.
 */
export const firewallTampering = defineRule({
  id: 'firewall-tampering',
  title: 'Firewall tampering',
  about: 'The host firewall was changed outside Illumio',
  severity: 'error',
  life: { kind: 'burst', quietMs: STORY_MS, over: 'no tampering' },
  on: { types: ['agent.tampering', 'fw_tampering_revert_failure'], notices: [DEPLOY_FAILED] },
  options: Options,
  memory: TamperingMemory,
  todo: 'Look at who was logged in and what ran at that time. If it stays unexplained, quarantine the host.',
  detect(observation, memory, options, context) {
    if (observation.kind !== 'events') return { findings: [] };
    const { estate, now } = observation;
    const reports = observation.events.flatMap((event) => reportsOf(event, estate));
    const { hosts, kept } = remember(memory, reports.map(reported), now);
    const soonMs = options.deploy_minutes * MINUTE_MS;
    const single = reports.flatMap(({ host, event, tampering }): Finding[] => {
      const key = subjectKey(host.subject);
      const { tampered, failed } = hosts.get(key) ?? NOTHING;
      const times = tampered.map(([at]) => at).filter((at) => at > event.at - STORY_MS);
      if (tampering !== undefined) {
        const failure = failed.find((at) => at >= event.at && at - event.at <= soonMs);
        const again = recurring(hosts.get(key) ?? NOTHING, event.at, soonMs);
        if (again !== undefined && !isHighValue(host.workload, context)) return [daily(host, event, again)];
        return [finding(host, event, tampering, times, failure)];
      }
      // Tampering of this same poll knows of the failure already; only what was told before is told again, as graver.
      const before = memory[key]?.tampered.some(([at]) => event.at >= at && event.at - at <= soonMs) === true;
      return before ? [finding(host, event, undefined, times, event.at)] : [];
    });
    const struck = [...hosts].flatMap(([key, { tampered }]) => tampered.map(([at]) => ({ at, key })));
    const moments = reports.flatMap(({ event, tampering }) => (tampering === undefined ? [] : [event.at]));
    const many = together(struck, moments, TOGETHER_MS, options.spreading_hosts);
    const names = (key: string): string => hosts.get(key)?.name ?? '';
    const story = many === undefined ? [] : [gathered(observation.pce, many, names, estate, context)];
    return { findings: [...story, ...single], memory: kept };
  },
});

const NOTHING = { name: '', tampered: [], failed: [] };

const isHighValue = (workload: Workload | undefined, context: RuleContext): boolean =>
  context.highValue(workload?.labels ?? []);

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

const reported = ({ host: { subject }, event: { at }, tampering }: Report) => ({
  key: subjectKey(subject),
  name: subject.name,
  at,
  tampering,
});

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
  const least = times.length >= MOST_REPORTS ? 'at least ' : '';
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

/** A host that is changed every so often and put right each time: most likely configuration management. */
const daily = (host: AffectedHost, event: PceEvent, again: Recurring): Finding => ({
  subject: host.subject,
  severity: 'warning',
  daily: true,
  at: event.at,
  title: `Firewall tampering keeps coming back on ${host.subject.name}`,
  story: [
    `The host firewall is changed outside Illumio every ~${span(rounded(again.everyMs))} since ${weekdayUtc(again.since)} `,
    { time: again.since },
    `, ${counted(again.episodes, 'time')} in the last day; the VEN put Illumio's rules back each time. `,
    `Process: ${again.process ?? 'not reported'}. Configuration management? `,
    'I say this once a day while it stays like this.',
  ],
  workloads: workloadHrefs(host),
  suggests: ['quarantine'],
  event: event.href,
});

/** A period as people say it: to 5 min below three hours, to half an hour above. */
const rounded = (ms: number): number => {
  const step = ms < 180 * MINUTE_MS ? 5 * MINUTE_MS : 30 * MINUTE_MS;
  return Math.max(step, Math.round(ms / step) * step);
};

/** Many hosts within minutes: one story beside those of the hosts (definitions §3 "spreading"). */
const gathered = (
  pce: string,
  { keys, first, last }: Together,
  nameOf: (key: string) => string,
  estate: Estate,
  context: RuleContext,
): Finding => {
  const hosts = keys.map((key) => ({ name: nameOf(key), workload: estate.workload(hrefOfKey(key)) }));
  const grave = hosts.flatMap(({ name, workload }) => {
    const why = graveOf(workload, context);
    return why === undefined ? [] : [`${name} is ${why}`];
  });
  const many = `${counted(keys.length, 'host')} within ${span(Math.max(last - first, MINUTE_MS))}`;
  const known = hosts.flatMap(({ workload }) => workload ?? []);
  return {
    subject: { kind: 'pce', href: null, name: pce },
    severity: grave.length > 0 ? 'critical' : 'error',
    gathers: true,
    at: last,
    title: grave.length > 0 ? `Firewall tampering is spreading: ${many}` : `Firewall tampering on ${many}`,
    story: [
      'The host firewalls were changed outside Illumio between ',
      { time: first },
      ' and ',
      { time: last },
      `: ${listed(hosts.map(({ name }) => name))}. `,
      commonTo(known)?.told ?? '',
      grave.length > 0 ? `${listed(grave, 5)}.` : '',
    ],
    workloads: known.map(({ href }) => href),
    suggests: [],
    event: null,
  };
};

const graveOf = (workload: Workload | undefined, context: RuleContext): string | undefined => {
  if (workload === undefined) return undefined;
  if (isHighValue(workload, context)) return 'high-value';
  if (workload.ven?.status === 'suspended') return 'suspended';
  return workload.online === false ? 'offline' : undefined;
};
