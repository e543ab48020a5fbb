import { invalid } from '../http/answer.ts';
import type { readQuery } from '../http/query.ts';
import { count, flag, labelSets, oneOf, text, time } from '../http/query.ts';
import type { World } from '../world.ts';
import { systemOf } from './catalog.ts';
import { asMap, asRefs } from './label-book.ts';
import { activeNode, fqdnOf, venHref } from './row.ts';
import type { Workload } from './workload.ts';
import { ENFORCEMENT_MODES, lastHeartbeat, VISIBILITY_LEVELS } from './workload.ts';

/** The parameters of GET /workloads (facts §4.1); anything else is 406. */
export const WORKLOAD_PARAMETERS = {
  hostname: text,
  name: text,
  description: text,
  ip_address: text,
  labels: labelSets,
  managed: flag,
  online: flag,
  enforcement_mode: oneOf(...ENFORCEMENT_MODES),
  visibility_level: oneOf(...VISIBILITY_LEVELS),
  policy_health: oneOf('active', 'warning', 'error', 'suspended'),
  security_policy_sync_state: oneOf('applied', 'syncing', 'staged'),
  os_id: text,
  ven: text,
  'agent.active_pce_fqdn': text,
  'last_heartbeat_on[gte]': time,
  'last_heartbeat_on[lte]': time,
  include_deleted: flag,
  external_data_set: text,
  external_data_reference: text,
  representation: oneOf('workload_labels', 'workload_labels_vulnerabilities'),
  match_type: oneOf('partial', 'exact'),
  max_results: count,
};

/** What was asked of GET /workloads. */
export type WorkloadQuery = ReturnType<typeof readQuery<typeof WORKLOAD_PARAMETERS>>;

/** The condition of a query; texts fit anywhere in the value (facts §4.1) unless `match_type=exact`. */
export const workloadFilter = (world: World, asked: WorkloadQuery): ((workload: Workload) => boolean) => {
  const now = world.clock.now();
  const fits = (value: string, wanted: string | undefined): boolean =>
    wanted === undefined || (asked.match_type === 'exact' ? value === wanted : value.includes(wanted));
  const same = <T>(value: T, wanted: T | undefined): boolean => wanted === undefined || value === wanted;
  const carries = labelCondition(world, asked.labels);
  const heard = (workload: Workload): boolean => {
    const [from, to] = [asked['last_heartbeat_on[gte]'], asked['last_heartbeat_on[lte]']];
    if (from === undefined && to === undefined) return true;
    const at = workload.ven ? lastHeartbeat(workload.ven, now) : Number.NaN;
    return at >= (from ?? Number.NEGATIVE_INFINITY) && at <= (to ?? Number.POSITIVE_INFINITY);
  };
  return (workload) =>
    (asked.include_deleted === true || !workload.deleted) &&
    fits(workload.hostname, asked.hostname) &&
    fits(workload.name ?? '', asked.name) &&
    fits(workload.description, asked.description) &&
    (asked.ip_address === undefined || workload.addresses.some((one) => fits(one, asked.ip_address))) &&
    same(workload.ven !== undefined, asked.managed) &&
    same(workload.online, asked.online) &&
    same(workload.enforcementMode, asked.enforcement_mode) &&
    same(workload.visibilityLevel, asked.visibility_level) &&
    same<string | undefined>(workload.ven?.syncState, asked.security_policy_sync_state) &&
    same<string>(workload.ven?.status === 'suspended' ? 'suspended' : 'active', asked.policy_health) &&
    fits(systemOf(workload.role)[0], asked.os_id) &&
    same(venHref(world, workload), asked.ven) &&
    same(fqdnOf(world, activeNode(world, workload)), asked['agent.active_pce_fqdn']) &&
    same(workload.extra['external_data_set'], asked.external_data_set) &&
    same(workload.extra['external_data_reference'], asked.external_data_reference) &&
    heard(workload) &&
    carries(workload);
};

/** Array of arrays of hrefs: inner AND, outer OR; `…/labels?key=env&exists=false` = has no label of that key (facts §4.1). */
export const labelCondition = (
  world: World,
  sets: readonly (readonly string[])[] | undefined,
): ((workload: Workload) => boolean) => {
  if (sets === undefined || sets.length === 0) return () => true;
  const conditions = sets.map((set) => set.map((href) => oneLabel(world, href)));
  return (workload) => conditions.some((all) => all.every((condition) => condition(workload)));
};

const oneLabel = (world: World, href: string): ((workload: Workload) => boolean) => {
  const pseudo = /\/labels\?key=([^&]+)&exists=(true|false)$/.exec(href);
  if (pseudo)
    return (workload) => workload.labels.some(({ key }) => key === pseudo[1]) === (pseudo[2] === 'true');
  const label = world.labels.byHref(href);
  if (!label) throw invalid(`unknown label ${href}`);
  return (workload) => workload.labels.includes(label);
};

/** `{hostname, labels, enforcement_mode, online}`: a workload in /_sim/state and in the journal. */
export const stateOf = (workload: Workload): Record<string, unknown> => ({
  hostname: workload.hostname,
  labels: asMap(workload.labels),
  enforcement_mode: workload.enforcementMode,
  online: workload.online,
});

/** `resource.workload` of an event: href, names and labels as they are now (facts §2.3). */
export const resourceOf = (workload: Workload): Record<string, unknown> => ({
  workload: {
    href: workload.href,
    name: workload.name,
    hostname: workload.hostname,
    labels: asRefs(workload.labels),
  },
});
