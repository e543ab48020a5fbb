import type { Label } from '../../core/label.ts';
import type { Workload } from '../../core/workload.ts';

/** Distinct texts remembered; beyond them new ones are kept as they come. */
const MOST_TEXTS = 10_000;

/**
 * Shares what many workloads have in common — labels, names of systems, versions, interfaces — instead of keeping it once a row:
 * of 100,000 streamed rows this is most of the memory (facts/performance).
 */
export const compactor = (
  labelOf: (href: string) => Label | undefined,
): ((workload: Workload) => Workload) => {
  const texts = new Map<string, string>();
  const shared = <T extends string | undefined>(value: T): T => {
    if (value === undefined) return value;
    const known = texts.get(value);
    if (known !== undefined) return known as T;
    if (texts.size < MOST_TEXTS) texts.set(value, value);
    return value;
  };
  const sharedLabel = (label: Label): Label => {
    const known = labelOf(label.href);
    return known !== undefined && known.key === label.key && known.value === label.value ? known : label;
  };
  return (workload) => ({
    ...workload,
    labels: workload.labels.map(sharedLabel),
    interfaces: workload.interfaces.map(({ name, address }) => ({ name: shared(name), address })),
    os: shared(workload.os),
    ven: workload.ven && {
      ...workload.ven,
      version: shared(workload.ven.version),
      kind: shared(workload.ven.kind),
      ...(workload.ven.pce === undefined ? {} : { pce: shared(workload.ven.pce) }),
    },
  });
};
