import { EventEmitter, once } from 'node:events';
import { expect, it } from 'vitest';
import { failureOf } from './support/failure.ts';
import { aLab } from './support/pce.ts';

/** What names resolve to in these tests: the URL of the simulator is an address already. */
const resolve = async (name: string): Promise<readonly string[]> =>
  name === 'pce.example.com' ? ['198.51.100.80', '2001:db8::80'] : [];

it('are what the URL names, every cluster and node of /health, and what these names resolve to', async () => {
  const { pce } = await aLab({}, { resolve });
  expect(await pce.ownHosts()).toEqual([
    '127.0.0.1',
    'pce.example.com',
    ...['core0', 'core1', 'data0', 'data1'].map((node) => `${node}.pce.example.com`),
    ...['192.0.2.11', '192.0.2.12', '192.0.2.13', '192.0.2.14'],
    ...['198.51.100.80', '2001:db8::80'],
  ]);
});

it('are the front alone where a PCE shows no health (SaaS)', async () => {
  const { pce, sim } = await aLab({}, { resolve });
  sim.control.health({ available: false });
  expect(await pce.ownHosts()).toEqual(['127.0.0.1']);
});

it('are not known while the PCE is away: nothing is decided without them', async () => {
  const { pce, sim } = await aLab({}, { resolve });
  sim.control.fault({ path: '/health', kind: 'status', status: 503 });
  expect(await failureOf(pce.ownHosts())).toMatchObject({ code: 'unavailable' });
});

it('keep the addresses a name had before while no name server answers, and get those that come late', async () => {
  let answer = async (): Promise<readonly string[]> => ['198.51.100.80'];
  const { pce, clock } = await aLab({}, { resolve: () => answer(), times: { names: 20 } });
  expect(await pce.ownHosts()).toContain('198.51.100.80');

  const server = new EventEmitter();
  const late = once(server, 'answer') as Promise<string[]>;
  answer = () => late;
  clock.advance(16 * 60_000);
  expect(await pce.ownHosts()).toContain('198.51.100.80');

  server.emit('answer', '198.51.100.81');
  await expect.poll(() => pce.ownHosts()).toContain('198.51.100.81');
});
