import type { PceEvent } from '../event.ts';
import { type Dict, dict, list, number, text } from '../foreign.ts';
import { type CefRecord, readCef, writeCef } from './cef.ts';
import { type LeefRecord, readLeef, writeLeef } from './leef.ts';

/** What a line of the PCE's own syslog names besides the event. */
export interface Source {
  /** The PCE's release, `25.2.20`. */
  readonly version: string;
  readonly fqdn: string;
}

/**
 * An audit event as the PCE itself writes it in CEF: fields, order and figures of the captured pairs in test/fixtures/pce-syslog
 * (PCE 26.2.20). Two things differ on purpose: values are escaped, which the PCE does not do, and `dst` of a call whose address the API hides
 * is the PCE's name. Not written, because no sample shows them: process id, thread and request id of the log prefix.
 */
export const eventAsCef = (event: PceEvent, source: Source): string =>
  writeCef({ ...header(event, source), extension: cefFields(event, source) });

/**
 * An audit event in LEEF 2.0. The vendor publishes no LEEF line of an audit event: the format's own attribute names are used where it has
 * them (`devTime`, `sev`, `cat`, `usrName`, `src`, `url`), and the names of the JSON event for the rest.
 */
export const eventAsLeef = (event: PceEvent, source: Source): string => {
  const { signature, version, severity } = header(event, source);
  const attributes: [string, string | number | undefined][] = [
    ['devTime', pceTime(event.at)],
    ['devTimeFormat', 'MMM dd yyyy HH:mm:ss.SSS Z'],
    ['sev', severity],
    ['cat', CATEGORY],
    ['usrName', who(event).name],
    ['duid', who(event).id],
    ['src', event.action.address ?? fqdnOf(event, source)],
    ['url', event.action.endpoint],
    ['api_method', event.action.method],
    ['http_status_code', event.action.status],
    ['status', event.status ?? ''],
    ['pce_fqdn', fqdnOf(event, source)],
    ['href', event.href],
    ['resource_changes', json(event.raw['resource_changes'])],
    ['notifications', json(event.raw['notifications'])],
    ['version', 2],
  ];
  const given = attributes.filter(([, value]) => value !== undefined);
  return writeLeef({
    vendor: 'Illumio',
    product: 'PCE',
    version,
    event: signature,
    attributes: given.map(([key, value]) => [key, String(value)]),
  });
};

const CATEGORY = 'audit_events';

const header = (event: PceEvent, { version }: Source): Omit<CefRecord, 'extension'> => {
  const signature = event.status === null ? event.type : `${event.type}.${event.status}`;
  return {
    vendor: 'Illumio',
    product: 'PCE',
    version,
    signature,
    name: signature
      .split(/[._]/)
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(' '),
    severity: SEVERITIES[event.severity] ?? 1,
  };
};

/** Seen on a PCE: info 1, warning 3, err 4; the rest follows the order of syslog's severities. */
const SEVERITIES: Readonly<Record<string, number>> = {
  debug: 0,
  info: 1,
  notice: 2,
  warning: 3,
  err: 4,
  crit: 5,
  alert: 6,
  emerg: 7,
};

const cefFields = (event: PceEvent, source: Source): [string, string][] => {
  const { id, name } = who(event);
  const { endpoint, method, status, address } = event.action;
  const fields: [string, string | number | undefined][] = [
    ['rt', pceTime(event.at)],
    ['dvchost', fqdnOf(event, source)],
    ['duid', id],
    ['duser', name],
    ['dst', address ?? fqdnOf(event, source)],
    ['outcome', event.status ?? ''],
    ['cat', CATEGORY],
    ['request', endpoint],
    ['requestMethod', method],
    ['reason', status],
    ['cs2', json(event.raw['resource_changes'])],
    ['cs2Label', 'resource_changes'],
    ['cs4', json(event.raw['notifications'])],
    ['cs4Label', 'notifications'],
    ['cn2', 2],
    ['cn2Label', 'schema-version'],
    ['cs1Label', 'event_href'],
    ['cs1', event.href],
  ];
  return fields.flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as [string, string]],
  );
};

