import type { Clock, PceError } from '../../core/ports.ts';
import type { Reach } from '../../core/rule.ts';

/** How one PCE answers, put together from every call. */
export interface ReachMeter {
  /** An answer that was asked for, `ms` after the request. */
  answered(key: string, ms: number): void;
  /** A call that failed. Refusals of one call (404, 406, 429) say nothing about the PCE and change nothing. */
  failed(key: string, error: PceError): void;
  read(): Reach;
}

const SAMPLES = 10;
/** One 401 may be a key being rotated; two in a row are a refusal (definitions §3 api-key-expiring). */
const REFUSALS = 2;

/** A meter that has seen nothing yet. */
export const createReachMeter = (clock: Pick<Clock, 'now'>): ReachMeter => {
  let lastOkAt: number | undefined;
  let failing: { readonly since: number; readonly why: string } | undefined;
  let samples: readonly number[] = [];
  const refusals = new Map<string, { readonly times: number; readonly why: string }>();

  return {
    answered(key, ms) {
      lastOkAt = clock.now();
      failing = undefined;
      refusals.delete(key);
      samples = [...samples.slice(1 - SAMPLES), ms];
    },
    failed(key, error) {
      const refusal = error.code === 'unauthorised' || error.code === 'forbidden';
      if (refusal) refusals.set(key, { times: (refusals.get(key)?.times ?? 0) + 1, why: error.message });
      if (!refusal && !['unavailable', 'timeout', 'bad-answer'].includes(error.code)) return;
      failing = { since: failing?.since ?? clock.now(), why: error.message };
    },
    read() {
      const refused = [...refusals.values()].find(({ times }) => times >= REFUSALS);
      return {
        lastOkAt,
        failingSince: failing?.since,
        why: failing?.why ?? refused?.why,
        refused: refused !== undefined,
        medianMs: median(samples),
      };
    },
  };
};

const median = (values: readonly number[]): number | undefined => {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
};
