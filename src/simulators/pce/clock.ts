/** The simulated clock: it ticks with real time, from wherever it was set to. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Jumps to `ms` (backwards too) and goes on ticking from there. */
  set(ms: number): void;
  advance(ms: number): void;
}

/** A clock that starts at `start` and ticks as `realTime` (epoch milliseconds) does. */
export const createClock = (start: number, realTime: () => number): Clock => {
  let offset = start - realTime();
  return {
    now: () => Math.floor(realTime() + offset),
    set: (ms) => {
      offset = ms - realTime();
    },
    advance: (ms) => {
      offset += ms;
    },
  };
};

/** `2026-09-06T14:15:41.431Z`, the form of event timestamps (facts §11.17). */
export const isoMillis = (ms: number): string => new Date(ms).toISOString();

/** `2026-09-06T14:15:41.431207Z`, the form of workload timestamps (facts §4.2); the last three digits are made from `ms`. */
export const isoMicros = (ms: number): string => {
  const micros = String((Math.abs(ms) * 7919) % 1000).padStart(3, '0');
  return `${isoMillis(ms).slice(0, -1)}${micros}Z`;
};

/** `2026-09-06T14:15:41Z`, the form of flow timestamps (facts §7.3). */
export const isoSeconds = (ms: number): string => `${isoMillis(ms).slice(0, 19)}Z`;

const WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** Epoch milliseconds of an RFC 3339 time, or undefined when it has no zone, is no time, or its `+` became a space. */
export const parseTime = (text: string): number | undefined => {
  if (!WITH_ZONE.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
};
