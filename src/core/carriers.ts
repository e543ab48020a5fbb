import type { Label } from './label.ts';
import type { Estate, Workload } from './workload.ts';

/** The machines that carry one of these labels, managed or not, each once. */
export type Carriers = (labels: readonly Label[]) => readonly Workload[];

/** Looks machines up by the hrefs of labels: those keep their href when they are renamed. Goes through the estate once, when first asked. */
export const carriersIn = (estate: Estate): Carriers => {
  let byLabel: Map<string, Workload[]> | undefined;
  return (labels) => {
    byLabel ??= indexed(estate);
    const found = labels.flatMap(({ href }) => byLabel?.get(href) ?? []);
    return [...new Set(found)];
  };
};

const indexed = (estate: Estate): Map<string, Workload[]> => {
  const byLabel = new Map<string, Workload[]>();
  for (const host of estate.workloads())
    for (const { href } of host.labels) {
      const known = byLabel.get(href);
      if (known === undefined) byLabel.set(href, [host]);
      else known.push(host);
    }
  return byLabel;
};
