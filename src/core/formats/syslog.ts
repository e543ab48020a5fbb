import { type Dict, dict } from '../foreign.ts';
import { type NodeReport, nodeReport } from '../node-report.ts';
import { eventOfCef, eventOfLeef } from './pce-event.ts';

/** What a line of the PCE's syslog stream holds. */
export type SyslogLine =
  /** An audit event; `parseEvent` reads `raw`. */
  | { readonly kind: 'event'; readonly raw: Dict }
  /** A node's own health, every minute, `key=value`. */
  | { readonly kind: 'health'; readonly report: NodeReport }
  /** A line of another program, or a flow: not for us. */
  | { readonly kind: 'other' }
  | { readonly kind: 'garbled'; readonly why: string };

/** Longer lines are refused: the PCE cuts its own far below. */
export const MOST_LINE = 262_144;

/** `<14>1 2019-06-04T15:24:48.000000+00:00 core0 illumio_pce/agent 31897 - [meta x="1"] …` (RFC 5424 §6) */
const NEW = /^<\d{1,3}>1 \S+ (\S+) (\S+) \S+ \S+ (?:-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+) ?/;
/** `<14>Jun  4 15:24:48 core0 illumio_pce/agent[31897]: …` (RFC 3164 §4) */
const OLD = /^<\d{1,3}>\w{3} [ \d]\d [\d:]{8} (\S+) ([^\s:[]+)(?:\[\d+\])?:? ?/;

/** Reads one line of the PCE's stream, RFC 5424 or RFC 3164, with a body of JSON, CEF, LEEF or `key=value`. Never throws. */
export const readSyslogLine = (line: string): SyslogLine => {
  if (line.length > MOST_LINE) return { kind: 'garbled', why: 'longer than 256 KiB' };
  const [prefix, node, program] = NEW.exec(line) ?? OLD.exec(line) ?? [];
  if (prefix === undefined || node === undefined || program === undefined)
    return { kind: 'garbled', why: 'neither RFC 5424 nor RFC 3164' };
  const body = line.slice(prefix.length);
  if (/system_health$/.test(program)) return health(node, body);
  const start = /\{|CEF:\s?[01]\||LEEF:[12]\.0\|/.exec(body);
  if (start === null) return { kind: 'other' };
  const rest = body.slice(start.index).trim();
  if (rest.startsWith('{')) return ofJson(rest);
  if (/^CEF:[^|]*\|[^|]*\|[^|]*\|[^|]*\|flow_/.test(rest) || rest.includes('cat=flow_summary'))
    return { kind: 'other' };
  const read = rest.startsWith('CEF') ? eventOfCef(rest) : eventOfLeef(rest);
  return read.ok ? { kind: 'event', raw: read.raw } : { kind: 'garbled', why: read.why };
};

const ofJson = (body: string): SyslogLine => {
  try {
    const raw = dict(JSON.parse(body));
    return 'event_type' in raw ? { kind: 'event', raw } : { kind: 'other' };
  } catch {
    return { kind: 'garbled', why: 'its JSON breaks off or is not valid' };
  }
};

const health = (node: string, body: string): SyslogLine => {
  const facts = new Map(
    [...body.matchAll(/([\w.-]+)=(?:"([^"]*)"|(\S+))/g)].map(([, key = '', quoted, plain]) => [
      key,
      quoted ?? plain ?? '',
    ]),
  );
  if (!facts.has('sev')) return { kind: 'garbled', why: 'a health line without its severity' };
  return { kind: 'health', report: nodeReport(node, facts) };
};
