import type { PceEvent } from '../../core/event.ts';

/** So many minutes of events share a set: few sets to look in, and one is let go of at a time. */
const SPAN_MS = 5 * 60_000;

/** Which events this process has judged, by href; it holds nothing else of them. */
export interface Evaluated {
  has(href: string): boolean;
  add(events: readonly PceEvent[]): void;
  /** Lets go of what happened before; up to five minutes more may stay. */
  forget(before: number): void;
}

/** In a storm these are millions: sets by time, so that forgetting costs nothing per event. */
export const createEvaluated = (): Evaluated => {
  const spans = new Map<number, Set<string>>();
  return {
    has: (href) => {
      for (const hrefs of spans.values()) if (hrefs.has(href)) return true;
      return false;
    },
    add: (events) => {
      for (const { href, at } of events) {
        const span = Math.floor(at / SPAN_MS);
        const hrefs = spans.get(span) ?? new Set();
        hrefs.add(href);
        spans.set(span, hrefs);
      }
    },
    forget: (before) => {
      for (const span of spans.keys()) if ((span + 1) * SPAN_MS <= before) spans.delete(span);
    },
  };
};
