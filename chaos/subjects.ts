import type { PceSimulator } from '../src/simulators/pce/index.ts';
import { ROLES } from './config.ts';
import type { Random } from './random.ts';

type Event = Readonly<Record<string, unknown>>;

export interface Host {
  readonly name: string;
  readonly href: string;
}

/** Hosts of the simulated fleet that carry a VEN, mixed, and taken in turn from what the routes tell apart: channels get equal shares. */
export const hostsOf = (pce: PceSimulator, count: number, random: Random): readonly Host[] => {
  const fleet = pce.control.state().workloads as Readonly<
    Record<string, { readonly hostname: string; readonly labels: Readonly<Record<string, string>> }>
  >;
  const groups = new Map<string, Host[]>();
  for (const [href, { hostname, labels }] of Object.entries(fleet)) {
    const { role = '' } = labels;
    if (['lb', 'nas'].includes(role)) continue;
    const route = ROLES.find((one) => one === role) ?? 'rest';
    groups.set(route, [...(groups.get(route) ?? []), { name: hostname, href }]);
  }
  const mixed = [...groups.values()].map((hosts) => shuffled(hosts, random));
  const longest = Math.max(...mixed.map((hosts) => hosts.length));
  const hosts = Array.from({ length: longest }, (_, turn) =>
    mixed.flatMap((group) => group[turn] ?? []),
  ).flat();
  if (hosts.length < count) throw new Error(`the fleet has ${hosts.length} hosts, ${count} are wanted`);
  return hosts.slice(0, count);
};

const shuffled = <T>(items: readonly T[], random: Random): T[] => {
  const mixed = [...items];
  for (let left = mixed.length - 1; left > 0; left -= 1) {
    const other = random.int(left + 1);
    [mixed[left], mixed[other]] = [mixed[other] as T, mixed[left] as T];
  }
  return mixed;
};

/** A VEN reports that its host's firewall was changed (facts/pce-api §2.3). */
export const tampering = ({ name, href }: Host, more: Event = {}): Event => ({
  event_type: 'agent.tampering',
  status: 'success',
  severity: 'warning',
  created_by: { ven: { href: href.replace('/workloads/', '/vens/'), hostname: name } },
  notifications: [
    {
      notification_type: 'workload.oob_policy_changes',
      info: { tampering_revert_succeeded: true, num_reverts: 1 },
    },
  ],
  ...more,
});

/** What a quiet PCE says all day: no rule fires on it. */
export const noise = (timestamp: string): Event => ({
  event_type: 'user.pce_session_terminated',
  timestamp,
  created_by: { system: {} },
  notifications: [],
});
