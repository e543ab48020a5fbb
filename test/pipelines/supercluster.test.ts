import { describe, expect, it } from 'vitest';
import { MINUTE } from '../support/builders.ts';
import { aBench, OLD, QUARANTINED, stateOf } from './responding-bench.ts';

/** A supercluster of two that nobody leads just now, and has not for as long as a look-up is good. */
const leaderless = async () => {
  const bench = await aBench({ members: 1 });
  bench.sim.control.supercluster({ leader: null });
  bench.clock.advance(MINUTE);
  return bench;
};

describe('a quarantine on a supercluster', () => {
  it('is written by the leader', async () => {
    const bench = await aBench({ members: 1 });
    bench.sim.control.supercluster({ leader: 1 });
    bench.clock.advance(MINUTE);
    await bench.respond('web-01');
    expect([bench.labels('web-01'), await stateOf(bench)]).toEqual([QUARANTINED, ['done']]);
    const put = bench.sim.control.state().requests.filter(({ method }) => method === 'PUT');
    expect(put.map(({ node, status }) => [node, status])).toEqual([[1, 204]]);
  });

  it('waits as blocked while nobody leads, writes nothing, says so, and goes on when somebody does', async () => {
    const bench = await leaderless();
    expect(await bench.respond('web-01')).toContain(
      'Nothing was done yet: no PCE of the supercluster says that it leads',
    );
    expect([await stateOf(bench), bench.puts()]).toEqual([['blocked'], 0]);
    bench.clock.advance(29 * MINUTE);
    await bench.responding.resume();
    expect(await stateOf(bench)).toEqual(['blocked']);
    bench.sim.control.supercluster({ leader: 0 });
    await bench.again().resume();
    expect([bench.labels('web-01'), bench.puts(), await stateOf(bench)]).toEqual([QUARANTINED, 1, ['done']]);
  });

  it('lapses aloud after 30 min, and is not done when somebody leads again', async () => {
    const bench = await leaderless();
    await bench.respond('web-01');
    bench.clock.advance(30 * MINUTE);
    await bench.responding.resume();
    expect(await stateOf(bench)).toEqual(['lapsed']);
    expect(bench.announced.join()).toContain('Quarantine web-01 was not done');
    bench.sim.control.supercluster({ leader: 0 });
    await bench.responding.resume();
    expect([bench.labels('web-01'), bench.puts()]).toEqual([OLD, 0]);
  });

  it('that was relabelled while it waited is stopped, not written', async () => {
    const bench = await leaderless();
    await bench.respond('web-01');
    bench.relabel('web-01', { app: 'shop' });
    bench.sim.control.supercluster({ leader: 0 });
    await bench.responding.resume();
    expect([await stateOf(bench), bench.puts()]).toEqual([['stopped'], 0]);
  });
});
