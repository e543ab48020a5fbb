import type { Workload } from '../fleet/workload.ts';
import type { JsonObject } from '../json.ts';

export const DAY_MS = 86_400_000;

/** The decisions a flow can have and a query can ask for (facts §7.1). */
export const DECISIONS = ['allowed', 'potentially_blocked', 'blocked', 'unknown'] as const;
export type Decision = (typeof DECISIONS)[number];

/** One end of a flow. */
export interface End {
  readonly ip: string;
  readonly workload: Workload | undefined;
  readonly fqdn: string | undefined;
}

/** Facts §7.3: `service` of a flow; process and user come from the side that reports. */
export interface FlowService extends JsonObject {
  readonly proto: number;
  readonly port?: number;
}

/** What makes two reports the same row: everything but day and counters. */
export interface FlowKey {
  readonly src: End;
  readonly dst: End;
  readonly service: FlowService;
  readonly decision: Decision;
  /** Which side reported: inbound = the destination's VEN (facts §7.3). */
  readonly direction: 'inbound' | 'outbound';
  readonly state: string;
  /** Further fields of the row, as `transmission` or `icmp_type`. */
  readonly extra: JsonObject;
}

/** Counters of one row and UTC day, not clipped to any window (facts §7.3). Times in epoch ms. */
export interface Bucket extends FlowKey {
  readonly connections: number;
  /** Bytes into and out of the destination. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly first: number;
  readonly last: number;
}

/** The end whose VEN reports. */
export const reporterOf = (key: FlowKey): End => (key.direction === 'inbound' ? key.dst : key.src);

/** A text that is the same for reports of one row. */
export const keyText = ({ src, dst, service, decision, direction, state, extra }: FlowKey): string =>
  JSON.stringify([
    src.ip,
    src.workload?.uuid,
    dst.ip,
    dst.workload?.uuid,
    dst.fqdn,
    service,
    decision,
    direction,
    state,
    extra,
  ]);

/** The start of the UTC day of a time. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/** True when a window (epoch ms) touches the bucket's UTC day and does not end before the bucket begins. */
export const touches = (bucket: Bucket, from: number, to: number): boolean =>
  bucket.first <= to && dayOf(bucket.first) + DAY_MS > from;
