import type { EnforcementMode } from './workload.ts';

/** One machine of the pattern that the fleet repeats. */
export interface Slot {
  readonly role: string;
  readonly app: string;
  readonly kind: 'server' | 'endpoint' | 'unmanaged';
  /** Mode in the first, second and third round; `full` after that. */
  readonly modes?: readonly EnforcementMode[];
  /** Stays in this environment in every round. */
  readonly env?: string;
}

const server = (role: string, app: string, more: Partial<Slot> = {}): Slot => ({
  role,
  app,
  kind: 'server',
  ...more,
});

/** Twenty machines: four three-tier applications, core services, a laptop and two boxes without an agent. */
export const SLOTS: readonly Slot[] = [
  server('web', 'shop'),
  server('web', 'shop'),
  server('app', 'shop'),
  server('app', 'shop'),
  server('db', 'shop'),
  server('web', 'erp'),
  server('app', 'erp'),
  server('db', 'erp'),
  server('web', 'hr'),
  server('app', 'hr', { modes: ['full', 'selective'] }),
  server('db', 'hr'),
  server('web', 'pay'),
  server('app', 'pay'),
  server('db', 'pay'),
  server('dc', 'core', { env: 'prod' }),
  server('jump', 'core', { env: 'prod' }),
  server('batch', 'reports', { modes: ['idle', 'visibility_only', 'selective'] }),
  { role: 'laptop', app: 'office', kind: 'endpoint', modes: ['selective', 'visibility_only'] },
  { role: 'lb', app: 'core', kind: 'unmanaged' },
  { role: 'nas', app: 'core', kind: 'unmanaged' },
];

/** Environments by round of the pattern. */
export const ENVIRONMENTS = ['prod', 'stage', 'dev'] as const;

/** Locations by application, so that shop is in fra. */
export const LOCATIONS: Readonly<Record<string, string>> = {
  shop: 'fra',
  erp: 'ams',
  hr: 'ams',
  pay: 'nyc',
  core: 'fra',
  reports: 'nyc',
  office: 'nyc',
};

/** Values of the dimension Quarantine (facts §5, QSPEC). */
export const QUARANTINE_VALUES = ['Mild', 'Moderate', 'Severe'] as const;

/** A listening process: `[port, protocol number, process, user]`. */
export type OpenPort = readonly [port: number, protocol: number, process: string, user: string];

const LINUX: readonly OpenPort[] = [
  [22, 6, 'sshd', 'root'],
  [9100, 6, 'node_exporter', 'prometheus'],
];

/** What machines of a role listen on. */
export const OPEN_PORTS: Readonly<Record<string, readonly OpenPort[]>> = {
  web: [[443, 6, 'nginx', 'www-data'], ...LINUX],
  app: [[8080, 6, 'java', 'app'], ...LINUX],
  db: [[5432, 6, 'postgres', 'postgres'], ...LINUX],
  batch: LINUX,
  jump: LINUX,
  dc: [
    [53, 17, 'dns.exe', 'SYSTEM'],
    [53, 6, 'dns.exe', 'SYSTEM'],
    [88, 6, 'lsass.exe', 'SYSTEM'],
    [389, 6, 'lsass.exe', 'SYSTEM'],
    [445, 6, 'System', 'SYSTEM'],
    [3389, 6, 'svchost.exe', 'NETWORK SERVICE'],
  ],
  laptop: [[3389, 6, 'svchost.exe', 'NETWORK SERVICE']],
};

/** `[os_id, os_detail, os_platform]` of a role. */
export const systemOf = (
  role: string,
): readonly [id: string, detail: string, platform: 'linux' | 'windows'] => {
  if (role === 'dc')
    return ['win-x86_64-server', '20348.2402.amd64fre (Windows Server 2022 Standard)', 'windows'];
  if (role === 'laptop') return ['win-x86_64-client', '22631.3880.amd64fre (Windows 11 Pro)', 'windows'];
  return ['ubuntu-x86_64-jammy', '5.15.0-113-generic #123-Ubuntu SMP (Ubuntu 22.04.4 LTS)', 'linux'];
};
