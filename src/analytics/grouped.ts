import { DECISIONS, type End, type Flow, identity } from '../core/flow.ts';
import { type NumberPairs, numberPairs } from './number-pairs.ts';

/** Numbers for texts, handed out in the order they come. */
export interface Interned {
  readonly texts: readonly string[];
  id(text: string): number;
}

/**
 * Flows of two reporters counted once (definitions §0): rows of one (source, destination, service, decision, UTC day of
 * first_detected) are one group; connections and bytes are summed per reporting side and the side with the most connections
 * counts, on a tie the one with the most bytes. Ends and services are numbers into `ends` and `services`.
 */
export interface Grouped {
  readonly ends: Interned;
  readonly services: Interned;
  /** By end: its name as the last row gave it. */
  readonly names: readonly string[];
  /** (source, destination). */
  readonly pairs: NumberPairs;
  add(flow: Flow): void;
  /** Takes over other rows, which count as later ones. */
  merge(other: Grouped): void;
  each(visit: (group: Group) => void): void;
  /** The tables themselves, for merge. */
  readonly tables: Tables;
}

export interface Group {
  /** Into `pairs`. */
  readonly pair: number;
  readonly service: number;
  /** Into DECISIONS. */
  readonly decision: number;
  readonly connections: number;
  readonly bytes: number;
  /** Raw rows. */
  readonly flows: number;
}

interface Tables {
  /** (service × 4 + decision, day). */
  readonly kinds: NumberPairs;
  /** (pair, kind). */
  readonly groups: NumberPairs;
  /** Of a group: connections and bytes of each of the three sides, then rows. */
  sums(): Float64Array;
}

const SIDES = { inbound: 0, outbound: 1, unstated: 2 } as const;
const WIDTH = 7;
const ROWS = 6;
const DAY_MS = 86_400_000;

export const grouped = (): Grouped => {
  const ends = interned();
  const services = interned();
  const names: string[] = [];
  const pairs = numberPairs();
  const kinds = numberPairs();
  const groups = numberPairs();
  let sums = new Float64Array(1_024 * WIDTH);

  const end = (one: End): number => {
    const id = ends.id(identity(one));
    names[id] = one.name;
    return id;
  };
  const kindOf = (service: number, decision: number, day: number): number =>
    kinds.id(service * DECISIONS.length + decision, day);
  /** Where the sums of a group begin. */
  const place = (pair: number, kind: number): number => {
    const at = groups.id(pair, kind) * WIDTH;
    if (at + WIDTH > sums.length) {
      const wider = new Float64Array(2 * sums.length);
      wider.set(sums);
      sums = wider;
    }
    return at;
  };
  const plus = (at: number, n: number): void => {
    sums[at] = (sums[at] as number) + n;
  };

  return {
    ends,
    services,
    names,
    pairs,
    tables: { kinds, groups, sums: () => sums },
    add(flow) {
      const pair = pairs.id(end(flow.source), end(flow.destination));
      const kind = kindOf(
        services.id(flow.service),
        decisionId(flow.decision),
        Math.floor(flow.firstAt / DAY_MS),
      );
      const at = place(pair, kind);
      const side = at + 2 * SIDES[flow.direction ?? 'unstated'];
      plus(side, flow.connections);
      plus(side + 1, flow.bytes);
      plus(at + ROWS, 1);
    },
    merge({ ends: theirEnds, services: theirServices, names: theirNames, pairs: theirPairs, tables }) {
      const endIds = theirEnds.texts.map((text, id) => {
        const ours = ends.id(text);
        names[ours] = theirNames[id] ?? text;
        return ours;
      });
      const serviceIds = theirServices.texts.map((text) => services.id(text));
      const theirSums = tables.sums();
      for (let group = 0; group < tables.groups.size; group++) {
        const pair = tables.groups.first(group);
        const kind = tables.groups.second(group);
        const what = tables.kinds.first(kind);
        const at = place(
          pairs.id(endIds[theirPairs.first(pair)] ?? 0, endIds[theirPairs.second(pair)] ?? 0),
          kindOf(serviceIds[serviceIn(what)] ?? 0, decisionIn(what), tables.kinds.second(kind)),
        );
        for (let i = 0; i < WIDTH; i++) plus(at + i, theirSums[group * WIDTH + i] ?? 0);
      }
    },
    each(visit) {
      for (let group = 0; group < groups.size; group++) {
        const what = kinds.first(groups.second(group));
        visit({
          pair: groups.first(group),
          service: serviceIn(what),
          decision: decisionIn(what),
          ...counting(sums, group * WIDTH),
        });
      }
    },
  };
};

const serviceIn = (what: number): number => Math.floor(what / DECISIONS.length);
const decisionIn = (what: number): number => what % DECISIONS.length;

const interned = (): Interned => {
  const ids = new Map<string, number>();
  const texts: string[] = [];
  return {
    texts,
    id(text) {
      const known = ids.get(text);
      if (known !== undefined) return known;
      ids.set(text, texts.length);
      return texts.push(text) - 1;
    },
  };
};

/** A decision that is absent or that we have not heard of counts as unknown (definitions §6). */
const decisionId = (decision: string): number => {
  const at = (DECISIONS as readonly string[]).indexOf(decision);
  return at < 0 ? DECISIONS.indexOf('unknown') : at;
};

/** The side that counts: most connections, then most bytes. */
const counting = (sums: Float64Array, at: number): Pick<Group, 'connections' | 'bytes' | 'flows'> => {
  let [connections, bytes] = [sums[at] ?? 0, sums[at + 1] ?? 0];
  for (let side = at + 2; side < at + ROWS; side += 2) {
    const [more, moreBytes] = [sums[side] ?? 0, sums[side + 1] ?? 0];
    if (more > connections || (more === connections && moreBytes > bytes))
      [connections, bytes] = [more, moreBytes];
  }
  return { connections, bytes, flows: sums[at + ROWS] ?? 0 };
};
