import { describe, expect, it } from 'vitest';
import { shown } from '../support/blocks.ts';
import { aChannel } from '../support/fakes.ts';
import { unbounded } from '../support/responding.ts';
import { aBench, type Bench } from './responding-bench.ts';

const aDesk = async () => {
  const bench = await aBench();
  bench.chat.channels.set('C0LIST', aChannel('C0LIST'));
  const responding = bench.again({ board: { ...unbounded.board, list: 'C0LIST' } });
  return { bench, responding };
};
const list = (bench: Bench): string[] =>
  bench.chat.posts.filter(({ channel }) => channel === 'C0LIST').map(({ message }) => shown(message));

describe('the list of quarantined hosts', () => {
  it('is one message that is edited as hosts come and go, and does not stand there before the first', async () => {
    const { bench, responding } = await aDesk();
    await responding.tend();
    expect(list(bench)).toEqual([]);
    await bench.respond('web-01');
    await responding.tend();
    expect(list(bench)).toEqual([expect.stringContaining('*1 host in quarantine*')]);
    await bench.respond('web-02');
    await responding.tend();
    expect(list(bench)).toEqual([expect.stringContaining('*2 hosts in quarantine*')]);
    await bench.respond('web-01', 'release');
    await bench.respond('web-02', 'release');
    await responding.tend();
    expect(list(bench)).toEqual([expect.stringContaining('No host is in quarantine by this bot')]);
  });

  it('stays the same message after weeks and a restart', async () => {
    const { bench, responding } = await aDesk();
    await bench.respond('web-01');
    await responding.tend();
    bench.clock.advance(40 * 24 * 3_600_000);
    await bench.store.commit([{ type: 'pruned', at: bench.clock.now() }]);
    await bench.again({ board: { ...unbounded.board, list: 'C0LIST' } }).tend();
    expect(list(bench)).toHaveLength(1);
  });

  it('is nowhere unless a channel is configured', async () => {
    const { bench } = await aDesk();
    await bench.respond('web-01');
    await bench.responding.tend();
    expect(list(bench)).toEqual([]);
  });
});
