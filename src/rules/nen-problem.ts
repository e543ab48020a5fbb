import { z } from 'zod';
import type { PceEvent } from '../core/event.ts';
import { findingOf } from '../core/finding.ts';
import { type Dict, dict, list, text } from '../core/foreign.ts';
import { defineRule, type Finding } from '../core/rule.ts';
import type { Subject } from '../core/subject.ts';

const NEN = 'network_enforcement_node';

/** What an event or notification of that type means: completes "nen-1: …". */
const PROBLEMS: Readonly<Record<string, string>> = {
  [`${NEN}.degraded`]: 'the network enforcement node is degraded',
  [`${NEN}.missed_heartbeats`]: 'the network enforcement node missed heartbeats',
  [`${NEN}.missed_heartbeats_check`]: 'the network enforcement node missed heartbeats',
  'container_cluster.duplicate_machine_id': 'two nodes of the cluster have the same machine id',
  'container_cluster.region_mismatch': 'the cluster talks to a PCE of another region',
  'container_cluster.delete': 'the container cluster was deleted',
  'container_workload.not_created': 'a container workload could not be created',
  'container_workload.invalid_pairing_config':
    'the pairing configuration of a container workload is not valid',
  'virtual_service.not_created': 'a virtual service could not be created',
};
const UPDATE = `${NEN}.update_status`;

/** What enforces outside hosts (switches, container clusters) is not well. */
export const nenProblem = defineRule({
  id: 'nen-problem',
  title: 'Enforcement node or cluster problem',
  about: 'A network enforcement node, a switch or a container cluster is not well',
  severity: 'warning',
  life: { kind: 'burst', quietMs: 30 * 60_000, over: 'no further problem reported' },
  on: { types: [...Object.keys(PROBLEMS), UPDATE], notices: Object.keys(PROBLEMS) },
  options: z.strictObject({}).default({}),
  memory: z.null().default(null),
  todo: 'Look at the node or cluster in the PCE console. What it protects keeps its last policy, and gets no new one.',
  detect: (observation) => ({
    findings: observation.kind === 'events' ? observation.events.flatMap(findings) : [],
  }),
});

const findings = (event: PceEvent): Finding[] => {
  const named = event.notices.flatMap(({ type, info }) => {
    const what = PROBLEMS[type];
    return what === undefined ? [] : [problem(event, subjectIn(type, [info], event), what)];
  });
  if (named.length > 0) return named;
  const resources = event.resources.map(({ resource }) => resource);
  const subject = subjectIn(event.type, resources, event);
  if (event.type === UPDATE) {
    const switches = unreachableIn(event);
    return switches === 0
      ? []
      : [
          problem(
            event,
            subject,
            `${switches === 1 ? 'a switch' : `${switches} switches`} cannot be reached`,
          ),
        ];
  }
  const what = PROBLEMS[event.type];
  // The check runs all the time: without a node it found nothing.
  const idle = event.type.endsWith('_check') && resources.length === 0;
  return what === undefined || idle || (event.status === 'failure' && event.type.endsWith('.delete'))
    ? []
    : [problem(event, subject, what)];
};

const problem = (event: PceEvent, subject: Subject, what: string): Finding =>
  findingOf(event, subject, {
    severity: 'warning',
    title: `${subject.name}: ${what}`,
    story: [`${subject.name}: ${what}, as seen at `, { time: event.at }, '.'],
  });

/** The object that is named, else whoever made the event, else only its kind. */
const subjectIn = (type: string, holders: readonly Dict[], { actor }: PceEvent): Subject => {
  const [family = ''] = type.split('.');
  const rows = holders.flatMap((holder) => [dict(holder[family]), ...Object.values(holder).map(dict)]);
  const row = rows.find((one) => text(one['href']) !== undefined || text(one['name']) !== undefined) ?? {};
  const name = text(row['hostname']) ?? text(row['name']) ?? text(row['href']) ?? actor.name;
  return {
    kind: family === NEN ? 'node' : 'policy',
    href: text(row['href']) ?? actor.href ?? null,
    name: name ?? family.replaceAll('_', ' '),
  };
};

/** Switches whose state went to unreachable; where the state stands differs by release. */
const unreachableIn = (event: PceEvent): number => {
  const places = [
    ...event.notices.map(({ info }) => info),
    ...event.resources.flatMap(({ resource, changes }) => [resource, changes]),
  ];
  return places.reduce<number>((sum, place) => sum + unreachable(place), 0);
};

const unreachable = (value: unknown): number => {
  if (typeof value === 'string') return /^(unreachable|not_reachable|disconnected)$/i.test(value) ? 1 : 0;
  if (Array.isArray(value)) return list(value).reduce<number>((sum, one) => sum + unreachable(one), 0);
  return Object.entries(dict(value)).reduce<number>((sum, [key, one]) => {
    if (key === 'before') return sum;
    if (/unreachable/i.test(key) && typeof one === 'number') return sum + one;
    if (/unreachable/i.test(key) && Array.isArray(one)) return sum + one.length;
    return sum + unreachable(one);
  }, 0);
};
