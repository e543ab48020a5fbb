import type { PceEvent } from './event.ts';
import { type Dict, dict, text } from './foreign.ts';
import { parseLabels } from './label.ts';
import { type Estate, type Workload, workloadOfVen } from './workload.ts';

/** What an alert is about. One subject = one fingerprint: a second host is never silenced by the first (definitions §2). */
export interface Subject {
  readonly kind: 'workload' | 'ven' | 'user' | 'ip' | 'pce' | 'node' | 'policy' | 'label' | 'key' | 'value';
  /** What the PCE identifies it by; null when the event names none. */
  readonly href: string | null;
  readonly name: string;
  /** What of it, where one thing can have several alerts of one rule: which detection of which product. */
  readonly aspect?: string;
}

/** What tells two subjects of one kind apart: the href where there is one, else the name; and the aspect. */
export const subjectKey = ({ kind, href, name, aspect }: Subject): string =>
  `${kind}:${href ?? name}${aspect === undefined ? '' : `:${aspect}`}`;

/** The href in the key of a subject that has one and no aspect: `workload:/orgs/1/workloads/…`. */
export const hrefOfKey = (key: string): string => key.slice(key.indexOf(':') + 1);

/** A host as an event names it: any of workload href, VEN href, agent href and hostname, never all of them. */
interface Mention {
  readonly href: string | undefined;
  readonly agentHref: string | undefined;
  readonly hostname: string | undefined;
  readonly source: Dict;
}

/** A host an event is about, with what the inventory knows of it. */
export interface AffectedHost {
  readonly subject: Subject;
  readonly workload: Workload | undefined;
}

/**
 * Every host an event is about (definitions §2): the given parts of it, in order, each host once.
 * - `changes`: all `resource_changes[]`, not only the first; `notices`: workloads and agents in `notifications[].info`;
 * - `actor`: the VEN that made the event (agent.tampering names its host nowhere else).
 */
export const affectedHosts = (
  event: PceEvent,
  estate: Estate,
  parts: readonly ('changes' | 'notices' | 'actor')[] = ['changes', 'notices', 'actor'],
): AffectedHost[] => {
  const hosts = new Map<string, AffectedHost>();
  for (const part of parts)
    for (const mention of mentions(event, part)) {
      const host = identify(mention, estate);
      const key = subjectKey(host.subject);
      if (!hosts.has(key)) hosts.set(key, host);
    }
  return [...hosts.values()];
};

/**
 * The hosts of the first of these parts that names any: for events whose parts may name one and the same host in different ways,
 * which would count twice where the inventory cannot tell that they are one.
 */
export const firstNamedHosts = (
  event: PceEvent,
  estate: Estate,
  parts: readonly ('changes' | 'notices' | 'actor')[],
): AffectedHost[] => {
  for (const part of parts) {
    const hosts = affectedHosts(event, estate, [part]);
    if (hosts.length > 0) return hosts;
  }
  return [];
};

/** The href of the workload, if it is known to be one: what an alert's labels, buttons and state sweep go by. */
export const workloadHrefs = ({ subject, workload }: AffectedHost): string[] => {
  const href = workload?.href ?? (subject.kind === 'workload' ? subject.href : null);
  return href === null ? [] : [href];
};

const mentions = (event: PceEvent, part: 'changes' | 'notices' | 'actor'): Mention[] => {
  if (part === 'changes') return event.resources.flatMap(({ resource }) => mentioned(resource));
  if (part === 'notices') return event.notices.flatMap(({ info }) => mentioned(info));
  const { kind, href, agentHref, venHref, name } = event.actor;
  if (kind !== 'host') return [];
  return [
    {
      href: href ?? (venHref === undefined ? undefined : workloadOfVen(venHref)),
      agentHref,
      hostname: name,
      source: {},
    },
  ];
};

/** One mention for `{workload}`, `{ven}`, `{agent}` or `{ven, agent}`: several keys in one object are one host. */
const mentioned = (holder: Dict): Mention[] => {
  const workload = dict(holder['workload']);
  const ven = dict(holder['ven']);
  const agent = dict(holder['agent']);
  if (!('workload' in holder || 'ven' in holder || 'agent' in holder)) return [];
  const venHref = text(ven['href']);
  return [
    {
      href: text(workload['href']) ?? (venHref === undefined ? undefined : workloadOfVen(venHref)),
      agentHref: text(agent['href']),
      hostname:
        text(workload['hostname']) ??
        text(ven['hostname']) ??
        text(agent['hostname']) ??
        text(workload['name']),
      source: workload,
    },
  ];
};

/**
 * The workload a mention stands for. An agent href alone is resolved through the inventory; a hostname only if exactly one
 * managed workload bears it. What stays unresolved keeps the best identity the event gave: never dropped, never guessed.
 */
const identify = (mention: Mention, estate: Estate): AffectedHost => {
  const named = mention.hostname === undefined ? [] : estate.byHostname(mention.hostname);
  const workload =
    (mention.href === undefined ? undefined : estate.workload(mention.href)) ??
    (mention.agentHref === undefined ? undefined : estate.byAgent(mention.agentHref)) ??
    (mention.href === undefined && named.length === 1 ? named[0] : undefined);
  const href = workload?.href ?? mention.href ?? mention.agentHref ?? null;
  const kind =
    href === null || /\/(workloads|kubernetes_workloads|container_workloads)\//.test(href)
      ? 'workload'
      : 'ven';
  return {
    subject: { kind, href, name: mention.hostname ?? workload?.name ?? 'a host the event does not name' },
    workload: workload ?? fromEvent(mention, href, estate),
  };
};

/** What the event itself says of a workload the inventory does not hold: enough for its labels to be shown. */
const fromEvent = (mention: Mention, href: string | null, estate: Estate): Workload | undefined => {
  const labels = parseLabels(mention.source['labels'], estate.label);
  if (href === null || labels.length === 0) return undefined;
  return {
    href,
    hostname: mention.hostname ?? '',
    name: mention.hostname ?? href,
    managed: true,
    online: undefined,
    labels,
    interfaces: [],
    publicAddress: undefined,
    mode: undefined,
    os: undefined,
    ven: undefined,
    policy: { sync: undefined, receivedAt: undefined, appliedAt: undefined, updateMode: undefined },
    updatedAt: undefined,
  };
};
