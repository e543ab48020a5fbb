import { DECISIONS, type End, type Flow, identity, plainTime } from '../core/flow.ts';
import { BREATH, type Steps } from '../core/steps.ts';
import { type Counts, type Groups, settledGroups } from './groups.ts';
import { type Growing, growing } from './growing.ts';
import { type Interned, interned } from './interned.ts';
import { type NumberPairs, numberPairs } from './number-pairs.ts';
import { rowBatch } from './row-batch.ts';

/**
 * Rows of traffic, gathered in one pass for every analysis at once. Ends, services and processes are numbers; what a row says is
 * added to sums, so that memory grows with what is different, not with what is said.
 */
export interface Traffic {
  add(flow: Flow): void;
  /** Takes over other rows, which count as later ones. */
  merge(other: Traffic): void;
  /** Rows added. */
  readonly flows: number;
  /** The least first_detected and the greatest last_detected as they were written; undefined without rows. */
  readonly window: { readonly from: string; readonly to: string } | undefined;
  readonly ends: Interned;
  /** By end: itself as the last row showed it (definitions §6: names and labels of the last row count everywhere). */
  readonly shown: readonly End[];
  readonly services: Interned;
  /** Names of processes; '' = not given. */
  readonly processes: Interned;
  /** (source, destination). */
  readonly pairs: NumberPairs;
  /** (pair, service). */
  readonly edges: NumberPairs;
  /** Every row: which edge, and first_detected in epoch ms. For what looks at rows themselves. */
  readonly rows: { readonly edge: Growing; readonly firstAt: Growing };
  /** A time as the PCE wrote it. */
  written(at: number): string;
  /** Flows of two reporters counted once (definitions §0). Worked out again only when rows came. */
  groups(): Steps<Groups>;
  /** What the counting side of each group says by process; the sum over all is that of `groups`. Reused between visits. */
  eachProcess(visit: (share: Share) => void): Steps<void>;
  /** The sums themselves, for merge. */
  readonly tables: Tables;
}

export interface Share extends Counts {
  readonly pair: number;
  readonly process: number;
}

interface Tables {
  /** (edge, day × 4 + decision). */
  readonly groups: NumberPairs;
  /** (group, process × 3 + side). */
  readonly parts: NumberPairs;
  /** Of a part: connections, bytes, rows. */
  readonly sums: Growing;
  readonly oddTimes: ReadonlyMap<number, string>;
  readonly bounds: Bounds;
}

interface Bounds {
  fromAt: number;
  from: string;
  toAt: number;
  to: string;
}

