import { isoMillis } from '../clock.ts';
import type { JsonObject } from '../json.ts';
import type { World } from '../world.ts';
import { systemOf } from './catalog.ts';
import { interfacesOf, venHref, venVersion } from './row.ts';
import type { Ven, Workload } from './workload.ts';
import { lastHeartbeat } from './workload.ts';

/** A workload that has a VEN. */
export type ManagedWorkload = Workload & { readonly ven: Ven };

/** True for a workload with a VEN that still exists. */
export const isManaged = (workload: Workload): workload is ManagedWorkload =>
  workload.ven !== undefined && !workload.deleted;

/** A row of GET /vens (facts §6, PY tests/data/vens.json); labels are hrefs only, as there. */
export const venRow = (world: World, workload: ManagedWorkload): JsonObject => {
  const [osId, osDetail, osPlatform] = systemOf(workload.role);
  const { ven } = workload;
  return {
    href: venHref(world, workload),
    name: null,
    description: null,
    hostname: workload.hostname,
    uid: workload.uuid.toUpperCase(),
    os_id: osId,
    os_detail: osDetail,
    os_platform: osPlatform,
    version: venVersion(world, ven),
    ven_type: ven.type,
    status: ven.status,
    activation_type: 'pairing_key',
    active_pce_fqdn: null,
    target_pce_fqdn: null,
    labels: workload.labels.map(({ href }) => ({ href })),
    interfaces: interfacesOf(world, workload).map((one) => ({
      href: `${workload.href}/interfaces/${String(one['name'])}`,
      ...one,
    })),
    workloads: [{ href: workload.href }],
    container_cluster: null,
    secure_connect: null,
    unpair_allowed: true,
    last_heartbeat_at: isoMillis(lastHeartbeat(ven, world.clock.now())),
    last_goodbye_at: ven.lastGoodbyeAt === undefined ? null : isoMillis(ven.lastGoodbyeAt),
    created_at: isoMillis(workload.createdAt),
    created_by: { href: venHref(world, workload) },
    updated_at: isoMillis(workload.updatedAt),
    updated_by: { href: venHref(world, workload) },
    conditions: [],
    caps: ['write', 'generate_support_report', 'upgrade', 'unpair'],
  };
};
