import { isoSeconds } from '../clock.ts';
import type { Label } from '../fleet/label-book.ts';
import type { Bucket, End } from './bucket.ts';

/**
 * The columns of a CSV download. The vendor's own header is not known (facts §7.2, §12); these names are the
 * simulator's. Labels are `key=value` joined by `; `.
 */
const COLUMNS: readonly (readonly [name: string, value: (bucket: Bucket) => unknown])[] = [
  ...endColumns('src', (bucket) => bucket.src),
  ...endColumns('dst', (bucket) => bucket.dst),
  ['port', ({ service }) => service.port],
  ['proto', ({ service }) => service.proto],
  ['process_name', ({ service }) => service['process_name']],
  ['windows_service_name', ({ service }) => service['windows_service_name']],
  ['user_name', ({ service }) => service['user_name']],
  ['num_connections', ({ connections }) => connections],
  ['policy_decision', ({ decision }) => decision],
  ['flow_direction', ({ direction }) => direction],
  ['state', ({ state }) => state],
  ['dst_bi', ({ bytesIn }) => bytesIn],
  ['dst_bo', ({ bytesOut }) => bytesOut],
  ['first_detected', ({ first }) => isoSeconds(first)],
  ['last_detected', ({ last }) => isoSeconds(last)],
];

/** The rows of a download as CSV (RFC 4180, CRLF), header first. */
export function* csvOf(buckets: Iterable<Bucket>): Iterable<string> {
  yield line(COLUMNS.map(([name]) => name));
  for (const bucket of buckets) yield line(COLUMNS.map(([, value]) => value(bucket)));
}

function endColumns(
  side: 'src' | 'dst',
  end: (bucket: Bucket) => End,
): readonly (readonly [string, (bucket: Bucket) => unknown])[] {
  return [
    [`${side}_ip`, (bucket) => end(bucket).ip],
    [`${side}_href`, (bucket) => end(bucket).workload?.href],
    [`${side}_name`, (bucket) => end(bucket).workload?.name],
    [`${side}_hostname`, (bucket) => end(bucket).workload?.hostname],
    [`${side}_labels`, (bucket) => labelText(end(bucket).workload?.labels ?? [])],
    [`${side}_fqdn`, (bucket) => end(bucket).fqdn],
  ];
}

const labelText = (labels: readonly Label[]): string =>
  labels.map(({ key, value }) => `${key}=${value}`).join('; ');

const line = (values: readonly unknown[]): string => `${values.map(field).join(',')}\r\n`;

const field = (value: unknown): string => {
  const text = value === undefined || value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
