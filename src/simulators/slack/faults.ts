/** How an answer is spoilt (design §8 "Simulators"); `ok_false` answers HTTP 200 with `error`. */
export const FAULT_KINDS = [
  'status',
  'delay',
  'reset',
  'half',
  'html',
  'empty',
  'truncate',
  'slow',
  'ok_false',
] as const;

/** A fault to inject: which calls, what happens, how often (without `times`: until deleted). */
export interface Fault {
  /** A Web API method, `upload`, `response_url` or `*`. */
  readonly method: string;
  readonly channel?: string;
  readonly kind: (typeof FAULT_KINDS)[number];
  readonly error?: string;
  readonly status?: number;
  readonly ms?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The call takes effect first, then the answer is spoilt. `delay` and `slow` always take effect. */
  readonly after?: 'apply';
  readonly times?: number;
}

/** The faults in force, oldest first. */
export interface Faults {
  add(fault: Fault): string;
  clear(): void;
  /** The fault for this call, counted down; undefined when none applies. */
  take(method: string, channel: string | null): Fault | undefined;
}

export const createFaults = (): Faults => {
  let active: { id: string; fault: Fault; left: number }[] = [];
  let count = 0;
  return {
    add: (fault) => {
      const id = `fault-${++count}`;
      active.push({ id, fault, left: fault.times ?? Infinity });
      return id;
    },
    clear: () => {
      active = [];
    },
    take: (method, channel) => {
      const hit = active.find(
        ({ fault }) =>
          (fault.method === '*' || fault.method === method) &&
          (fault.channel === undefined || fault.channel === channel),
      );
      if (hit === undefined) return undefined;
      hit.left -= 1;
      if (hit.left <= 0) active = active.filter((one) => one !== hit);
      return hit.fault;
    },
  };
};

/** Whether the call takes effect although its answer is spoilt. */
export const applies = (fault: Fault): boolean =>
  fault.after === 'apply' || fault.kind === 'delay' || fault.kind === 'slow';
