import type { Decision, End, Flow } from '../flow.ts';
import { identity } from '../flow.ts';
import { edgeService, isLeftOut } from './edge.ts';
import { combined, type Hash, hashOf } from './hash.ts';

const DAY_MS = 86_400_000;

/** Rows of one key K and day (definitions §5), added up: rows that differ in what K leaves out. */
export interface Row {
  readonly source: End;
  readonly destination: End;
  readonly service: string;
  readonly decision: Decision;
  readonly direction: Flow['direction'];
  /** Of (source, destination, service of the edge). */
  readonly edge: Hash;
  /** UTC day of first_detected. */
  readonly day: number;
  /** The least first_detected that is no mere beginning of a day; undefined without one. Epoch ms. */
  at: number | undefined;
  lastAt: number;
  connections: number;
}

/** What the queries of one poll gave. Nothing of it counts until all of it is there. */
export interface Batch {
  add(flow: Flow): void;
  /** What follows comes from another query: a row that both give counts once. */
  nextPart(): void;
  /** By K and day. */
  readonly rows: ReadonlyMap<Hash, Row>;
  /** Rows added. */
  readonly count: number;
}

/** Queries may overlap: what one part says is added up, and the part that says most counts. */
interface Counted extends Row {
  part: number;
  own: number;
  before: number;
}

export const createBatch = (): Batch => {
  const rows = new Map<Hash, Counted>();
  const ends = new WeakMap<End, { readonly identity: Hash; readonly whole: Hash }>();
  const texts = new Map<string, Hash>();
  let part = 0;
  let count = 0;

  const hashed = (text: string): Hash => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    const hash = hashOf(text);
    texts.set(text, hash);
    return hash;
  };
  const endHash = (end: End): { readonly identity: Hash; readonly whole: Hash } => {
    const known = ends.get(end);
    if (known !== undefined) return known;
    const hashes = { identity: hashOf(identity(end)), whole: hashOf(`${end.address} ${end.href ?? ''}`) };
    ends.set(end, hashes);
    return hashes;
  };

  return {
    rows,
    get count() {
      return count;
    },
    nextPart() {
      part += 1;
    },
    add(flow) {
      count += 1;
      if (isLeftOut(flow)) return;
      const { source, destination, decision, direction, firstAt, lastAt, connections } = flow;
      const [from, to] = [endHash(source), endHash(destination)];
      const service = edgeService(flow);
      const day = Math.floor(firstAt / DAY_MS);
      const told = `${flow.service} ${decision} ${direction ?? ''} ${flow.process ?? ''} ${day}`;
      const key = combined(combined(from.whole, to.whole), hashed(told));
      const at = firstAt % DAY_MS === 0 ? undefined : firstAt;
      const row = rows.get(key);
      if (row === undefined) {
        const edge = combined(combined(from.identity, to.identity), hashed(service));
        rows.set(key, {
          source,
          destination,
          service,
          decision,
          direction,
          edge,
          day,
          at,
          lastAt,
          connections,
          part,
          own: connections,
          before: 0,
        });
        return;
      }
      if (row.part !== part) Object.assign(row, { part, before: row.connections, own: 0 });
      row.own += connections;
      row.connections = Math.max(row.before, row.own);
      row.at = earlier(row.at, at);
      row.lastAt = Math.max(row.lastAt, lastAt);
    },
  };
};

/** The earlier of two times, either of which may not be known. */
export const earlier = (a: number | undefined, b: number | undefined): number | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
};
