import type { Detected, RuleSet } from './detect.ts';
import type { PceEvent } from './event.ts';
import type { Finding, Observation } from './rule.ts';
import { EMPTY_ESTATE, type Estate } from './workload.ts';

/** Events are given to the rules as polls would have: all of one span at once. */
const POLL_MS = 30_000;

export interface Replayed {
  readonly findings: readonly { readonly rule: string; readonly finding: Finding }[];
  /** Events evaluated, each href once. */
  readonly events: number;
  readonly unknownTypes: ReadonlyMap<string, number>;
  readonly failures: readonly { readonly rule: string; readonly error: unknown }[];
}

/**
 * Runs recorded events of one PCE through the rules, before any dispatch. The clock is the events' own: it stands still after the
 * last one, and a host that a rule wants to have read at a wake cannot be read.
 * @param hear is told what each observation meant, in the order of time
 */
export const replayEvents = (
  pce: string,
  events: readonly PceEvent[],
  rules: RuleSet,
  estate: Estate = EMPTY_ESTATE,
  hear: (observation: Observation, found: Detected) => void = () => {},
): Replayed => {
  const findings: { rule: string; finding: Finding }[] = [];
  const failures: { rule: string; error: unknown }[] = [];
  const unknownTypes = new Map<string, number>();
  const memories = new Map<string, unknown>();
  const wakes = new Map<string, number>();

  const run = (observation: Observation): void => {
    const found = rules.run(observation, memories);
    hear(observation, found);
    findings.push(...found.findings.map(({ rule, finding }) => ({ rule: rule.id, finding })));
    failures.push(...found.failures);
    for (const [rule, memory] of Object.entries(found.memories)) memories.set(rule, memory);
    for (const [rule, at] of Object.entries(found.wakes))
      if (at === null) wakes.delete(rule);
      else wakes.set(rule, at);
    for (const [type, count] of Object.entries(found.unknownTypes))
      unknownTypes.set(type, (unknownTypes.get(type) ?? 0) + count);
  };

  const each = [...new Map(events.map((event) => [event.href, event])).values()];
  for (const batch of polls(each)) {
    const now = batch[batch.length - 1]?.at ?? 0;
    for (let due = earliest(wakes); due < (batch[0]?.at ?? 0); ) {
      run({ kind: 'wake', pce, now: due, estate, hosts: new Map() });
      const next = earliest(wakes);
      // A rule that failed, or asks for the same moment again, is not asked for ever.
      if (next <= due) for (const [rule, at] of [...wakes]) if (at <= due) wakes.delete(rule);
      due = earliest(wakes);
    }
    run({ kind: 'events', pce, now, estate, events: batch });
  }
  return { findings, events: each.length, unknownTypes, failures };
};

const earliest = (wakes: ReadonlyMap<string, number>): number =>
  Math.min(Number.POSITIVE_INFINITY, ...wakes.values());

/** In the order of time, cut where a poll would have cut. */
const polls = (events: readonly PceEvent[]): PceEvent[][] => {
  const spans = new Map<number, PceEvent[]>();
  for (const event of [...events].sort((a, b) => a.at - b.at)) {
    const span = Math.floor(event.at / POLL_MS);
    const batch = spans.get(span);
    if (batch === undefined) spans.set(span, [event]);
    else batch.push(event);
  }
  return [...spans.values()];
};
