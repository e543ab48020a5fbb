import type { PceEvent, ResourceChange } from './event.ts';
import { type Dict, dict, list, text } from './foreign.ts';
import { type Label, parseLabels } from './label.ts';
import { type LabelDelta, labelDelta } from './label-change.ts';
import type { Subject } from './subject.ts';
import type { Estate } from './workload.ts';

/** A label set that an event changed. */
export interface LabelEvent {
  readonly event: PceEvent;
  readonly subject: Subject;
  /** A machine, a machine that was not there before, or something whose labels many machines carry. */
  readonly of: 'host' | 'arrival' | 'carrier';
  readonly delta: LabelDelta;
  /** What carries the labels: a label itself, a label group, or a profile that gives them to machines to come. */
  readonly carrier?: 'label' | 'group' | 'profile';
  /** The whole set of a machine, as the event or else the inventory has it; only the delta is known of a carrier. */
  readonly set: readonly Label[];
}

const MACHINES = ['workload', 'kubernetes_workload', 'container_workload'];
const CARRIERS = ['label_group', 'pairing_profile', 'container_workload_profile'];
/** Events in which a machine appears with the labels it has, whether or not they are told as a change (facts §2.3). */
const ARRIVALS = new Set(['agent.activate', 'workload.create', 'workload.undelete', 'workloads.bulk_create']);

/** Every label set the event changed, one per entry of `resource_changes` (facts §2.3 "Label changes"). */
export const labelEvents = (event: PceEvent, estate: Estate): LabelEvent[] =>
  event.resources.flatMap((change) => {
    const [type, resource] = Object.entries(change.resource).find(([key]) => MACHINES.includes(key)) ?? [];
    if (type !== undefined && resource !== undefined) return ofMachine(event, change, resource, estate);
    const label = change.resource['label'];
    if (label !== undefined) return ofLabel(event, change, label);
    const carrier = Object.entries(change.resource).find(([key]) => CARRIERS.includes(key));
    return carrier === undefined ? [] : ofCarrier(event, change, carrier, estate);
  });

const ofMachine = (
  event: PceEvent,
  { changes, changeType }: ResourceChange,
  resource: Dict,
  estate: Estate,
): LabelEvent[] => {
  const href = text(resource['href']);
  const known = href === undefined ? undefined : estate.workload(href);
  const told = parseLabels(resource['labels'], estate.label);
  const set = told.length > 0 ? told : (known?.labels ?? []);
  const arrived = ARRIVALS.has(event.type) || changeType === 'create';
  const delta =
    labelDelta(changes['labels'], estate.label) ?? (arrived ? { added: set, removed: [] } : undefined);
  if (delta === undefined || delta.added.length + delta.removed.length === 0) return [];
  const name =
    text(resource['hostname']) ??
    text(resource['name']) ??
    known?.name ??
    'a workload the event does not name';
  const subject: Subject = { kind: 'workload', href: href ?? null, name };
  return [{ event, subject, of: arrived ? 'arrival' : 'host', delta, set }];
};

/** A label that is renamed or deleted changes every machine that carries it. */
const ofLabel = (event: PceEvent, { changes }: ResourceChange, resource: Dict): LabelEvent[] => {
  const href = text(resource['href']) ?? '';
  const part = (name: 'key' | 'value', side: 'before' | 'after'): string =>
    text(changes[name]?.[side]) ?? text(resource[name]) ?? '?';
  const label = (side: 'before' | 'after'): Label => ({
    href,
    key: part('key', side),
    value: part('value', side),
  });
  const [before, after] = [label('before'), label('after')];
  const gone = event.type.endsWith('.delete');
  if (!gone && before.key === after.key && before.value === after.value) return [];
  const subject: Subject = { kind: 'label', href, name: `${before.key}=${before.value}` };
  return [
    {
      event,
      subject,
      of: 'carrier',
      carrier: 'label',
      delta: { added: gone ? [] : [after], removed: [before] },
      set: [],
    },
  ];
};

const ofCarrier = (
  event: PceEvent,
  { changes }: ResourceChange,
  [type, resource]: readonly [string, Dict],
  estate: Estate,
): LabelEvent[] => {
  const delta = labelDelta(assigned(changes['labels'] ?? changes['assign_labels']), estate.label);
  if (delta === undefined) return [];
  const name = `${type.replaceAll('_', ' ')} ${text(resource['name']) ?? ''}`.trim();
  return [
    {
      event,
      subject: { kind: 'label', href: text(resource['href']) ?? null, name },
      of: 'carrier',
      carrier: type === 'label_group' ? 'group' : 'profile',
      delta,
      set: [],
    },
  ];
};

/** Profiles of container workloads give labels by key: `{key, assignment: {href}}`, or let one of some be chosen: `{key, restriction: [{href}]}` (UNCERTAIN). */
const assigned = (change: Dict | undefined): Dict | undefined =>
  change === undefined
    ? undefined
    : Object.fromEntries(
        Object.entries(change).map(([side, labels]) => [
          side,
          Array.isArray(labels) ? labels.flatMap(given) : labels,
        ]),
      );

const given = (row: unknown): readonly unknown[] => {
  const { key, assignment, restriction } = dict(row);
  if (assignment === undefined && restriction === undefined) return [row];
  return [...(assignment === undefined ? [] : [assignment]), ...list(restriction)].map((label) => ({
    key,
    ...dict(label),
  }));
};
