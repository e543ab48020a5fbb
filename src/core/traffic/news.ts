import { z } from 'zod';
import { DECISIONS } from '../flow.ts';
import { earlier, type Row } from './batch.ts';
import type { NewEdge } from './edge.ts';
import type { Hash } from './hash.ts';

/** As long as the slowest scan is looked for (definitions §5 slow-scan). */
const KEPT_MS = 24 * 3_600_000;
/** New edges kept at most; the newest stay. */
const MOST = 100_000;

const StoredEnd = z.object({
  address: z.string(),
  href: z.string().optional(),
  name: z.string(),
  labels: z.array(z.object({ key: z.string(), value: z.string() })),
});
const StoredEdge = z.tuple([
  z.number(),
  z.number(),
  z.number(),
  z.string(),
  z.number().nullable(),
  z.number(),
  z.array(z.enum(DECISIONS)),
]);
export const StoredNews = z.object({ ends: z.array(StoredEnd), edges: z.array(StoredEdge) });
export type StoredNews = z.infer<typeof StoredNews>;

/** The new edges of the last 24 h. */
export interface News {
  add(row: Row, reportedAt: number): void;
  /** What another row says of an edge that is new already: from its other end, or earlier. */
  amend(row: Row): void;
  all(): readonly NewEdge[];
  /** Drops what is older. @returns how many were dropped for want of room */
  forget(now: number): number;
  encode(): StoredNews;
}

export const createNews = ({ ends, edges }: StoredNews = { ends: [], edges: [] }): News => {
  const news = new Map<Hash, NewEdge>(
    edges.flatMap(([hash, from, to, service, at, reportedAt, decisions]) => {
      const [source, destination] = [ends[from], ends[to]];
      if (source === undefined || destination === undefined) return [];
      const edge: NewEdge = {
        source: { ...source, href: source.href },
        destination: { ...destination, href: destination.href },
        service,
        at: at ?? undefined,
        reportedAt,
        decisions,
      };
      return [[hash, edge] as const];
    }),
  );
  return {
    add({ edge, source, destination, service, at, decision }, reportedAt) {
      news.set(edge, { source, destination, service, at, reportedAt, decisions: [decision] });
    },
    amend({ edge, at, decision }) {
      const known = news.get(edge);
      if (known === undefined) return;
      const decisions = known.decisions.includes(decision) ? known.decisions : [...known.decisions, decision];
      news.set(edge, { ...known, at: earlier(known.at, at), decisions });
    },
    all: () => [...news.values()],
    forget(now) {
      for (const [hash, { reportedAt }] of news) if (reportedAt < now - KEPT_MS) news.delete(hash);
      const over = Math.max(0, news.size - MOST);
      for (const hash of [...news.keys()].slice(0, over)) news.delete(hash);
      return over;
    },
    encode() {
      const places = new Map<NewEdge['source'], number>();
      const placeOf = (end: NewEdge['source']): number => {
        const known = places.get(end) ?? places.size;
        places.set(end, known);
        return known;
      };
      const edges = [...news].map(
        ([hash, one]): z.infer<typeof StoredEdge> => [
          hash,
          placeOf(one.source),
          placeOf(one.destination),
          one.service,
          one.at ?? null,
          one.reportedAt,
          [...one.decisions],
        ],
      );
      return { ends: [...places.keys()].map(storedEnd), edges };
    },
  };
};

const storedEnd = ({ address, href, name, labels }: NewEdge['source']): z.infer<typeof StoredEnd> => ({
  address,
  ...(href === undefined ? {} : { href }),
  name,
  labels: labels.map(({ key, value }) => ({ key, value })),
});
