import type { Scene } from './scene.ts';

/** What happens on the simulated PCE: shapes as facts/pce-api §2.3 gives them, of a PCE 25.2. */
type Event = Readonly<Record<string, unknown>>;

const venOf = (href: string): string => href.replace('/workloads/', '/vens/');

const byHost = (scene: Scene, hostname: string): Event => ({
  ven: { href: venOf(scene.href(hostname)), hostname },
  agent: { href: '/orgs/1/agents/4711', hostname },
});

/** A VEN reports that its host's firewall was changed. */
export const tampering = (scene: Scene, hostname: string, more: Event = {}): Event => ({
  event_type: 'agent.tampering',
  status: 'success',
  severity: 'warning',
  created_by: byHost(scene, hostname),
  resource_changes: [],
  notifications: [
    {
      notification_type: 'workload.oob_policy_changes',
      info: { tampering_revert_succeeded: true, num_reverts: 1 },
    },
  ],
  ...more,
});

/** The PCE gave up hosts it has not heard of for an hour. */
export const offline = (scene: Scene, hostnames: readonly string[]): Event => ({
  event_type: 'system_task.agent_offline_check',
  status: 'success',
  severity: 'info',
  created_by: { system: {} },
  resource_changes: hostnames.map((hostname) => ({
    resource: { workload: { href: scene.href(hostname), name: null, hostname, labels: [] } },
    changes: { online: { before: true, after: false } },
    change_type: 'update',
  })),
  notifications: [],
});

/** A host is heard of again. */
export const online = (scene: Scene, hostname: string): Event => ({
  event_type: 'workload.online',
  status: null,
  severity: 'info',
  created_by: byHost(scene, hostname),
  resource_changes: [],
  notifications: [
    {
      notification_type: 'workload.online',
      info: { workload: { href: scene.href(hostname), name: null, hostname, labels: [] } },
    },
  ],
});

export const suspended = (scene: Scene, hostname: string): Event => ({
  event_type: 'agent.suspend',
  status: 'success',
  severity: 'info',
  created_by: byHost(scene, hostname),
  resource_changes: [],
  notifications: [],
});

/** Somebody moves a host to another environment. */
export const relabel = (scene: Scene, hostname: string, env: string): void => {
  const href = scene.href(hostname);
  const labels = Object.fromEntries(
    scene
      .labels(hostname)
      .split(' ')
      .map((label) => [label.slice(0, label.indexOf('=')), label.slice(label.indexOf('=') + 1)]),
  );
  scene.world.pce.control.labels({ href, labels: { ...labels, env }, by: 'jdoe@example.com' });
};

/** Where somebody outside knocks at file shares; a documentation address. */
export const STRANGER = '198.51.100.99';

/** A host's report of connections from outside that its policy blocked. */
export const knocked = (scene: Scene, hostname: string): void => {
  const now = new Date().toISOString();
  scene.world.pce.control.addFlows([
    {
      src: { ip: STRANGER },
      dst: { workload: { href: scene.href(hostname) } },
      service: { proto: 6, port: 445 },
      policy_decision: 'blocked',
      flow_direction: 'inbound',
      num_connections: 12,
      timestamp_range: { first_detected: now, last_detected: now },
      reported_at: now,
    },
  ]);
};

/** What somebody does at the PCE's console: the simulator checks it, keeps it as a draft or makes it live, and writes its events. */
const atConsole = (scene: Scene, method: string, path: string, body: unknown): void => {
  scene.world.pce.control.call({ by: 'jdoe@example.com', method, path, body });
};

/** Somebody drafts a rule for everybody, in the rule set "Core services". */
export const draftBroadRule = (scene: Scene): void =>
  atConsole(scene, 'POST', '/orgs/1/sec_policy/draft/rule_sets/40/sec_rules', {
    providers: [{ actors: 'ams' }],
    consumers: [{ actors: 'ams' }],
    ingress_services: [{ port: 8443, proto: 6 }],
  });

/** Somebody provisions all drafts. */
export const provision = (scene: Scene): void =>
  atConsole(scene, 'POST', '/orgs/1/sec_policy', { update_description: 'Open reporting to all' });
