import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import type { ProcessFigures } from '../../core/metrics.ts';

export interface ProcessMeter {
  /** The delays are those since the last reading. */
  read(): ProcessFigures;
  close(): void;
}

/** Coarse on purpose: each sample is a timer that wakes an otherwise idle process. */
const RESOLUTION_MS = 50;

/** Measures this process from now on. */
export const openProcessFigures = (): ProcessMeter => {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  // The histogram holds the whole time between two samples, in nanoseconds.
  const late = (ns: number): number => Math.max(0, ns / 1e6 - RESOLUTION_MS);
  return {
    read() {
      const { rss, heapUsed } = process.memoryUsage();
      const loopDelayMs = { p99: late(delay.percentile(99)), max: late(delay.max) };
      delay.reset();
      return { rssBytes: rss, heapUsedBytes: heapUsed, loopDelayMs };
    },
    close: () => void delay.disable(),
  };
};
