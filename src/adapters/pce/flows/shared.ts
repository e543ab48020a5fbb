import type { End, Service } from '../../../core/flow.ts';

/** Kept once and used again; beyond so many it begins anew: those of a whole file would not fit into memory. */
const MOST = 100_000;

/**
 * Equal values as one object each: a hundred thousand workloads carry a few labels, ten thousand services have a few names. Texts
 * that are one object are also equal at first sight.
 */
export interface Shared {
  end(end: End | undefined): End | undefined;
  service(service: Service | undefined): Service | undefined;
}

export const createShared = (): Shared => {
  const label = oneOf<End['labels'][number]>(({ key, value }) => `${key.length} ${key}${value}`);
  const text = oneOf<string>((one) => one);
  return {
    end: (end) => end && { ...end, labels: end.labels.map(label) },
    service: (service) =>
      service && { name: text(service.name), process: service.process && text(service.process) },
  };
};

/** The first of all equal ones. */
export const oneOf = <T>(keyOf: (one: T) => string): ((one: T) => T) => {
  const known = new Map<string, T>();
  return (one) => {
    const key = keyOf(one);
    const first = known.get(key);
    if (first !== undefined) return first;
    if (known.size >= MOST) known.clear();
    known.set(key, one);
    return one;
  };
};
