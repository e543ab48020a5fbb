import { isoSeconds } from '../clock.ts';
import { systemOf } from '../fleet/catalog.ts';
import { asRefs } from '../fleet/label-book.ts';
import type { Workload } from '../fleet/workload.ts';
import type { JsonObject } from '../json.ts';
import { atLeast } from '../options.ts';
import type { World } from '../world.ts';
import type { Bucket, End } from './bucket.ts';
import { reporterOf } from './bucket.ts';
import { createIpLists } from './ip-lists.ts';

/** Makes rows of a traffic download from buckets (facts §7.3); names and labels are those of now. */
export const createFlowRows = (world: World): ((bucket: Bucket) => JsonObject) => {
  const network = { href: world.org(`/networks/${world.networkId}`), name: 'Corporate' };
  const listsOf = createIpLists(world);
  const endRow = ({ ip, fqdn, workload }: End): JsonObject => {
    const known = { ip, ...(fqdn === undefined ? {} : { fqdn }) };
    if (workload) return { ...known, workload: workloadPart(world, workload) };
    const lists = listsOf(ip);
    return lists.length === 0 ? known : { ...known, ip_lists: lists };
  };
  return (bucket) => ({
    src: endRow(bucket.src),
    dst: endRow(bucket.dst),
    service: bucket.service,
    num_connections: bucket.connections,
    policy_decision: bucket.decision,
    state: bucket.state,
    flow_direction: bucket.direction,
    dst_bi: bucket.bytesIn,
    dst_bo: bucket.bytesOut,
    timestamp_range: { first_detected: isoSeconds(bucket.first), last_detected: isoSeconds(bucket.last) },
    network,
    client_type: reporterOf(bucket).workload?.ven?.type ?? 'server',
    caps: ['write'],
    ...bucket.extra,
  });
};

const workloadPart = (world: World, workload: Workload): JsonObject => ({
  href: workload.href,
  name: workload.name ?? workload.hostname,
  hostname: workload.hostname,
  labels: asRefs(workload.labels, atLeast(world.settings.release, 22, 3)),
  managed: workload.ven !== undefined,
  endpoint: workload.ven?.type === 'endpoint',
  enforcement_mode: workload.enforcementMode,
  os_type: systemOf(workload.role)[2],
});
