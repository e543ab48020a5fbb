import { describe, expect, it } from 'vitest';
import { DECISIONS } from '../../src/core/flow.ts';
import { createFlowWitness } from '../../src/pipelines/flow-witness.ts';
import { quarantinedView } from '../../src/views/quarantined.ts';
import { shown } from '../support/blocks.ts';
import { MINUTE } from '../support/builders.ts';
import { fakeInventory } from '../support/fakes.ts';
import { aBench } from './responding-bench.ts';

/** A contained host, and a PCE whose VENs report flows. */
const aContained = async () => {
  const bench = await aBench();
  await bench.respond('web-01');
  bench.sim.control.clock({ advance_ms: MINUTE });
  bench.clock.advance(1_000);
  await bench.responding.watch();
  const [row] = await bench.responses('web-01');
  const appliedAt = row?.policy?.appliedAt ?? Number.NaN;
  const web = await bench.pce.workload(bench.host('web-01'), 'response');
  if (web === null) throw new Error('no such host');
  const inventory = fakeInventory('lab', [web]);
  const touched: string[] = [];
  const prepare = createFlowWitness({
    pce: bench.pce,
    inventory,
    store: bench.store,
    clock: bench.clock,
    touchHost: async (href) => void touched.push(href),
  });
  return {
    bench,
    touched,
    prepare,
    appliedAt,
    report(minutes: number, decision: string, port: number): void {
      bench.sim.control.addFlows([
        {
          src: { workload: { href: bench.host('web-02') } },
          dst: { workload: { href: bench.host('web-01') } },
          service: { proto: 6, port },
          policy_decision: decision,
          timestamp_range: {
            first_detected: new Date(appliedAt - 60 * MINUTE).toISOString(),
            last_detected: new Date(appliedAt + minutes * MINUTE).toISOString(),
          },
        },
      ]);
    },
    /** VENs hand their flows over every ten minutes; the ordinary traffic of the host is tried on, and blocked. */
    batch: (): void => void bench.sim.control.clock({ advance_ms: 10 * MINUTE }),
    /** One poll of traffic, as the watch makes it. */
    async poll(): Promise<string> {
      const witness = await prepare();
      const query = { from: appliedAt - 120 * MINUTE, to: appliedAt + 600 * MINUTE, labels: [] };
      if (witness !== undefined) {
        await bench.pce.flows(
          { ...query, decisions: [...DECISIONS] },
          witness.take,
          AbortSignal.timeout(20_000),
        );
        await witness.end();
      }
      return shown(quarantinedView(await bench.store.quarantines(), 0));
    },
  };
};

describe('what flow reports say of a quarantine', () => {
  it('is not known while none came, and never taken for silence', async () => {
    const { poll, touched } = await aContained();
    // What was reported is of the time before its policy was applied.
    expect(await poll()).toContain('what flow reports say is not known yet');
    expect(touched).toEqual([]);
  });

  it('two reports in which nothing passes are the fifth fact; then nobody looks any more', async () => {
    const { poll, batch, prepare, touched } = await aContained();
    batch();
    expect(await poll()).toContain('first of two flow reports: nothing passes');
    // The same rows once more are no second report.
    expect(await poll()).toContain('first of two flow reports');
    batch();
    const said = await poll();
    expect(said).toContain('two flow reports: nothing passes');
    expect(said).not.toContain('🔴');
    expect(touched).toHaveLength(2);
    expect(await prepare()).toBeUndefined();
  });

  it('a connection that passes all the same is red, beside what policy says, with its name', async () => {
    const { poll, report, batch } = await aContained();
    report(6, 'allowed', 4444);
    batch();
    const said = await poll();
    expect(said).toMatch(/🔴 first of two flow reports: 1 connection still passes \(4444\/tcp from /);
    expect(said).toMatch(
      /isolated;.*🔴 flow reports since then: .*connections that were open before may survive/,
    );
  });

  it('is kept when something else of the policy is seen later', async () => {
    const { bench, poll, batch } = await aContained();
    batch();
    await poll();
    bench.clock.advance(12 * MINUTE);
    bench.sim.control.clock({ advance_ms: MINUTE });
    await bench.responding.watch();
    const [row] = await bench.responses('web-01');
    expect(row?.policy).toMatchObject({ heartbeatAt: expect.any(Number), flows: { reports: 1, passed: 0 } });
  });
});
