import type { Label } from './label.ts';
import type { Estate, Workload } from './workload.ts';

/** What a host carries of the configured quarantine labels; undefined unless it carries every one of them. */
export const carriedOf = (
  labels: readonly Label[],
  wanted: Readonly<Record<string, string>>,
): readonly Label[] | undefined => {
  const pairs = Object.entries(wanted);
  const carried = labels.filter(({ key, value }) => pairs.some(([k, v]) => k === key && v === value));
  return pairs.length > 0 && carried.length === pairs.length ? carried : undefined;
};

/** Hosts that look quarantined although nobody here did it, by name. @param ours hrefs of the hosts in quarantine by this bot */
export const strayCarriers = (
  estate: Pick<Estate, 'workloads'>,
  wanted: Readonly<Record<string, string>>,
  ours: ReadonlySet<string>,
): readonly Workload[] => {
  if (Object.keys(wanted).length === 0) return [];
  const found: Workload[] = [];
  for (const host of estate.workloads())
    if (host.managed && !ours.has(host.href) && carriedOf(host.labels, wanted) !== undefined)
      found.push(host);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
};
