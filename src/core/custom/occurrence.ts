import { changesText } from '../changes-text.ts';
import type { PceEvent } from '../event.ts';
import { actorSubject, findingOf, whoDid } from '../finding.ts';
import { matchesLabels, selector } from '../label-query.ts';
import type { Spend } from '../linear-regex.ts';
import type { Finding } from '../rule.ts';
import { type AffectedHost, affectedHosts, type Subject, workloadHrefs } from '../subject.ts';
import type { Text } from '../text.ts';
import type { Estate } from '../workload.ts';
import { eventTest } from './match.ts';
import { pathOf, textsOf, valuesAt } from './path.ts';
import type { By, CustomRule, EventMatch } from './spec.ts';

/** An event that a rule means, with what it is about: one for each host, actor, address or value. */
export interface Occurrence {
  readonly event: PceEvent;
  readonly subject: Subject;
  readonly workloads: readonly string[];
}

/** Finds the occurrences in an event. Throws what `spend` throws. */
export type Finder = (event: PceEvent, estate: Estate, spend: Spend) => readonly Occurrence[];

/** @param by what occurrences are told apart by; undefined = the hosts the event names, else who did it */
export const finderOf = (match: EventMatch, by: By | undefined): Finder => {
  const test = eventTest(match);
  const query = match.labels === undefined ? undefined : selector(match.labels);
  const subjects = subjectsBy(by);
  return (event, estate, spend) => {
    if (!test(event, spend)) return [];
    const named = affectedHosts(event, estate);
    spend(50 * (1 + named.length));
    const hosts =
      query === undefined ? named : named.filter((host) => matchesLabels(query, host.workload?.labels ?? []));
    if (query !== undefined && hosts.length === 0) return [];
    return subjects(event, hosts, spend).map((one) => ({ event, ...one }));
  };
};

type Subjects = (
  event: PceEvent,
  hosts: readonly AffectedHost[],
  spend: Spend,
) => readonly Omit<Occurrence, 'event'>[];

const subjectsBy = (by: By | undefined): Subjects => {
  switch (by) {
    case undefined:
      return (event, hosts) => (hosts.length > 0 ? ofHosts(hosts) : [ofActor(event, hosts)]);
    case 'host':
      return (_, hosts) => ofHosts(hosts);
    case 'actor':
      return (event, hosts) => [ofActor(event, hosts)];
    case 'address':
      return ({ action: { address } }, hosts) =>
        address === undefined ? [] : [about({ kind: 'ip', href: null, name: address }, hosts)];
    default:
      return byPath(by);
  }
};

const byPath = (by: string): Subjects => {
  const path = pathOf(by);
  return (event, hosts, spend) =>
    [...new Set(valuesAt(event, path, spend).flatMap(textsOf))].map((name) =>
      about({ kind: 'value', href: null, name }, hosts),
    );
};

const about = (subject: Subject, hosts: readonly AffectedHost[]): Omit<Occurrence, 'event'> => ({
  subject,
  workloads: hosts.flatMap(workloadHrefs),
});

const ofHosts = (hosts: readonly AffectedHost[]): readonly Omit<Occurrence, 'event'>[] =>
  hosts.map((host) => about(host.subject, [host]));

const ofActor = (event: PceEvent, hosts: readonly AffectedHost[]): Omit<Occurrence, 'event'> =>
  about(actorSubject(event), hosts);

/** What is said of an occurrence. @param more what else there is to it, after the event itself */
export const told = (
  { title, severity }: Pick<CustomRule, 'title' | 'severity'>,
  { event, subject, workloads }: Occurrence,
  more: Text = [],
): Finding => {
  const changes = changesText(event);
  return findingOf(event, subject, {
    severity,
    title: `${title}: ${subject.name}`,
    story: [
      `${whoDid(event)}: ${event.type}${event.status === 'failure' ? ', failed,' : ''} at `,
      { time: event.at },
      `${changes === '' ? '' : `, ${changes}`}.`,
      ...more,
    ],
    workloads,
    suggests: subject.kind === 'workload' && workloads.length > 0 ? ['quarantine'] : [],
  });
};
