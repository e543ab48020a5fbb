import type { Fleet } from '../fleet/fleet.ts';
import type { JsonObject } from '../json.ts';
import type { Settings } from '../options.ts';
import type { Bucket } from './bucket.ts';
import { dayOf, keyText, touches } from './bucket.ts';
import type { Report } from './report.ts';
import { reportsOf } from './report.ts';
import { createReporting } from './reporting.ts';
import { createSeededTraffic, type Passes } from './seeded.ts';

/** All flows the VENs report. */
export interface Traffic {
  /** Stores flows (see `reportsOf`) that happened by `now`; returns how many reports they made. */
  report(flows: readonly JsonObject[], now: number): number;
  /** The day buckets a window touches, as known at `now` (all epoch ms). */
  buckets(from: number, to: number, now: number): Iterable<Bucket>;
}

/** The ordinary traffic of `fleet` and what /_sim/flows adds to it. */
export const createTraffic = (fleet: Fleet, settings: Settings, passes: Passes): Traffic => {
  const reporting = createReporting(settings.timings.flowReporting);
  const seeded = createSeededTraffic(fleet, reporting, settings.now, passes);
  const stored: (Report & { readonly key: string })[] = [];
  return {
    report: (flows, now) => {
      const reports = flows.flatMap((flow) => reportsOf(fleet, reporting, flow, now));
      for (const report of reports) {
        stored.push({ ...report, key: `${dayOf(report.bucket.first)} ${keyText(report.bucket)}` });
      }
      return reports.length;
    },
    *buckets(from, to, now) {
      for (const bucket of seeded(from, to, now)) if (touches(bucket, from, to)) yield bucket;
      const visible = stored.filter(({ reportedAt }) => reportedAt <= now);
      const sums = sumBuckets(visible.map(({ key, bucket }) => [key, bucket]));
      for (const bucket of sums) if (touches(bucket, from, to)) yield bucket;
    },
  };
};

/** One bucket per key: counters added, times widened. */
export const sumBuckets = (keyed: readonly (readonly [key: string, bucket: Bucket])[]): Iterable<Bucket> => {
  const sums = new Map<string, Bucket>();
  for (const [key, bucket] of keyed) {
    const known = sums.get(key);
    sums.set(key, known ? sum(known, bucket) : bucket);
  }
  return sums.values();
};

/** One row for two reports of the same key and day (facts §7.3). */
const sum = (a: Bucket, b: Bucket): Bucket => ({
  ...a,
  connections: a.connections + b.connections,
  bytesIn: a.bytesIn + b.bytesIn,
  bytesOut: a.bytesOut + b.bytesOut,
  first: Math.min(a.first, b.first),
  last: Math.max(a.last, b.last),
});
