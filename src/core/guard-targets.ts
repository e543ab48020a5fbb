import type { Guarded } from './approval.ts';
import { namedBy } from './host-match.ts';
import type { Label } from './label.ts';
import { labelText } from './label.ts';
import { grouped } from './text.ts';
import type { OpenService, Workload } from './workload.ts';

/** Hosts of which nobody may cut any, and what they are: completes "web-01 is …". */
export interface Untouchable {
  readonly entries: readonly string[];
  /** "a node of the PCE", "the machine this bot runs on". */
  readonly is: string;
}

/** How many hosts share a label group with the target, itself included. */
export interface Kin {
  readonly labels: readonly Label[];
  readonly hosts: number;
  /** Of them, those already in quarantine, the target not counted. */
  readonly quarantined: number;
}

/** Everything the guard looks at beside the workload. Gathered by the response pipeline right before it decides. */
export interface GuardContext {
  readonly untouchable: readonly Untouchable[];
  /** Label selectors of the configuration (definitions §7.2 "Protected"). */
  readonly protected: readonly string[];
  /** Label selectors of hosts that matter most (definitions §7.5 "high-value"). */
  readonly highValue: readonly string[];
  /** Managed hosts of its app and role; undefined when it lacks one of the two labels. */
  readonly appRole: Kin | undefined;
  /** Managed hosts of its app and env; undefined when it lacks one of the two labels. */
  readonly appEnv: Kin | undefined;
  /** Distinct peers of the last 24 h; undefined while not known, which is no reason. */
  readonly peers: number | undefined;
}

/** Definitions §7.2 "Looks vital". */
const VITAL = { peers: 100, quarantinedShare: 0.05 } as const;
const DNS = 53;
const KERBEROS = 88;
const LDAP = 389;

/**
 * Decides what stands between a person and a quarantine of this host (definitions §7.2). Reasons are whole sentences that name
 * the host. Protected hosts take an approver and a second one, high-value ones and those that look vital one.
 */
export const guardTarget = (workload: Workload, context: GuardContext): Guarded => {
  const never = context.untouchable.flatMap(({ entries, is }) => {
    const entry = namedBy(workload, entries);
    return entry === undefined ? [] : [`${workload.name} is ${is} (${entry}): it is never quarantined.`];
  });
  if (never.length > 0) return { verdict: 'never', reasons: never };
  const selector = namedBy(workload, context.protected);
  const vital = vitalSigns(workload, context);
  const valuable = namedBy(workload, context.highValue);
  const typed = selector !== undefined || vital.length > 0 ? { typed: true as const } : {};
  if (valuable !== undefined) vital.unshift(`${workload.name} is a high-value host (${valuable}).`);
  if (selector !== undefined)
    return {
      verdict: 'approval',
      approvals: 2,
      reasons: [`${workload.name} is a protected host (${selector}).`, ...vital],
      ...typed,
    };
  if (vital.length > 0) return { verdict: 'approval', approvals: 1, reasons: vital, ...typed };
  return { verdict: 'ordinary', reasons: [] };
};

/** Why a host looks like one that others depend on; empty when nothing says so. */
const vitalSigns = (workload: Workload, { appRole, appEnv, peers }: GuardContext): string[] => {
  const { name, services = [], ven } = workload;
  return [
    ...(listensAsDirectory(services)
      ? [`${name} listens on 53 and on 88 or 389: it looks like a domain controller.`]
      : []),
    ...(peers !== undefined && peers > VITAL.peers
      ? [`${name} talked to ${grouped(peers)} peers in the last 24 h.`]
      : []),
    ...(ven?.kind === 'containerized'
      ? [`${name} is a container host: this cuts all pods of the node.`]
      : []),
    ...(appRole !== undefined && appRole.hosts - appRole.quarantined <= 1
      ? [`${name} is the last of ${labelText(appRole.labels)}.`]
      : []),
    ...(appEnv !== undefined && appEnv.quarantined > appEnv.hosts * VITAL.quarantinedShare
      ? [
          `${grouped(appEnv.quarantined)} of ${grouped(appEnv.hosts)} hosts of ${labelText(appEnv.labels)} are in quarantine already.`,
        ]
      : []),
  ];
};

const listensAsDirectory = (services: readonly OpenService[]): boolean => {
  const listens = (port: number): boolean => services.some((service) => service.port === port);
  return listens(DNS) && (listens(KERBEROS) || listens(LDAP));
};

/** Who is in quarantine: hosts that carry one of the labels, and those this bot quarantined, with the labels they had before. */
export interface Quarantined {
  readonly labels: ReadonlySet<string>;
  readonly before: ReadonlyMap<string, readonly Label[]>;
}

/**
 * Counts who shares the labels of these keys with the target, by href and by what stood there before a quarantine of ours.
 * Only managed hosts count: nothing else can stand in for it. undefined when the target lacks one of the keys.
 */
export const kinOf = (
  workload: Workload,
  keys: readonly string[],
  all: Iterable<Workload>,
  quarantined: Quarantined,
): Kin | undefined => {
  const labels = keys.flatMap((key) => workload.labels.find((label) => label.key === key) ?? []);
  if (labels.length < keys.length) return undefined;
  let hosts = 1;
  let cut = 0;
  for (const other of all) {
    if (!other.managed || other.href === workload.href) continue;
    const before = quarantined.before.get(other.href);
    const own = before ?? other.labels;
    if (!labels.every(({ href }) => own.some((label) => label.href === href))) continue;
    hosts += 1;
    if (before !== undefined || own.some(({ href }) => quarantined.labels.has(href))) cut += 1;
  }
  return { labels, hosts, quarantined: cut };
};
