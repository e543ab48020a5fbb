import type { End, Flow } from '../../src/core/flow.ts';

export const anEnd = (name: string, parts: Partial<End> = {}): End => ({
  address: name,
  href: undefined,
  name,
  labels: [],
  ...parts,
});

type Parts = Partial<Omit<Flow, 'firstAt' | 'lastAt'>>;

/** A row of a traffic query; its times in epoch ms are those of its texts. */
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
    first: '2026-07-01T00:00:00Z',
    last: '2026-07-01T10:00:00Z',
    ...parts,
  } as const;
  return { ...flow, firstAt: Date.parse(flow.first), lastAt: Date.parse(flow.last) };
};
