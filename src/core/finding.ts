import type { PceEvent } from './event.ts';
import type { Finding } from './rule.ts';
import { type AffectedHost, type Subject, workloadHrefs } from './subject.ts';
import type { Workload } from './workload.ts';

type Said = Pick<Finding, 'severity' | 'title' | 'story'> & Partial<Finding>;

/** What an event says of something that is no host. */
export const findingOf = (event: PceEvent, subject: Subject, said: Said): Finding => ({
  subject,
  at: event.at,
  workloads: [],
  suggests: [],
  event: event.href,
  ...said,
});

/** What an event says of a host: its labels and buttons go with it. */
export const hostFinding = (event: PceEvent, host: AffectedHost, said: Said): Finding =>
  findingOf(event, host.subject, { workloads: workloadHrefs(host), ...said });

/** What was so of a host before anybody watched: a line of a digest, apart from what events say of it later (definitions §2). */
export const standingFinding = (
  { href, name }: Workload,
  at: number,
  said: Pick<Finding, 'title' | 'story'>,
): Finding => ({
  subject: { kind: 'workload', href, name, aspect: 'standing' },
  severity: 'warning',
  life: 'once',
  digest: true,
  at,
  workloads: [href],
  suggests: [],
  event: null,
  ...said,
});

/** A host that an event is about but does not name: told all the same. */
export const NAMELESS_HOST: AffectedHost = {
  subject: { kind: 'workload', href: null, name: 'a host the event does not name' },
  workload: undefined,
};

/** Who did it, as a sentence begins: "maya@example.com", "The PCE". */
export const whoDid = ({ actor }: PceEvent): string =>
  actor.name ?? (actor.kind === 'system' ? 'The PCE' : 'Someone the event does not name');

/** Who did it, as what an alert is about: a person, key or host by name, else the address it came from. */
export const actorSubject = ({ actor, action }: PceEvent, address = action.address): Subject => {
  const href = actor.href ?? null;
  if (actor.kind === 'host')
    return { kind: 'ven', href: actor.venHref ?? actor.agentHref ?? href, name: actor.name ?? 'a VEN' };
  if (actor.name !== undefined) return { kind: 'user', href, name: actor.name };
  if (address !== undefined) return { kind: 'ip', href: null, name: address };
  return { kind: 'user', href, name: 'someone the event does not name' };
};