const DAY_MS = 86_400_000;
export const gatherTraffic = (): Traffic => {
  const ends = interned();
  const shown: End[] = [];
  const services = interned();
  const processes = interned();
  const pairs = numberPairs();
  const edges = numberPairs();
  const groups = numberPairs();
  const parts = numberPairs();
  const sums = growing();
  const rows = { edge: growing(), firstAt: growing() };
  const oddTimes = new Map<number, string>();
  const bounds: Bounds = {
    fromAt: Number.POSITIVE_INFINITY,
    from: '',
    toAt: Number.NEGATIVE_INFINITY,
    to: '',
  };
  let flows = 0;

  const end = (one: End): number => {
    const id = ends.id(identity(one));
    // Most rows show the same: storing it again would cost the collector's note of it.
    if (shown[id] !== one) shown[id] = one;
    return id;
  };
  const addPart = (part: number, connections: number, bytes: number, count: number): void => {
    const at = 3 * part;
    sums.plus(at, connections);
    sums.plus(at + 1, bytes);
    sums.plus(at + 2, count);
  };
  const widen = (other: Bounds): void => {
    if (other.fromAt < bounds.fromAt) {
      bounds.fromAt = other.fromAt;
      bounds.from = other.from;
    }
    if (other.toAt > bounds.toAt) {
      bounds.toAt = other.toAt;
      bounds.to = other.to;
    }
  };

  /** All analyses of one query ask for it. */
  let settled: { readonly flows: number; readonly groups: Groups } | undefined;
  function* settle(): Steps<Groups> {
    if (settled?.flows === flows) return settled.groups;
    takeBatch();
    const now = { flows, groups: yield* settledGroups({ pairs, edges, groups, parts, sums }) };
    settled = now;
    return now.groups;
  }

  const batch = rowBatch();
  /** Table by table for many rows, not row by row through all tables: each table is in the processor's cache while it is filled. */
  const takeBatch = (): void => {
    const size = batch.size();
    if (size === 0) return;
    const { first, second, service, kind, side, connections, bytes, at } = batch.columns;
    const id = first;
    pairs.ids(id, second, size);
    edges.ids(id, service, size);
    for (let row = 0; row < size; row += 1) rows.edge.push(id[row] as number);
    for (let row = 0; row < size; row += 1) rows.firstAt.push(at[row] as number);
    groups.ids(id, kind, size);
    parts.ids(id, side, size);
    for (let row = 0; row < size; row += 1)
      addPart(id[row] as number, connections[row] as number, bytes[row] as number, 1);
    batch.clear();
  };

  return {
    ends,
    shown,
    services,
    processes,
    get pairs() {
      takeBatch();
      return pairs;
    },
    get edges() {
      takeBatch();
      return edges;
    },
    get rows() {
      takeBatch();
      return rows;
    },
    get tables() {
      takeBatch();
      return { groups, parts, sums, oddTimes, bounds };
    },
    get flows() {
      return flows;
    },
    get window() {
      return flows === 0 ? undefined : { from: bounds.from, to: bounds.to };
    },
    written: (at) => oddTimes.get(at) ?? plainTime(at),
    add(flow) {
      const { firstAt, lastAt } = flow;
      if (batch.full()) takeBatch();
      batch.add(
        end(flow.source),
        end(flow.destination),
        services.id(flow.service),
        4 * Math.floor(firstAt / DAY_MS) + decisionId(flow.decision),
        3 * processes.id(flow.process ?? '') + sideOf(flow.direction),
        flow.connections,
        flow.bytes,
        firstAt,
      );
      flows += 1;
      if (flow.first !== undefined && !oddTimes.has(firstAt)) oddTimes.set(firstAt, flow.first);
      if (firstAt < bounds.fromAt) {
        bounds.fromAt = firstAt;
        bounds.from = flow.first ?? plainTime(firstAt);
      }
      if (lastAt > bounds.toAt) {
        bounds.toAt = lastAt;
        bounds.to = flow.last ?? plainTime(lastAt);
      }
    },
    merge(other) {
      const endIds = other.ends.texts.map((text, id) => {
        const ours = ends.id(text);
        shown[ours] = other.shown[id] as End;
        return ours;
      });
      const serviceIds = other.services.texts.map((text) => services.id(text));
      const processIds = other.processes.texts.map((text) => processes.id(text));
      const edgeOf = (theirs: number): number => {
        const pair = other.edges.first(theirs);
        return edges.id(
          pairs.id(endIds[other.pairs.first(pair)] ?? 0, endIds[other.pairs.second(pair)] ?? 0),
          serviceIds[other.edges.second(theirs)] ?? 0,
        );
      };
      const { tables } = other;
      for (let part = 0; part < tables.parts.size; part += 1) {
        const group = tables.parts.first(part);
        const side = tables.parts.second(part);
        addPart(
          parts.id(
            groups.id(edgeOf(tables.groups.first(group)), tables.groups.second(group)),
            3 * (processIds[Math.floor(side / 3)] ?? 0) + (side % 3),
          ),
          tables.sums.at(3 * part),
          tables.sums.at(3 * part + 1),
          tables.sums.at(3 * part + 2),
        );
      }
      for (let row = 0; row < other.rows.edge.length; row += 1) {
        rows.edge.push(edgeOf(other.rows.edge.at(row)));
        rows.firstAt.push(other.rows.firstAt.at(row));
      }
      for (const [at, text] of tables.oddTimes) if (!oddTimes.has(at)) oddTimes.set(at, text);
      widen(tables.bounds);
      flows += other.flows;
    },
    groups: settle,
    *eachProcess(visit) {
      const { side, pair } = yield* settle();
      const one = { pair: 0, process: 0, connections: 0, bytes: 0, flows: 0 };
      for (let part = 0; part < parts.size; part += 1) {
        if (part % BREATH === 0) yield;
        const group = parts.first(part);
        const kind = parts.second(part);
        if (kind % 3 !== side[group]) continue;
        one.pair = pair[group] as number;
        one.process = Math.floor(kind / 3);
        one.connections = sums.at(3 * part);
        one.bytes = sums.at(3 * part + 1);
        one.flows = sums.at(3 * part + 2);
        visit(one);
      }
    },
  };
};

/** A decision that is absent or that we have not heard of counts as unknown (definitions §6). */
const decisionId = (decision: string): number => {
  // Asked for every row: Array.indexOf takes ten times as long for four texts.
  for (let id = 0; id < DECISIONS.length; id += 1) if (DECISIONS[id] === decision) return id;
  return UNKNOWN;
};
const UNKNOWN = DECISIONS.indexOf('unknown');

/** The number of a side in `parts`. */
const sideOf = (direction: Flow['direction']): number =>
  direction === 'inbound' ? 0 : direction === 'outbound' ? 1 : 2;
