import type { Incident } from '../../src/core/alert.ts';
import { type PceEvent, parseEvent } from '../../src/core/event.ts';
import type { Dict } from '../../src/core/foreign.ts';
import type { Label } from '../../src/core/label.ts';
import type { Finding, Observation } from '../../src/core/rule.ts';
import type { Subject } from '../../src/core/subject.ts';
import type { Estate, Workload } from '../../src/core/workload.ts';

/** The moment most tests are about, epoch ms. */
export const T0 = Date.parse('2026-11-22T10:00:00Z');
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;

/** `env=prod` → a label whose href follows from it. */
export const aLabel = (text: string): Label => {
  const [key = '', value = ''] = text.split('=');
  return { href: `/orgs/1/labels/${key}-${value.replaceAll(' ', '-')}`, key, value };
};

/** `app=shop env=prod` → labels. */
export const labels = (text: string): Label[] =>
  text.split(' ').flatMap((one) => (one === '' ? [] : [aLabel(one)]));

/** A UUID that follows from a name, so that a workload and its VEN share it as on a PCE. */
const uuid = (name: string): string => {
  let hash = 2_166_136_261;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return `00000000-0000-4000-8000-${hash.toString(16).padStart(12, '0')}`;
};

type WorkloadParts = Omit<Partial<Workload>, 'labels' | 'ven'> & {
  readonly labels?: string | readonly Label[];
  readonly ven?: Partial<NonNullable<Workload['ven']>> | undefined;
};

/** A healthy, managed, online workload; its href and its VEN's follow from its name. */
export const aWorkload = ({ labels: given = '', ven, ...parts }: WorkloadParts = {}): Workload => {
  const name = parts.name ?? parts.hostname ?? 'web-01';
  const href = parts.href ?? `/orgs/1/workloads/${uuid(name)}`;
  return {
    hostname: name,
    managed: true,
    online: true,
    interfaces: [{ name: 'eth0', address: '192.0.2.10' }],
    publicAddress: undefined,
    mode: 'full',
    os: 'Ubuntu 22.04',
    policy: { sync: 'applied', receivedAt: T0 - HOUR, appliedAt: T0 - HOUR, updateMode: 'adaptive' },
    updatedAt: T0 - HOUR,
    ...parts,
    href,
    name,
    labels: typeof given === 'string' ? labels(given) : given,
    ven: {
      href: href.replace('/workloads/', '/vens/'),
      agentHref: `/orgs/1/agents/${Number.parseInt(href.slice(-6), 16)}`,
      status: 'active',
      version: '23.5.10',
      kind: 'server',
      conditions: [],
      heartbeatAt: T0 - MINUTE,
      ...ven,
    },
  };
};

/** The machines a bot knows; `managed` may claim more of them than are listed. */
export const anEstate = (workloads: readonly Workload[] = [], managed = workloads.length): Estate => {
  const byHref = new Map(workloads.map((one) => [one.href, one]));
  const known = new Map(workloads.flatMap((one) => one.labels.map((label) => [label.href, label])));
  return {
    workload: (href) => byHref.get(href),
    byAgent: (href) => workloads.find(({ ven }) => ven?.agentHref === href),
    byHostname: (name) => workloads.filter(({ hostname }) => hostname === name),
    label: (href) => known.get(href),
    workloads: () => workloads,
    managed,
  };
};

let serial = 0;

/** A row of GET /events; `at` (epoch ms) stands for `timestamp`. Everything else as the PCE spells it. */
export const rawEvent = ({ at = T0, ...parts }: Dict & { readonly at?: number } = {}): Dict => {
  serial += 1;
  return {
    href: `/orgs/1/events/${uuid(String(serial))}`,
    timestamp: new Date(at).toISOString(),
    pce_fqdn: 'pce.example.com',
    created_by: { system: {} },
    event_type: 'user.login',
    status: 'success',
    severity: 'info',
    action: null,
    resource_changes: [],
    notifications: [],
    ...parts,
  };
};

/** An event as the bot reads it. Throws when the row is not one, so that a test cannot be about nothing. */
export const readEvent = (row: unknown): PceEvent => {
  const parsed = parseEvent(row);
  if (!parsed.ok) throw new Error(`not an event: ${parsed.why}`);
  return parsed.event;
};

/** `anEvent({ event_type: 'agent.tampering' })`: names only what the test is about. */
export const anEvent = (parts: Parameters<typeof rawEvent>[0] = {}): PceEvent => readEvent(rawEvent(parts));

/** `created_by` of a person, of a VEN (as releases since 22.3 send it), of a VEN before that. */
export const byUser = (username = 'maya@example.com'): Dict => ({
  user: { href: `/users/${username.length}`, username },
});
export const byVen = ({ href, hostname, ven }: Workload): Dict => ({
  agent: { href: ven?.agentHref, hostname },
  ven: { href: ven?.href ?? href.replace('/workloads/', '/vens/'), hostname },
});
export const byAgent = ({ hostname, ven }: Workload): Dict => ({ agent: { href: ven?.agentHref, hostname } });

/** One entry of `resource_changes` about a workload. */
export const changeOf = ({ href, hostname, labels: own }: Workload, changes: Dict = {}): Dict => ({
  uuid: uuid(href),
  resource: { workload: { href, name: null, hostname, labels: own } },
  changes,
  change_type: 'update',
});

/** One entry of `notifications`. */
export const noticeOf = (type: string, info: Dict | null = null): Dict => ({
  uuid: uuid(type),
  notification_type: type,
  info,
});

/** What one poll saw: these events, at the time of the newest unless said. */
export const saw = (
  events: readonly PceEvent[],
  { estate = anEstate(), now }: { readonly estate?: Estate; readonly now?: number } = {},
): Extract<Observation, { kind: 'events' }> => ({
  kind: 'events',
  pce: 'prod-east',
  now: now ?? Math.max(T0, ...events.map(({ at }) => at)),
  estate,
  events,
});

/** A subject, by default the host web-01. */
export const aSubject = (name = 'web-01'): Subject => ({
  kind: 'workload',
  href: `/orgs/1/workloads/${uuid(name)}`,
  name,
});

/** A finding about web-01, or whatever is said. */
export const aFinding = (parts: Partial<Finding> = {}): Finding => {
  const subject = parts.subject ?? aSubject();
  return {
    subject,
    severity: 'error',
    at: T0,
    title: `Firewall tampering on ${subject.name}`,
    story: ['The host firewall was changed outside Illumio at ', { time: T0 }, '.'],
    workloads: subject.href === null ? [] : [subject.href],
    suggests: ['quarantine'],
    event: `/orgs/1/events/${uuid(subject.name)}`,
    ...parts,
  };
};

/** An open incident of C0SOC0001 that nothing was said of yet, or whatever is said. */
export const anIncident = (parts: Partial<Incident> = {}): Incident => ({
  id: 'incident00000000000001',
  key: 'k',
  channel: 'C0SOC0001',
  pce: 'prod-east',
  rule: 'firewall-tampering',
  alerts: [],
  openedAt: T0,
  joinedAt: T0,
  open: true,
  said: 0,
  revision: 0,
  shown: 0,
  severity: 'error',
  groups: [],
  ...parts,
});
