/**
 * What can go wrong with an answer:
 * `status` another status (default 503) · `delay` the whole answer `ms` late · `reset` the connection is reset, no answer ·
 * `half` a complete message with the first half of the body · `truncate` the connection ends in the middle of the body ·
 * `html` 200 with a maintenance page · `empty` 200 with an empty body · `slow` the body dripped over `ms`.
 */
export const FAULT_KINDS = ['status', 'delay', 'reset', 'half', 'html', 'empty', 'truncate', 'slow'] as const;

/** A fault as posted to /_sim/faults (design §8). */
export interface FaultSpec {
  /** Any part of the request's path; `*` stands for any text. */
  readonly path: string;
  /** Default: every method. */
  readonly method?: string;
  readonly kind: (typeof FAULT_KINDS)[number];
  /** Of `status` (503) and `html` (200). */
  readonly status?: number;
  /** Of `delay` and `slow`: default 1000. */
  readonly ms?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many answers it spoils; default: all until it is deleted. */
  readonly times?: number;
  /** `apply`: the call takes effect, then its answer is spoilt. */
  readonly after?: 'apply';
}

/** The faults in force. */
export interface Faults {
  /** Adds one and returns its id. */
  add(spec: FaultSpec): string;
  /** Removes the one with this id, or all. */
  clear(id?: string): void;
  /** The oldest fault that fits this call, used up by one; undefined when none does. */
  take(method: string, path: string): FaultSpec | undefined;
}

/** An empty set of faults. */
export const createFaults = (): Faults => {
  let entries: { readonly id: string; readonly spec: FaultSpec; readonly path: RegExp; left: number }[] = [];
  let lastId = 0;
  return {
    add: (spec) => {
      lastId += 1;
      const id = String(lastId);
      entries.push({ id, spec, path: glob(spec.path), left: spec.times ?? Number.POSITIVE_INFINITY });
      return id;
    },
    clear: (id) => {
      entries = id === undefined ? [] : entries.filter((entry) => entry.id !== id);
    },
    take: (method, path) => {
      const found = entries.find(
        ({ spec, path: pattern }) =>
          (spec.method === undefined || spec.method.toUpperCase() === method) && pattern.test(path),
      );
      if (!found) return undefined;
      found.left -= 1;
      if (found.left <= 0) entries = entries.filter((entry) => entry !== found);
      return found.spec;
    },
  };
};

const glob = (path: string): RegExp =>
  new RegExp(
    path
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*'),
  );
