import type { PceEvent } from '../../src/core/event.ts';
import type { End, Flow } from '../../src/core/flow.ts';
import type { AlertRule, Finding, RuleContext } from '../../src/core/rule.ts';
import { inOneGo } from '../../src/core/steps.ts';
import { createBatch } from '../../src/core/traffic/batch.ts';
import { createChangedHosts, trafficGroups, watchGroupsOf } from '../../src/core/traffic/groups.ts';
import { createFlowWatch, type FlowWatch, type Polled } from '../../src/core/traffic/watch.ts';
import { anEstate, MINUTE } from './builders.ts';
import { aFlow, anEnd } from './flows.ts';
import { watching } from './rules.ts';

/** A machine the PCE knows, as an end of flows. */
export const host = (name: string, labels = 'env=prod'): End =>
  anEnd(name, {
    address: `10.0.0.${(name.length % 200) + 1}`,
    href: `/orgs/1/workloads/${name}`,
    labels: labels.split(' ').flatMap((one) => {
      const [key = '', value] = one.split('=');
      return value === undefined ? [] : [{ key, value }];
    }),
  });

const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** A flow between two ends that a VEN saw first at that time. */
export const flowAt = (
  source: End,
  destination: End,
  service: string,
  at: number,
  parts: Parameters<typeof aFlow>[0] = {},
): Flow => aFlow({ source, destination, service, first: iso(at), last: iso(at), ...parts });

/** The observations of a PCE's traffic and the rules over them, as the pipeline runs them. */
export interface TrafficLab {
  readonly watch: () => FlowWatch;
  /** Takes the rows of a poll and judges them. */
  poll(now: number, flows: Iterable<Flow>): readonly Finding[];
  /** Reads earlier days, each without its own traffic unless given. */
  learn(days: Iterable<number>, flows?: Iterable<Flow>): void;
  /** What happened to hosts meanwhile. */
  changes(events: readonly PceEvent[]): void;
  /** Stops and starts again with what is on the disk. */
  restart(): void;
  readonly last: () => Polled;
}

export const aTrafficLab = (
  rules: readonly AlertRule[],
  { context, restarts = false }: { readonly context?: RuleContext; readonly restarts?: boolean } = {},
): TrafficLab => {
  let now = 0;
  let changedHosts = createChangedHosts();
  const groupsOf = trafficGroups({ watchGroups: ['env'], spikeGroups: ['env=prod*'] }, (href) =>
    changedHosts.has(href, now),
  );
  const seriesOf = watchGroupsOf({ watchGroups: ['env'] });
  const running = rules.map((rule) => watching(rule, context === undefined ? {} : { context }));
  const days = new Map<number, Uint8Array>();
  let watch = createFlowWatch({ groupsOf, seriesOf, changedHosts }, { counters: undefined, days });
  let polled: Polled = { edges: [], hours: [], decisions: [], daysKnown: 0, leftOut: [] };
  const restart = (): void => {
    const changed = watch.changed();
    for (const [day, bytes] of changed.days) days.set(day, bytes);
    changedHosts = createChangedHosts();
    watch = createFlowWatch({ groupsOf, seriesOf, changedHosts }, { counters: changed.counters, days });
  };
  return {
    watch: () => watch,
    last: () => polled,
    restart,
    changes: (events) => changedHosts.note(events, anEstate()),
    poll(at, flows) {
      now = at;
      const batch = createBatch();
      for (const flow of flows) batch.add(flow);
      polled = inOneGo(watch.take(batch, now));
      if (restarts) restart();
      const { edges, hours, daysKnown } = polled;
      const seen = {
        kind: 'flows',
        pce: 'prod-east',
        now,
        estate: anEstate(),
        edges,
        hours,
        daysKnown,
      } as const;
      return running.flatMap((rule) => rule.see(seen).findings);
    },
    learn(these, flows = []) {
      for (const day of these) {
        const batch = createBatch();
        for (const flow of flows) batch.add(flow);
        inOneGo(watch.learn(batch, day));
      }
    },
  };
};

/** The days before a time, as many as are read at the first start. */
export const daysBefore = (at: number, count = 7): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor(at / (24 * 60 * MINUTE)) - 1 - i);
