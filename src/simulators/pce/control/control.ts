import { workloadStates } from '../api/workloads.ts';
import { isoMillis, parseTime } from '../clock.ts';
import { recordEvent } from '../events/build.ts';
import { applyChange } from '../fleet/change.ts';
import { resourceOf } from '../fleet/filter.ts';
import type { Workload } from '../fleet/workload.ts';
import type { HealthChange } from '../health.ts';
import { invalid, notFound } from '../http/answer.ts';
import type { FaultSpec } from '../http/faults.ts';
import type { Router } from '../http/router.ts';
import type { RequestRecord, WriteRecord } from '../journal.ts';
import type { JsonObject } from '../json.ts';
import { textAt } from '../json.ts';
import type { Outcome } from '../policy/enforce.ts';
import { createFlowRows } from '../traffic/row.ts';
import { userNamed } from '../users.ts';
import type { World } from '../world.ts';
import { type CallAs, callAs } from './call.ts';
import type { FlowQuestion } from './policy.ts';
import { askFlow, replacePolicy } from './policy.ts';
import type { WorkloadState } from './workload-state.ts';
import { setWorkloadState } from './workload-state.ts';

/** What /_sim/state answers. */
export interface SimState {
  readonly now: string;
  readonly workloads: Readonly<Record<string, unknown>>;
  readonly requests: readonly RequestRecord[];
  readonly writes: readonly WriteRecord[];
}

/** The labels somebody else gives a workload: the whole new set as `{key: value}`; unknown labels are made. */
export interface LabelChange {
  readonly href: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Username; default the administrator. */
  readonly by?: string;
}

/** Drives a simulated PCE from outside: the operations of /_sim as functions (design §8). */
export interface PceControl {
  state(): SimState;
  /** Adds events; missing fields are filled in. `recorded_at` later than now = visible only then. Returns their hrefs. */
  events(events: JsonObject | readonly JsonObject[]): readonly string[];
  /** Sets (`now`: RFC 3339 or epoch ms) or advances the clock; without argument reads it. Returns the time. */
  clock(change?: { readonly now?: string | number; readonly advance_ms?: number }): string;
  /** Replaces a workload's labels in somebody's name, with the audit event. */
  labels(change: LabelChange): void;
  /** Replaces the fleet by a seeded one of this size. */
  fleet(change: { readonly count: number }): void;
  /** Changes a workload silently: no event, for state sweeps. */
  workload(change: WorkloadState): void;
  health(change: HealthChange): void;
  /** Which PCE of the supercluster leads (null = none), and which are gone. */
  supercluster(change: Parameters<World['supercluster']['change']>[0]): void;
  /** Adds a fault; returns its id. */
  fault(spec: FaultSpec): string;
  /** Removes one fault, or all. */
  clearFaults(id?: string): void;
  /** Adds flows (see traffic/report.ts); returns how many reports were stored. */
  addFlows(flows: readonly JsonObject[]): number;
  /** Replaces collections of the policy, in force at once (see policy.ts). */
  policy(collections: Readonly<Record<string, unknown>>): void;
  /** Makes a call to the API in somebody's name, with its event; throws its refusal. */
  call(call: CallAs): unknown;
  /** Whether a connection passes now. */
  flow(question: FlowQuestion): Outcome;
  /** The day buckets touched by a window (default: everything), before filters and caps. */
  flows(window?: { readonly from?: string; readonly to?: string }): readonly JsonObject[];
}

/** The control of a world. Throws refusals (406, 404) on bad input. */
export const createControl = (world: World, route: Router): PceControl => ({
  state: () => {
    world.agenda.settle();
    return {
      now: isoMillis(world.clock.now()),
      workloads: workloadStates(world),
      requests: world.journal.requests,
      writes: world.journal.writes,
    };
  },
  events: (events) => [events].flat().map((event) => addEvent(world, event as JsonObject)),
  clock: (change = {}) => {
    if (change.now !== undefined) world.clock.set(timeOf(change.now, 'now'));
    if (change.advance_ms !== undefined) world.clock.advance(numberOf(change.advance_ms, 'advance_ms'));
    world.agenda.settle();
    return isoMillis(world.clock.now());
  },
  labels: (change) => relabel(world, change),
  fleet: ({ count }) => {
    if (!Number.isSafeInteger(count) || count < 0) throw invalid('count must be a non-negative integer');
    world.fleet.regenerate(count);
  },
  workload: (change) => setWorkloadState(world, workloadOf(world, change.href), change),
  health: (change) => world.health.change(change),
  supercluster: (change) => world.supercluster.change(change),
  fault: (spec) => world.faults.add(spec),
  clearFaults: (id) => world.faults.clear(id),
  addFlows: (flows) => world.traffic.report(flows, world.clock.now()),
  policy: (collections) => replacePolicy(world, collections),
  call: (call) => callAs(route, call),
  flow: (question) => {
    world.agenda.settle();
    return askFlow(world, question);
  },
  flows: (window = {}) =>
    Array.from(
      world.traffic.buckets(
        window.from === undefined ? Number.NEGATIVE_INFINITY : timeOf(window.from, 'from'),
        window.to === undefined ? Number.POSITIVE_INFINITY : timeOf(window.to, 'to'),
        world.clock.now(),
      ),
      createFlowRows(world),
    ),
});

const addEvent = (world: World, given: JsonObject): string => {
  const { recorded_at: recordedAt, ...draft } = given;
  const now = world.clock.now();
  const timestamp = textAt(given, 'timestamp');
  return recordEvent(
    world,
    draft,
    timestamp === undefined ? now : timeOf(timestamp, 'timestamp'),
    recordedAt === undefined ? now : timeOf(recordedAt, 'recorded_at'),
  );
};

const relabel = (world: World, change: LabelChange): void => {
  const workload = workloadOf(world, change.href);
  const by = userNamed(change.by ?? 'admin');
  const now = world.clock.now();
  const labels = Object.entries(change.labels).map(([key, value]) => world.labels.ensure(key, value, now));
  const changes = applyChange(world, workload, { labels, attributes: {}, extra: {} }, by.href);
  recordEvent(world, {
    event_type: 'workload.update',
    status: 'success',
    created_by: { user: { href: by.href, username: by.username } },
    action: {
      uuid: world.random.uuid(),
      api_endpoint: `/api/v2${workload.href}`,
      api_method: 'PUT',
      http_status_code: 204,
      src_ip: '192.0.2.50',
    },
    resource_changes: [{ resource: resourceOf(workload), changes, change_type: 'update' }],
  });
};

const workloadOf = (world: World, href: string): Workload => {
  const workload = world.fleet.byHref(href);
  if (!workload) throw notFound(`workload ${href}`);
  return workload;
};

const timeOf = (value: unknown, name: string): number => {
  const ms = typeof value === 'number' ? value : parseTime(String(value));
  if (ms === undefined) throw invalid(`${name} must be an RFC 3339 time or epoch milliseconds`);
  return ms;
};

const numberOf = (value: unknown, name: string): number => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`${name} must be a number`);
  return value;
};
