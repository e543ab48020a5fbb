import { type Dict, dict, instant, list, number, text } from './foreign.ts';

/** Who made an event (facts §2.2 `created_by`). A host's VEN may be named twice, as `agent` and, since 22.3, as `ven`. */
export interface Actor {
  readonly kind: 'user' | 'service_account' | 'host' | 'container_cluster' | 'system' | 'unknown';
  readonly name?: string;
  readonly href?: string;
  readonly agentHref?: string;
  readonly venHref?: string;
}

export interface ResourceChange {
  /** By resource type: mostly one key, `{ven, agent}` together on newer PCEs. */
  readonly resource: Readonly<Record<string, Dict>>;
  /** By attribute: `{before, after}` or `{created, updated, deleted}`; attributes that were null are left out. */
  readonly changes: Readonly<Record<string, Dict>>;
  readonly changeType: string | undefined;
}

export interface Notice {
  readonly type: string;
  readonly info: Dict;
}

/** An audit event of the PCE, as the bot reads it. `raw` keeps every field for evidence and export. */
export interface PceEvent {
  readonly href: string;
  /** When it happened, not when it was recorded (facts §2.1). Epoch ms. */
  readonly at: number;
  readonly type: string;
  readonly status: 'success' | 'failure' | null;
  /** `error` is read as `err`, the documented spelling. */
  readonly severity: string;
  readonly actor: Actor;
  readonly action: {
    readonly endpoint: string | undefined;
    readonly method: string | undefined;
    readonly status: number | undefined;
    readonly address: string | undefined;
    readonly apiKeyId: string | undefined;
  };
  readonly resources: readonly ResourceChange[];
  readonly notices: readonly Notice[];
  readonly raw: Dict;
}

/** Names of events and notifications from before 18.2 that still appear in stored samples and on old PCEs → today's (facts §10, vendor rename table). */
const RENAMED: Readonly<Record<string, string>> = {
  'agent.put_from_agent': 'agent.update',
  'login.logout': 'user.sign_out',
  'login.login': 'user.sign_in',
  'user.authentication_failed': 'request.authentication_failed',
  'user.authorization_failed': 'request.authorization_failed',
};

export type ParsedEvent =
  | { readonly ok: true; readonly event: PceEvent }
  | { readonly ok: false; readonly why: string };

/**
 * Reads one audit event: a row of GET /events, or the JSON body of a syslog line, which says `time` for `timestamp`.
 * Only what identifies an event is required (href, time, type); anything else that is missing or odd reads as unknown.
 */
export const parseEvent = (value: unknown): ParsedEvent => {
  const raw = dict(value);
  if (raw !== value) return { ok: false, why: 'not a JSON object' };
  const href = text(raw['href']);
  if (href === undefined) return { ok: false, why: 'no href' };
  const type = text(raw['event_type']);
  if (type === undefined) return { ok: false, why: 'no event_type' };
  const at = instant(raw['timestamp'] ?? raw['time']);
  if (at === undefined) return { ok: false, why: 'no timestamp with a time zone' };
  const status = raw['status'];
  const severity = text(raw['severity']) ?? 'info';
  return {
    ok: true,
    event: {
      href,
      at,
      type: RENAMED[type] ?? type,
      status: status === 'success' || status === 'failure' ? status : null,
      severity: severity === 'error' ? 'err' : severity,
      actor: actorOf(dict(raw['created_by'])),
      action: actionOf(dict(raw['action'])),
      resources: list(raw['resource_changes']).map(resourceChange),
      notices: noticesOf(list(raw['notifications'])),
      raw,
    },
  };
};

// An answer may hold 10,000 events of which one matters, so reading one allocates little: nothing is spread, copied or listed needlessly.

const actorOf = (by: Dict): Actor => {
  if ('agent' in by || 'ven' in by || 'workload' in by) {
    const agent = dict(by['agent']);
    const ven = dict(by['ven']);
    const workload = dict(by['workload']);
    const host: NewActor = { kind: 'host' };
    put(host, 'name', text(ven['hostname']) ?? text(agent['hostname']) ?? text(workload['hostname']));
    put(host, 'href', text(workload['href']));
    put(host, 'agentHref', text(agent['href']));
    put(host, 'venHref', text(ven['href']));
    return host;
  }
  for (const kind of ['user', 'service_account', 'container_cluster'] as const) {
    if (!(kind in by)) continue;
    const who = dict(by[kind]);
    const actor: NewActor = { kind };
    put(actor, 'name', text(who['username']) ?? text(who['name']) ?? text(who['full_name']));
    put(actor, 'href', text(who['href']));
    return actor;
  }
  return 'system' in by ? SYSTEM : UNKNOWN;
};

type NewActor = { -readonly [K in keyof Actor]: Actor[K] };

const SYSTEM: Actor = { kind: 'system' };
const UNKNOWN: Actor = { kind: 'unknown' };

const put = (actor: NewActor, key: Exclude<keyof Actor, 'kind'>, value: string | undefined): void => {
  if (value !== undefined) actor[key] = value;
};

const actionOf = (action: Dict): PceEvent['action'] => ({
  endpoint: text(action['api_endpoint']),
  method: text(action['api_method']),
  status: number(action['http_status_code']),
  address: text(action['src_ip']),
  apiKeyId: text(dict(action['info'])['api_key_id']),
});

/** The objects among the values: mostly all of them, then it is the given one. */
const objects = (value: unknown): Readonly<Record<string, Dict>> => {
  const all = dict(value);
  for (const key in all) if (!isDict(all[key])) return onlyObjects(all);
  return all as Readonly<Record<string, Dict>>;
};

const isDict = (value: unknown): value is Dict => dict(value) === value;

const onlyObjects = (all: Dict): Readonly<Record<string, Dict>> =>
  Object.fromEntries(Object.entries(all).filter((entry): entry is [string, Dict] => isDict(entry[1])));

const resourceChange = (value: unknown): ResourceChange => {
  const row = dict(value);
  return {
    resource: objects(row['resource']),
    changes: objects(row['changes']),
    changeType: text(row['change_type']),
  };
};

const noticesOf = (rows: readonly unknown[]): readonly Notice[] => {
  const notices: Notice[] = [];
  for (const value of rows) {
    const row = dict(value);
    const type = text(row['notification_type']);
    if (type !== undefined) notices.push({ type: RENAMED[type] ?? type, info: dict(row['info']) });
  }
  return notices;
};
