import { type End, type Flow, plainTime } from '../../src/core/flow.ts';

export const anEnd = (name: string, parts: Partial<End> = {}): End => ({
  address: name,
  href: undefined,
  name,
  labels: [],
  ...parts,
});

type Parts = Partial<Omit<Flow, 'firstAt' | 'lastAt' | 'first' | 'last'>> & {
  readonly first?: string | undefined;
  readonly last?: string | undefined;
};

/** A row of a traffic query, its times given as the PCE writes them. */
export const aFlow = (parts: Parts = {}): Flow => {
  const flow = {
    source: anEnd('app-01'),
    destination: anEnd('db-01'),
    service: '443/tcp',
    process: undefined,
    connections: 1,
    bytes: 0,
    decision: 'allowed',
    direction: 'inbound',
    ...parts,
    first: parts.first ?? '2026-07-01T00:00:00Z',
    last: parts.last ?? '2026-07-01T10:00:00Z',
  } as const;
  const [firstAt, lastAt] = [Date.parse(flow.first), Date.parse(flow.last)];
  const odd = (written: string, at: number): string | undefined =>
    written === plainTime(at) ? undefined : written;
  return { ...flow, firstAt, first: odd(flow.first, firstAt), lastAt, last: odd(flow.last, lastAt) };
};