const fqdnOf = (event: PceEvent, source: Source): string => text(event.raw['pce_fqdn']) ?? source.fqdn;

const json = (value: unknown): string => (list(value).length === 0 ? '' : JSON.stringify(value));

/** `duid` is the last part of the actor's href; what the system did has none. */
const who = ({ actor }: PceEvent): { readonly id: string | undefined; readonly name: string } => {
  const href = actor.kind === 'host' ? (actor.venHref ?? actor.agentHref ?? actor.href) : actor.href;
  return {
    id: href?.split('/').pop(),
    name: actor.name ?? (actor.kind === 'system' || actor.kind === 'unknown' ? 'system' : ''),
  };
};

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Sep 11 2026 09:05:05.941 +0000` */
const pceTime = (at: number): string => {
  const [, year, month, day, clock] = /^(\d+)-(\d+)-(\d+)T([\d:.]+)Z$/.exec(new Date(at).toISOString()) ?? [];
  return `${MONTHS[Number(month) - 1]} ${day} ${year} ${clock} +0000`;
};

export type ReadBody =
  /** `raw` has the shape of the event's JSON: `parseEvent` reads it. */
  { readonly ok: true; readonly raw: Dict } | { readonly ok: false; readonly why: string };

/**
 * The event of a CEF line of the PCE. The PCE writes values as they are, so they are not unescaped here: `CORP\jdoe` stays. A line whose
 * changes or notifications break off (the PCE cuts them at about 4,000 characters, facts §12.15) is refused: polling has the whole event.
 */
export const eventOfCef = (line: string): ReadBody => {
  const read = readCef(line);
  if (!read.ok) return read;
  const fields = rawFields(line.replace(HEADER, ''));
  return eventOf(read.record.signature, read.record.severity, {
    href: fields.get('cs1'),
    time: fields.get('rt'),
    fqdn: fields.get('dvchost'),
    user: fields.get('duser'),
    userId: fields.get('duid'),
    outcome: fields.get('outcome'),
    endpoint: fields.get('request'),
    method: fields.get('requestMethod'),
    status: fields.get('reason'),
    address: fields.get('dst'),
    changes: fields.get('cs2'),
    notices: fields.get('cs4'),
  });
};

/** The event of a LEEF line: by the attribute names of `eventAsLeef`, and by those of the CEF line where an installation maps them so. */
export const eventOfLeef = (line: string): ReadBody => {
  const read = readLeef(line);
  if (!read.ok) return read;
  const { event, attributes }: LeefRecord = read.record;
  const fields = new Map(attributes);
  const first = (...keys: string[]): string | undefined =>
    keys.map((key) => fields.get(key)).find((value) => value !== undefined);
  return eventOf(event, number(fields.get('sev')) ?? 1, {
    href: first('href', 'event_href', 'cs1'),
    time: first('devTime', 'timestamp', 'rt'),
    fqdn: first('pce_fqdn', 'dvchost'),
    user: first('usrName', 'duser'),
    userId: first('duid'),
    outcome: first('status', 'outcome'),
    endpoint: first('url', 'request'),
    method: first('api_method', 'requestMethod'),
    status: first('http_status_code', 'reason'),
    address: first('src', 'dst'),
    changes: first('resource_changes', 'cs2'),
    notices: first('notifications', 'cs4'),
  });
};

interface Fields {
  readonly href: string | undefined;
  readonly time: string | undefined;
  readonly fqdn: string | undefined;
  readonly user: string | undefined;
  readonly userId: string | undefined;
  readonly outcome: string | undefined;
  readonly endpoint: string | undefined;
  readonly method: string | undefined;
  readonly status: string | undefined;
  readonly address: string | undefined;
  readonly changes: string | undefined;
  readonly notices: string | undefined;
}

/** Seven fields, each up to a pipe that is not escaped. */
const HEADER = /^(?:(?:[^|\\]|\\.)*\|){7}/;

/** Only keys that the PCE writes end a value: its JSON is not escaped and may hold anything. */
const KEYS =
  /(?:^|\s)(rt|dvchost|duid|duser|dst|outcome|cat|request|requestMethod|reason|cs1|cs2|cs4|cn2|cs1Label|cs2Label|cs4Label|cn2Label)=/g;

const rawFields = (extension: string): ReadonlyMap<string, string> => {
  const starts = [...extension.matchAll(KEYS)];
  return new Map(
    starts.map((start, at) => [
      start[1] ?? '',
      extension.slice(start.index + start[0].length, starts[at + 1]?.index ?? extension.length).trim(),
    ]),
  );
};

const eventOf = (signature: string, severity: number, fields: Fields): ReadBody => {
  const { href, fqdn, address, outcome } = fields;
  if (href === undefined || href === '') return { ok: false, why: 'no href of the event' };
  const changes = listOf(fields.changes);
  const notices = listOf(fields.notices);
  if (changes === undefined || notices === undefined) return { ok: false, why: 'its changes break off' };
  return {
    ok: true,
    raw: {
      href,
      timestamp: isoTime(fields.time),
      pce_fqdn: fqdn,
      created_by: createdBy(signature, href, fields),
      event_type: signature.replace(/\.(success|failure)$/, ''),
      status: outcome === '' || outcome === undefined ? null : outcome,
      severity: Object.keys(SEVERITIES).find((word) => SEVERITIES[word] === severity) ?? 'info',
      action:
        fields.endpoint === undefined && fields.method === undefined
          ? null
          : {
              api_endpoint: fields.endpoint,
              api_method: fields.method,
              http_status_code: number(fields.status),
              src_ip: address === fqdn ? undefined : address,
            },
      resource_changes: changes,
      notifications: notices,
    },
  };
};

/** The line names an actor, not its kind: numbers are users, UUIDs are container clusters in their own events and VENs elsewhere. */
const createdBy = (signature: string, href: string, { user, userId }: Fields): Dict => {
  if (user === undefined || user === 'system') return { system: {} };
  if (userId === undefined || /^\d+$/.test(userId))
    return { user: { username: user, ...(userId === undefined ? {} : { href: `/users/${userId}` }) } };
  const org = /^\/orgs\/\d+/.exec(href)?.[0] ?? '';
  return signature.startsWith('container_cluster.')
    ? { container_cluster: { href: `${org}/container_clusters/${userId}`, name: user } }
    : { ven: { href: `${org}/vens/${userId}`, hostname: user } };
};

/** The JSON list of a field, empty for an empty one; undefined when it breaks off. Escaped as CEF asks, or as it is. */
const listOf = (value: string | undefined): readonly unknown[] | undefined => {
  if (value === undefined || value === '') return [];
  for (const candidate of [value, value.replace(/\\([\\=])/g, '$1')]) {
    try {
      const parsed: unknown = JSON.parse(candidate);
      return Array.isArray(parsed) ? parsed : [dict(parsed)];
    } catch {}
  }
  return undefined;
};

/** RFC 3339 of the PCE's `Sep 11 2026 09:05:05.941 +0000`, of epoch milliseconds, or the text as it is. */
const isoTime = (value: string | undefined): string | undefined => {
  if (value === undefined) return undefined;
  if (/^\d{12,}$/.test(value)) return new Date(Number(value)).toISOString();
  const [, month = '', day = '', year, clock, zone] =
    /^(\w{3}) +(\d{1,2}) (\d{4}) ([\d:.]+)(?: ?([+-]\d{4}|Z))?$/.exec(value) ?? [];
  if (year === undefined) return value;
  const at = MONTHS.indexOf(month) + 1;
  const offset = zone === undefined || zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  return `${year}-${String(at).padStart(2, '0')}-${day.padStart(2, '0')}T${clock}${offset}`;
};
