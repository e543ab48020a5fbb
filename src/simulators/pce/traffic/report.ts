import { isoMillis, parseTime } from '../clock.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { invalid } from '../http/answer.ts';
import type { JsonObject } from '../json.ts';
import { isObject, textAt } from '../json.ts';
import type { Bucket, Decision, End, FlowKey } from './bucket.ts';
import { DECISIONS, reporterOf } from './bucket.ts';
import type { Reporting } from './reporting.ts';

/** A part of a bucket, as one VEN reported it at one time. */
export interface Report {
  readonly bucket: Bucket;
  readonly reportedAt: number;
}

const OWN = [
  'src',
  'dst',
  'service',
  'num_connections',
  'policy_decision',
  'state',
  'flow_direction',
  'dst_bi',
  'dst_bo',
  'timestamp_range',
  'reported_at',
];

/**
 * The reports of a flow given to /_sim/flows in the form of a traffic row (facts §7.3), of which only the two ends and
 * `service.proto` are needed: `src` and `dst` have an `ip` or a `workload.href`. Without `flow_direction` both VENs report.
 * A report is visible from the VEN's next ten-minute batch on, or from `reported_at`. Other fields are kept in the row.
 */
export const reportsOf = (
  fleet: Fleet,
  reporting: Reporting,
  flow: JsonObject,
  now: number,
): readonly Report[] => {
  const src = endOf(fleet, flow['src'], 'src');
  const dst = endOf(fleet, flow['dst'], 'dst');
  const counters = countersOf(flow, now);
  return directionsOf(flow, src, dst).map((direction) => {
    const key = { src, dst, direction, ...keyFieldsOf(flow) };
    const reportedAt = textAt(flow, 'reported_at');
    return {
      bucket: { ...key, ...counters },
      reportedAt:
        reportedAt === undefined
          ? reporting.next(reporterOf(key), counters.last)
          : timeOf(reportedAt, 'reported_at'),
    };
  });
};

const endOf = (fleet: Fleet, value: unknown, name: string): End => {
  const href = textAt(isObject(value) ? value['workload'] : undefined, 'href');
  const ip = textAt(value, 'ip');
  const workload = href === undefined ? fleet.byAddress(ip ?? '') : fleet.byHref(href);
  const address = ip ?? workload?.addresses[0];
  if (address === undefined) throw invalid(`${name} needs an ip or the href of a known workload`);
  return { ip: address, workload, fqdn: textAt(value, 'fqdn') };
};

const directionsOf = (flow: JsonObject, src: End, dst: End): readonly FlowKey['direction'][] => {
  const given = flow['flow_direction'];
  if (given === 'inbound' || given === 'outbound') return [given];
  if (given !== undefined) throw invalid('flow_direction must be inbound or outbound');
  const reporting = [
    src.workload?.ven ? ['outbound' as const] : [],
    dst.workload?.ven ? ['inbound' as const] : [],
  ].flat();
  return reporting.length === 0 ? ['inbound'] : reporting;
};

const keyFieldsOf = (flow: JsonObject): Pick<FlowKey, 'service' | 'decision' | 'state' | 'extra'> => {
  const { service, policy_decision: decision = 'allowed', state = 'closed' } = flow;
  if (!isObject(service) || typeof service['proto'] !== 'number') throw invalid('service.proto is required');
  if (!DECISIONS.includes(decision as Decision))
    throw invalid(`policy_decision must be one of ${DECISIONS.join(', ')}`);
  const extra = Object.fromEntries(Object.entries(flow).filter(([key]) => !OWN.includes(key)));
  return {
    service: { ...service, proto: service['proto'] },
    decision: decision as Decision,
    state: String(state),
    extra,
  };
};

const countersOf = (flow: JsonObject, now: number): Omit<Bucket, keyof FlowKey> => {
  const range = flow['timestamp_range'];
  const first = timeOf(textAt(range, 'first_detected') ?? isoMillis(now), 'first_detected');
  const last = textAt(range, 'last_detected');
  return {
    connections: numberAt(flow, 'num_connections', 1),
    bytesIn: numberAt(flow, 'dst_bi', 0),
    bytesOut: numberAt(flow, 'dst_bo', 0),
    first,
    last: last === undefined ? first : timeOf(last, 'last_detected'),
  };
};

const numberAt = (flow: JsonObject, key: string, otherwise: number): number => {
  const value = flow[key] ?? otherwise;
  if (typeof value !== 'number') throw invalid(`${key} must be a number`);
  return value;
};

const timeOf = (text: string, name: string): number => {
  const ms = parseTime(text);
  if (ms === undefined) throw invalid(`${name} must be an RFC 3339 time`);
  return ms;
};
