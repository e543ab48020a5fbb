import { invalid } from '../http/answer.ts';
import { arrayOfAtMost, hrefOf, objectWith, optionalOneOf, optionalText } from '../http/body.ts';
import type { JsonObject } from '../json.ts';
import type { World } from '../world.ts';
import type { Label } from './label-book.ts';
import { asRefs } from './label-book.ts';
import { holdPolicy, requestPolicy } from './policy-sync.ts';
import type { Workload } from './workload.ts';
import { ENFORCEMENT_MODES, VISIBILITY_LEVELS } from './workload.ts';

/** Kept as they are given and shown in the row. */
const PLAIN = [
  'service_provider',
  'data_center',
  'data_center_zone',
  'distinguished_name',
  'service_principal_name',
  'external_data_set',
  'external_data_reference',
];
const MODELLED = ['name', 'description', 'labels', 'enforcement_mode', 'visibility_level'];
/** The VEN's business on a managed workload: read-only there (facts §4.3). */
const UNMANAGED_ONLY = ['hostname', 'online', 'public_ip', 'interfaces', 'os_id', 'os_detail'];

/** A checked partial update: what the workload will be. */
export interface WorkloadChange {
  readonly labels?: readonly Label[];
  readonly attributes: Partial<
    Pick<Workload, 'name' | 'description' | 'hostname' | 'enforcementMode' | 'visibilityLevel' | 'online'>
  >;
  readonly extra: JsonObject;
}

/**
 * Checks the body of a workload PUT (facts §4.3): partial; `labels` is the whole new set of `{href}`; unknown and
 * read-only properties, unknown labels, and two labels of one key are 406.
 */
export const checkChange = (world: World, workload: Workload, body: unknown): WorkloadChange => {
  const allowed = [...MODELLED, ...PLAIN, ...(workload.ven ? [] : UNMANAGED_ONLY)];
  const given = objectWith(body, allowed);
  const { labels, name, description, hostname, enforcement_mode, visibility_level, online, ...extra } = given;
  const text = { name, description, hostname };
  for (const key of Object.keys(text)) optionalText(given, key);
  if (online !== undefined && typeof online !== 'boolean') throw invalid('online must be a boolean');
  return {
    ...(labels === undefined ? {} : { labels: checkLabels(world, labels) }),
    attributes: defined({
      ...text,
      enforcementMode: optionalOneOf({ enforcement_mode }, 'enforcement_mode', ENFORCEMENT_MODES),
      visibilityLevel: optionalOneOf({ visibility_level }, 'visibility_level', VISIBILITY_LEVELS),
      online,
    }),
    extra,
  };
};

/** Labels of a list of `{href}`; 406 for an unknown or deleted one, and for two of one key. */
const checkLabels = (world: World, value: unknown): readonly Label[] => {
  const labels = arrayOfAtMost(value, Number.POSITIVE_INFINITY, 'labels').map((reference) => {
    const href = hrefOf(reference, 'labels[]');
    const label = world.labels.byHref(href);
    if (!label || label.deleted) throw invalid(`unknown label ${href}`);
    return label;
  });
  if (new Set(labels.map(({ key }) => key)).size < labels.length) throw invalid('two labels of the same key');
  return labels;
};

/**
 * Makes the change and sends the VEN its new policy; returns `changes` as events show them: `{before, after}` per
 * attribute, `labels {created, deleted}`, only what really changed (facts §2.2, §2.3).
 */
export const applyChange = (
  world: World,
  workload: Workload,
  change: WorkloadChange,
  by: string,
): JsonObject => {
  const changes: JsonObject = {};
  const before = { ...workload };
  if (change.labels || change.attributes.enforcementMode) holdPolicy(world, workload);
  Object.assign(workload, change.attributes);
  if (Object.keys(change.extra).length > 0) workload.extra = { ...workload.extra, ...change.extra };
  if (change.labels) {
    const created = change.labels.filter((label) => !before.labels.includes(label));
    const deleted = before.labels.filter((label) => !change.labels?.includes(label));
    workload.labels = change.labels;
    if (created.length + deleted.length > 0)
      changes['labels'] = { created: asRefs(created), deleted: asRefs(deleted) };
  }
  for (const [attribute, name] of EVENT_NAMES) {
    if (before[attribute] === workload[attribute]) continue;
    changes[name] = { before: before[attribute], after: workload[attribute] };
  }
  workload.updatedAt = world.clock.now();
  workload.updatedBy = by;
  if ('labels' in changes || 'enforcement_mode' in changes) requestPolicy(world, workload);
  return changes;
};

const EVENT_NAMES = [
  ['name', 'name'],
  ['description', 'description'],
  ['hostname', 'hostname'],
  ['enforcementMode', 'enforcement_mode'],
  ['visibilityLevel', 'visibility_level'],
  ['online', 'online'],
] as const;

const defined = (values: JsonObject): WorkloadChange['attributes'] =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
