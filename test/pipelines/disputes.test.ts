import { describe, expect, it } from 'vitest';
import { createRestored } from '../../src/pipelines/restored.ts';
import { problemsOf, shown } from '../support/blocks.ts';
import { fakeInventory, fakeLog } from '../support/fakes.ts';
import { aBench, type Bench, done, JO, MAYA, OLD } from './responding-bench.ts';

const SHOP = { app: 'shop', env: 'prod', loc: 'fra', role: 'web' };
const labelled = (bench: Bench, name: string): void => bench.relabel(name, { ...SHOP, Quarantine: 'Severe' });

/** A bench whose state was put back from a backup and checked, after `since` happened in the PCE. */
const aRestoredBench = async (before: (bench: Bench) => Promise<unknown>, since: (bench: Bench) => void) => {
  const bench = await aBench();
  await before(bench);
  since(bench);
  const told: string[] = [];
  const hosts = await Promise.all(
    ['web-01', 'web-02'].map((name) => bench.pce.workload(bench.host(name), 'response')),
  );
  const inventory = fakeInventory(
    'lab',
    hosts.filter((host) => host !== null),
  );
  await bench.store.commit([{ type: 'restored', at: bench.clock.now() }]);
  const puts = bench.puts();
  const restored = createRestored({
    store: bench.store,
    desks: new Map([['lab', { pce: bench.pce, inventory, alerting: { touchHost: async () => undefined } }]]),
    clock: bench.clock,
    log: fakeLog(),
    quarantineLabels: () => ({ Quarantine: 'Severe' }),
    tell: (trouble) => void told.push(trouble),
  });
  await restored.check();
  expect(await restored.held()).toBeUndefined();
  // The desk of the bench reads a host when a form is opened.
  await bench.open('web-01', { action: 'adopt' });
  await bench.open('web-02', { action: 'adopt' });
  await bench.responding.tend();
  expect(bench.puts()).toBe(puts);
  const cards = (): string[] =>
    bench.chat.posts
      .filter(({ key }) => key.startsWith('dispute.'))
      .map(({ message }) => {
        expect(problemsOf(message)).toEqual([]);
        return shown(message);
      });
  return { bench, told, cards };
};

const nothing = async (): Promise<void> => {};

describe('after a restored backup', () => {
  it('a quarantine that the PCE no longer has: both states, three buttons, and nothing is written', async () => {
    const { told, cards } = await aRestoredBench(
      (bench) => bench.respond('web-01'),
      (bench) => bench.relabel('web-01', SHOP),
    );
    expect(cards()).toHaveLength(1);
    expect(cards()[0]).toContain('in quarantine (Quarantine=Severe), asked for by u0maya');
    expect(cards()[0]).toContain(`The PCE: labelled ${OLD}`);
    expect(cards()[0]).toContain('[Quarantine again…] [Release…] [Keep as it is]');
    expect(told.join()).toContain('About 1 host this bot and the PCE disagree');
  });

  it('a label of which the state knows nothing: both states and three buttons; adopted, the two agree', async () => {
    const { bench, cards } = await aRestoredBench(nothing, (one) => labelled(one, 'web-02'));
    expect(cards()).toHaveLength(1);
    expect(cards()[0]).toContain('not in quarantine');
    expect(cards()[0]).toContain('[Adopt…] [Release…] [Keep as it is]');
    const draft = await bench.open('web-02', { action: 'adopt' });
    await done(bench.submit(draft));
    await bench.responding.tend();
    expect(cards()).toEqual([expect.stringContaining('Over: it is in quarantine, and both say so')]);
    expect(bench.puts()).toBe(0);
  });

  it('a quarantine that the PCE no longer has is ended by its release, without a PUT', async () => {
    const { bench, cards } = await aRestoredBench(
      (one) => one.respond('web-01'),
      (one) => one.relabel('web-01', SHOP),
    );
    const before = bench.puts();
    await bench.respond('web-01', 'release');
    await bench.responding.tend();
    expect(cards()).toEqual([expect.stringContaining('Over: it is not in quarantine, and both say so')]);
    expect(bench.puts()).toBe(before);
  });

  it('what somebody keeps as it is stays so on both sides, and is audited; who may not, cannot', async () => {
    const { bench, cards } = await aRestoredBench(nothing, (one) => labelled(one, 'web-02'));
    const said: string[] = [];
    const press = (person: typeof MAYA): Promise<void> =>
      bench.responding.keepAsIs(
        { pce: 'lab', href: bench.host('web-02') },
        { person, channel: 'C0SOC', say: async ({ mrkdwn }) => void said.push(mrkdwn) },
      );
    await press({ team: 'T1', user: 'U0VIC' });
    expect(said.at(-1)).toContain("can't decide about web-02");
    await press(MAYA);
    expect(said.at(-1)).toContain('stays as it is, here and in the PCE');
    expect(cards()).toEqual([expect.stringContaining('Over: u0maya keeps it as it is')]);
    await press(JO);
    expect(said.at(-1)).toContain('nothing to decide any more');
    expect((await bench.audit()).slice(-2)).toEqual([
      expect.stringMatching(/^quarantine keep as is refused/),
      'quarantine keep as is done',
    ]);
    expect(bench.puts()).toBe(0);
  });

  it('says nothing where both agree', async () => {
    const { told, cards } = await aRestoredBench(
      (bench) => bench.respond('web-01'),
      () => undefined,
    );
    expect(cards()).toEqual([]);
    expect(told.join()).toContain('agree about every quarantine');
  });
});
