import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/core/flow.ts';
import { PceError } from '../../src/core/ports.ts';
import { createPeerCounts } from '../../src/pipelines/peer-counts.ts';
import { aWorkload, MINUTE, SECOND, T0 } from '../support/builders.ts';
import { fakeInventory, fakeLog, fakePce } from '../support/fakes.ts';
import { virtualClock } from './support.ts';

const web = aWorkload({ name: 'web-01' });
const flow: Flow = {
  source: { address: '192.0.2.9', href: undefined, name: '192.0.2.9', labels: [] },
  destination: { address: '192.0.2.10', href: web.href, name: 'web-01', labels: [] },
  service: '443/tcp',
  process: undefined,
  connections: 3,
  bytes: 0,
  decision: 'allowed',
  direction: 'inbound',
  first: '',
  firstAt: T0,
  last: '',
  lastAt: T0,
};

const aBench = () => {
  const clock = virtualClock();
  const pce = fakePce('east', [web]);
  pce.flowRows = [flow];
  const desk = { pce, inventory: fakeInventory('east', [web]) };
  const peers = createPeerCounts({ clock, log: fakeLog() });
  return {
    clock,
    pce,
    peers,
    count: async () =>
      (await peers.count(desk, [{ workload: web, after: [], policy: undefined }]))?.get(web.href),
  };
};

describe('counting the peers of a host', () => {
  it('asks for its allowed flows of the last 24 h, and remembers the number for half an hour', async () => {
    const { clock, pce, peers, count } = aBench();
    expect(peers.known('east', web.href)).toBeUndefined();
    expect(await count()).toMatchObject({ count: 1, cut: 1, complete: true });
    expect(pce.queries).toEqual([
      { from: T0 - 1_440 * MINUTE, to: T0, labels: [], workloads: [web.href], decisions: ['allowed'] },
    ]);
    expect(peers.known('east', web.href)).toBe(1);
    await clock.advance(30 * MINUTE + SECOND);
    expect(peers.known('east', web.href)).toBeUndefined();
  });

  it('asks once for several hosts, and counts each for itself, also where they talk to each other', async () => {
    const { pce, peers } = aBench();
    const app = aWorkload({ name: 'app-01' });
    const end = { address: '192.0.2.11', href: app.href, name: 'app-01', labels: [] };
    pce.flowRows = [flow, { ...flow, source: end }, { ...flow, source: end, service: '22/tcp' }];
    const desk = { pce, inventory: fakeInventory('east', [web, app]) };
    const then = { after: [], policy: undefined };
    const found = await peers.count(desk, [
      { workload: web, ...then },
      { workload: app, ...then },
    ]);
    expect([...(found ?? [])].map(([href, { count }]) => [href, count])).toEqual([
      [web.href, 2],
      [app.href, 1],
    ]);
    expect(pce.queries.map(({ workloads }) => workloads)).toEqual([[web.href, app.href]]);
    expect(peers.known('east', app.href)).toBe(1);
  });

  it('gives up after 20 s: then it is not known', async () => {
    const { clock, pce, peers, count } = aBench();
    pce.flows = (_query, _row, signal) =>
      new Promise((_, reject) =>
        signal?.addEventListener('abort', () => reject(new PceError('timeout', 'cancelled'))),
      );
    const counting = count();
    await clock.advance(19 * SECOND);
    expect(await Promise.race([counting, 'still counting'])).toBe('still counting');
    await clock.advance(2 * SECOND);
    expect(await counting).toBeUndefined();
    expect(peers.known('east', web.href)).toBeUndefined();
  });
});
