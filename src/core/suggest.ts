import type { Label } from './label.ts';
import type { Inventory } from './ports.ts';
import type { Workload } from './workload.ts';

/**
 * Hosts whose name holds what was typed, or that have exactly that address; names that begin with it first. What was typed is literal:
 * `*` is a character like any other. Found as they are asked for, out of the inventory alone.
 */
export function* hostsLike(
  typed: string,
  inventory: Pick<Inventory, 'among' | 'byAddress'>,
): Generator<Workload> {
  const wanted = typed.trim().toLowerCase();
  const said = new Set<string>();
  const ways = [
    { pattern: `${wanted}*`, fits: (name: string) => name.startsWith(wanted) },
    { pattern: `*${wanted}*`, fits: (name: string) => name.includes(wanted) },
  ];
  for (const workload of inventory.byAddress(wanted)) {
    said.add(workload.href);
    yield workload;
  }
  for (const { pattern, fits } of ways)
    for (const workload of inventory.among({ name: pattern, query: [] })) {
      const { href, name, hostname } = workload;
      if (said.has(href) || !(fits(name.toLowerCase()) || fits(hostname.toLowerCase()))) continue;
      said.add(href);
      yield workload;
    }
}

/**
 * Labels that hold what was typed, as `env=prod`; those that begin with it, or whose value does, first. Values that the label grammar cannot
 * say (blanks, commas, `*`; definitions §0) are left out: they would mean something else.
 */
export const labelsLike = (typed: string, labels: Iterable<Label>, most: number): readonly Label[] => {
  const wanted = typed.trim().toLowerCase();
  const first: Label[] = [];
  const then: Label[] = [];
  for (const label of labels) {
    if (first.length >= most) break;
    const text = `${label.key}=${label.value}`.toLowerCase();
    if (!text.includes(wanted) || /[\s,*]/.test(text)) continue;
    const begins = text.startsWith(wanted) || label.value.toLowerCase().startsWith(wanted);
    (begins ? first : then).push(label);
  }
  return [...first, ...then].slice(0, most);
};
