import { fingerprint } from '../fleet/fleet.ts';
import type { Workload } from '../fleet/workload.ts';
import type { Decision, End, FlowService } from './bucket.ts';

/** Traffic that goes on for ever at its rate. */
export interface Edge {
  readonly src: End;
  readonly dst: End;
  readonly service: FlowService;
  readonly decision: Decision;
  readonly perDay: number;
  readonly bytesPerConnection: number;
}

const TCP = 6;
const UDP = 17;
const PEERS = 2;

/**
 * The ordinary traffic of a fleet: tiers of an application talk to the next tier, everybody to a domain controller, a
 * jump host to a few, partners to web servers; some of it blocked or only potentially blocked. At most about five edges
 * a workload, chosen by its uuid, so it is the same for the same fleet.
 */
export const edgesOf = (workloads: readonly Workload[]): readonly Edge[] => {
  const present = workloads.filter(({ deleted }) => !deleted);
  const groups = groupBy(present, groupOf);
  const peers = (workload: Workload, role: string): readonly Workload[] => {
    const candidates = groups.get(`${role} ${tierOf(workload)}`) ?? [];
    return pickSome(candidates, fingerprint(workload), PEERS);
  };
  const controllers = present.filter(({ role }) => role === 'dc');
  return present.flatMap((workload) => edgesFrom(workload, peers, controllers));
};

const edgesFrom = (
  workload: Workload,
  peers: (workload: Workload, role: string) => readonly Workload[],
  controllers: readonly Workload[],
): readonly Edge[] => {
  const weight = 1 + (fingerprint(workload) % 9);
  const edges: Edge[] = [];
  const to = (target: Workload, port: number, proto: number, process: string, perDay: number): void => {
    const service = { port, proto, process_name: process };
    edges.push({
      ...between(workload, target),
      service,
      decision: decide(target),
      perDay,
      bytesPerConnection: 4_200,
    });
  };
  const [controller] = pickSome(controllers, fingerprint(workload), 1);
  if (controller && controller !== workload && workload.ven) to(controller, 53, UDP, 'dns.exe', 288 * weight);
  if (workload.role === 'web')
    for (const peer of peers(workload, 'app')) to(peer, 8080, TCP, 'java', 1_440 * weight);
  if (workload.role === 'app')
    for (const peer of peers(workload, 'db')) to(peer, 5432, TCP, 'postgres', 2_880 * weight);
  if (workload.role === 'web') edges.push(fromPartner(workload, weight));
  if (workload.role === 'batch') edges.push(toInternet(workload));
  return edges;
};

/** Tiers meet within one application and environment. */
const tierOf = ({ labels }: Workload): string =>
  ['app', 'env'].map((key) => labels.find((label) => label.key === key)?.value ?? '').join('/');

const groupOf = (workload: Workload): string => `${workload.role} ${tierOf(workload)}`;

/** The destination's mode decides: idle knows nothing, others let through what policy allows; a few are not allowed. */
const decide = (target: Workload): Decision => {
  if (target.enforcementMode === 'idle') return 'unknown';
  if (fingerprint(target) % 11 !== 0) return 'allowed';
  return target.enforcementMode === 'full' ? 'blocked' : 'potentially_blocked';
};

const between = (src: Workload, dst: Workload): { readonly src: End; readonly dst: End } => ({
  src: endOf(src),
  dst: endOf(dst),
});

const endOf = (workload: Workload): End => ({ ip: workload.addresses[0] ?? '', workload, fqdn: undefined });

const outside = (ip: string, fqdn?: string): End => ({ ip, workload: undefined, fqdn });

const fromPartner = (workload: Workload, weight: number): Edge => ({
  src: outside(`203.0.113.${1 + (fingerprint(workload) % 200)}`),
  dst: endOf(workload),
  service: { port: 443, proto: TCP, process_name: 'nginx' },
  decision: 'allowed',
  perDay: 720 * weight,
  bytesPerConnection: 18_000,
});

const toInternet = (workload: Workload): Edge => ({
  src: endOf(workload),
  dst: outside('198.51.100.7', 'updates.example.com'),
  service: { port: 443, proto: TCP, process_name: 'apt' },
  decision: 'potentially_blocked',
  perDay: 48,
  bytesPerConnection: 250_000,
});

const pickSome = <T>(from: readonly T[], seed: number, most: number): readonly T[] =>
  Array.from({ length: Math.min(most, from.length) }, (_, index) => from[(seed + index) % from.length] as T);

const groupBy = <T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
};
