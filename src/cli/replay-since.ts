import { duration } from '../config/time.ts';
import type { PceEvent } from '../core/event.ts';
import { PceError } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import { EMPTY_ESTATE, type Estate } from '../core/workload.ts';
import { connected } from './connected.ts';
import { type Edge, UsageError } from './verb.ts';

/** Events of one PCE, and what is known of its hosts today. */
export interface Recorded {
  readonly pce: string;
  readonly events: readonly PceEvent[];
  readonly estate: Estate;
}

export interface Reading {
  readonly recorded: readonly Recorded[];
  /** Rows that are no events, as lines to be told. */
  readonly rejected: readonly string[];
  /** Why the result will be incomplete, as lines to be told. */
  readonly missing: readonly string[];
}

/** Milliseconds of `7d`. Throws UsageError for what is no duration. */
export const spanOf = (text: string): number => {
  const read = duration.safeParse(text);
  if (read.success) return read.data;
  throw new UsageError(`--since: "${text}" is no duration. Write a number and a unit: 7d, 24h or 15m.`);
};

/** The last `spanMs` of every PCE of the configuration. A PCE that cannot be read is missing, never taken for quiet. */
export const readSince = (settings: Settings, spanMs: number, edge: Edge): Promise<Reading> =>
  connected(settings, edge, async ({ pces }) => {
    const now = Date.now();
    const readings = await Promise.all(
      pces.map(async ({ settings: { name }, pce, inventory }): Promise<Reading> => {
        const missing: string[] = [];
        const failed =
          (what: string) =>
          (error: unknown): undefined => {
            if (!(error instanceof PceError)) throw error;
            missing.push(`${name}: ${what} cannot be read: ${error.message}`);
          };
        const answer = await pce.events(now - spanMs, now).catch(failed('the events'));
        if (answer === undefined) return { recorded: [], rejected: [], missing };
        // Rules that ask what a host is find less without it; what they found in the events alone still stands.
        const known = await inventory.refresh().then(() => inventory, failed('the workloads'));
        if (answer.completeFrom !== undefined)
          missing.push(
            `${name}: from ${new Date(answer.completeFrom).toISOString()} on not every event could be read`,
          );
        return {
          recorded: [{ pce: name, events: answer.events, estate: known ?? EMPTY_ESTATE }],
          rejected: answer.rejected.map((why) => `${name}: not an event: ${why}`),
          missing,
        };
      }),
    );
    return {
      recorded: readings.flatMap(({ recorded }) => recorded),
      rejected: readings.flatMap(({ rejected }) => rejected),
      missing: readings.flatMap(({ missing }) => missing),
    };
  });
