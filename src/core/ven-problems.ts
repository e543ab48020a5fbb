import type { PceEvent } from './event.ts';
import { HIDDEN_VEN_EVENTS } from './event-types.ts';
import { globber } from './label-query.ts';
import { type AffectedHost, firstNamedHosts } from './subject.ts';
import type { Estate } from './workload.ts';

export const DEPLOY_FAILED = 'agent.policy_deploy_failed';
export const DEPLOY_SUCCEEDED = 'agent.policy_deploy_succeeded';
/** Good notifications, never a problem (definitions §3 ven-problem). */
const GOOD: ReadonlySet<string> = new Set([
  DEPLOY_SUCCEEDED,
  'agent.upgrade_requested',
  'agent.upgrade_successful',
  'workload.nat_rules_present',
]);

/** Whether a notification says that all is well. */
export const isGoodNotice = ({ type }: { readonly type: string }): boolean => GOOD.has(type);

const REFUSED = 'request.authentication_failed';

/** Bad notifications, wherever they occur (definitions §3 ven-problem): each completes "On web-01 …". */
const NOTICES: Readonly<Record<string, string>> = {
  'agent.process_failed': 'a process of the VEN is not running',
  'agent.service_not_available': 'a service of the VEN is not available',
  'agent.fw_state_table_threshold_exceeded': 'the state table of the firewall is nearly full',
  'agent.upgrade_time_out': 'the upgrade of the VEN did not end in time',
  'agent.missing_heartbeats_after_upgrade': 'nothing was heard of the VEN after its upgrade',
  'workload.oob_policy_changes': 'the firewall was changed outside Illumio',
  'workload.partial_policy_delivered': 'only a part of the policy was delivered',
  'workload.duplicate_interface_reported': 'the VEN reports one interface twice',
  'workload.update_mismatched_interfaces': 'the interfaces the VEN reports do not match',
  'hard_limit.exceeded': 'a hard limit of the PCE is exceeded, so something of this host is left out',
};

/** Events that are bad when they failed. */
const FAILURES: Readonly<Record<string, string>> = {
  'agent.refresh_policy': 'the VEN could not fetch its policy',
  'agent.refresh_token': 'the VEN could not renew its token',
  'system_task.agent_self_signed_certs_check': 'the check of its self-signed certificate failed',
};

/** Events that are bad by themselves, for every host they name. */
const TYPES: Readonly<Record<string, string>> = {
  'agent.service_not_available': 'a service of the VEN is not available',
  'system_task.agent_settings_invalidation_error_state_check': 'the VEN did not take its new settings',
  'system_task.agent_uninstall_timeout': 'the VEN was not uninstalled in time',
};

export const VEN_PROBLEM = {
  types: [...Object.keys(FAILURES), ...Object.keys(TYPES), ...HIDDEN_VEN_EVENTS, REFUSED],
  notices: [...Object.keys(NOTICES), ...HIDDEN_VEN_EVENTS, REFUSED, DEPLOY_FAILED, DEPLOY_SUCCEEDED],
} as const;

export interface VenProblem {
  readonly host: AffectedHost;
  /** What is wrong: "a process of the VEN is not running". */
  readonly what: string;
}

/** What an event says is wrong with VENs; policies that could not be deployed are judged apart, over time. */
export const venProblems = (event: PceEvent, estate: Estate): VenProblem[] => {
  const problems = new Map<string, VenProblem>();
  for (const { what, notice } of badIn(event))
    for (const host of hostsOf(event, notice, estate))
      problems.set(`${host.subject.name} ${what}`, { host, what });
  return [...problems.values()];
};

/** The hosts that a notification of that type is about; all of the event for undefined. */
export const hostsOf = (event: PceEvent, notice: string | undefined, estate: Estate): AffectedHost[] => {
  const notices = notice === undefined ? event.notices : event.notices.filter(({ type }) => type === notice);
  const hosts = firstNamedHosts({ ...event, notices }, estate, ['notices', 'changes', 'actor']);
  const { kind, href, name } = event.actor;
  if (hosts.length > 0 || kind !== 'container_cluster') return hosts;
  return [
    {
      subject: { kind: 'ven', href: href ?? null, name: name ?? 'a container cluster' },
      workload: undefined,
    },
  ];
};

interface Bad {
  readonly what: string;
  /** The notification that says so; undefined = the event itself. */
  readonly notice: string | undefined;
}

const badIn = (event: PceEvent): Bad[] => {
  const { type, status, actor } = event;
  const bad = event.notices.flatMap((notice): Bad[] => {
    // Tampering is a rule of its own.
    if (notice.type === 'workload.oob_policy_changes' && type === 'agent.tampering') return [];
    const what = NOTICES[notice.type] ?? hidden(notice.type);
    return what === undefined ? [] : [{ what, notice: notice.type }];
  });
  const own = TYPES[type] ?? (status === 'failure' ? FAILURES[type] : undefined) ?? hidden(type);
  if (own !== undefined) bad.push({ what: own, notice: undefined });
  const refused = type === REFUSED || event.notices.some((notice) => notice.type === REFUSED);
  if (refused && (actor.kind === 'host' || actor.kind === 'container_cluster'))
    bad.push({ what: 'the PCE refused the token of the VEN', notice: undefined });
  return bad;
};

const HIDDEN = HIDDEN_VEN_EVENTS.map(globber);

const hidden = (type: string): string | undefined =>
  HIDDEN.some((isLike) => isLike(type))
    ? `the VEN reports ${type.replace(/^agent\./, '').replaceAll('_', ' ')}`
    : undefined;
