import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { aSteppedWorld } from '../support/stepped.ts';

const MINUTE = 60_000;

it('a scan that VENs report is told at the next poll, by name, and what was learnt is on the disk', async () => {
  const world = await aSteppedWorld({ pce: { timings: { trafficQuery: 3_000 } } });
  await world.start();
  await world.pass(12 * MINUTE);
  const [from, to] = Object.entries(world.pce.control.state().workloads).map(([href]) => href);
  const at = world.clock.now() - 30_000;
  world.pce.control.addFlows(
    Array.from({ length: 30 }, (_, i) => ({
      src: { workload: { href: from } },
      dst: { workload: { href: to } },
      service: { proto: 6, port: 1_000 + i },
      policy_decision: 'blocked',
      timestamp_range: { first_detected: new Date(at + i * 1_000).toISOString() },
    })),
  );
  await world.pass(16 * MINUTE);
  expect(world.texts().join('\n')).toMatch(/Port scan by .*\n.*30 services/s);
  expect(await readdir(`${world.data()}/edges/prod-east`)).toContain('2026-11-22');
  expect(world.texts().filter((text) => text.includes('Port scan'))).toHaveLength(1);
}, 120_000);
