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

/** Names from before 18.2 that still appear in stored samples and on old PCEs → today's (facts §10, vendor rename table). */
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
      notices: list(raw['notifications']).flatMap(notice),
      raw,
    },
  };
};

const optional = <K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string };

const actorOf = (by: Dict): Actor => {
  const agent = dict(by['agent']);
  const ven = dict(by['ven']);
  if ('agent' in by || 'ven' in by || 'workload' in by) {
    const workload = dict(by['workload']);
    return {
      kind: 'host',
      ...optional('name', text(ven['hostname']) ?? text(agent['hostname']) ?? text(workload['hostname'])),
      ...optional('href', text(workload['href'])),
      ...optional('agentHref', text(agent['href'])),
      ...optional('venHref', text(ven['href'])),
    };
  }
  for (const kind of ['user', 'service_account', 'container_cluster'] as const) {
    if (!(kind in by)) continue;
    const who = dict(by[kind]);
    return {
      kind,
      ...optional('name', text(who['username']) ?? text(who['name']) ?? text(who['full_name'])),
      ...optional('href', text(who['href'])),
    };
  }
  return { kind: 'system' in by ? 'system' : 'unknown' };
};

const actionOf = (action: Dict): PceEvent['action'] => ({
  endpoint: text(action['api_endpoint']),
  method: text(action['api_method']),
  status: number(action['http_status_code']),
  address: text(action['src_ip']),
  apiKeyId: text(dict(action['info'])['api_key_id']),
});

const objects = (value: unknown): Readonly<Record<string, Dict>> =>
  Object.fromEntries(
    Object.entries(dict(value)).flatMap(([key, inner]) =>
      dict(inner) === inner ? [[key, dict(inner)]] : [],
    ),
  );

const resourceChange = (value: unknown): ResourceChange => {
  const row = dict(value);
  return {
    resource: objects(row['resource']),
    changes: objects(row['changes']),
    changeType: text(row['change_type']),
  };
};

const notice = (value: unknown): Notice[] => {
  const row = dict(value);
  const type = text(row['notification_type']);
  return type === undefined ? [] : [{ type, info: dict(row['info']) }];
};
