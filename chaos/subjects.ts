import type { PceSimulator } from '../src/simulators/pce/index.ts';
import type { Random } from './random.ts';

type Event = Readonly<Record<string, unknown>>;

export interface Host {
  readonly name: string;
  readonly href: string;
}

/** Hosts of the simulated fleet that carry a VEN, mixed. */
export const hostsOf = (pce: PceSimulator, count: number, random: Random): readonly Host[] => {
  const fleet = pce.control.state().workloads as Readonly<
    Record<string, { readonly hostname: string; readonly labels: Readonly<Record<string, string>> }>
  >;
  const hosts = Object.entries(fleet)
    .filter(([, { labels }]) => !['lb', 'nas'].includes(labels['role'] ?? ''))
    .map(([href, { hostname }]) => ({ name: hostname, href }));
  for (let left = hosts.length - 1; left > 0; left -= 1) {
    const other = random.int(left + 1);
    [hosts[left], hosts[other]] = [hosts[other] as Host, hosts[left] as Host];
  }
  if (hosts.length < count) throw new Error(`the fleet has ${hosts.length} hosts, ${count} are wanted`);
  return hosts.slice(0, count);
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
