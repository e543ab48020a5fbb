import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import type { Pce } from '../../src/core/ports.ts';
import type { QuarantineSettings } from '../../src/core/settings.ts';
import { MINUTE } from '../support/builders.ts';
import { fakeAudit } from '../support/fakes.ts';
import { aBench, type Bench, done } from './responding-bench.ts';

/**
 * Other people write to the host at every point of a quarantine and of its release, also between our last GET and our PUT. What stands at
 * the end must be the merge of definitions §7.9: everybody's change, key by key, in the order in which they were made.
 */
type Labels = Readonly<Record<string, string>>;

/** Where in a transition somebody else writes; `gap` = after our last GET and before our PUT, the only one no check can see. */
const POINTS = ['before', 'form shown', 'gap', 'after the PUT', 'at rest'] as const;
type Point = (typeof POINTS)[number];

/** A key and its new value; undefined = it is removed. */
type Write = readonly [key: string, value: string | undefined];
type Writes = Partial<Record<Point, Write>>;

const BEFORE: Labels = { app: 'shop', env: 'prod', loc: 'fra', role: 'web' };
const STRATEGIES: Readonly<Record<'deny' | 'replace', QuarantineSettings>> = {
  deny: { strategy: 'deny', labels: { Quarantine: 'Severe' } },
  replace: { strategy: 'replace', labels: { app: 'quarantine', env: 'quarantine' } },
};

const write: fc.Arbitrary<Write> = fc.tuple(
  fc.constantFrom('app', 'env', 'loc', 'owner', 'Quarantine'),
  fc.constantFrom('one', 'two', undefined),
);
const writes: fc.Arbitrary<Writes> = fc.record(
  Object.fromEntries(POINTS.map((point) => [point, write])) as Record<Point, fc.Arbitrary<Write>>,
  { requiredKeys: [] },
);
const story = fc.record({
  strategy: fc.constantFrom('deny' as const, 'replace' as const),
  quarantine: writes,
  release: writes,
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

const set = (labels: Labels, [key, to]: Write): Labels => {
  const { [key]: _was, ...rest } = labels;
  return to === undefined ? rest : { ...rest, [key]: to };
};

/** The host, in whose name this test writes, and what it saw. */
const hostOf = (bench: Bench) => {
  const href = bench.host('web-01');
  const now = (): Labels => (bench.sim.control.state().workloads[href] as { readonly labels: Labels }).labels;
  const give = (labels: Labels): void => bench.sim.control.labels({ href, labels, by: 'admin' });
  return { href, now, give };
};

/** Plays a story on a host and compares; the labels of a model are changed by the same hands in the same order. */
const play = async (bench: Bench, { strategy, ...story }: Story, repairs: boolean): Promise<void> => {
  const host = hostOf(bench);
  // Events of the story before are over by then.
  bench.clock.advance(20 * MINUTE);
  host.give(BEFORE);
  let model: Labels = BEFORE;
  const wanted: Labels = STRATEGIES[strategy].labels;
  const happens = (writes: Writes, point: Point): void => {
    const one = writes[point];
    if (one === undefined) return;
    host.give(set(host.now(), one));
    model = set(model, one);
  };
  let during: Writes = {};
  let before: Labels = {};
  let lastPut: Labels = {};
  /** The model's own quarantine: what stood under its keys when it was made. */
  let open: Labels | undefined;
  let make = (): void => {};
  const pce: Pce = {
    ...bench.pce,
    putLabels: async (href, labels) => {
      happens(during, 'gap');
      before = host.now();
      make();
      make = () => {};
      const id = await bench.pce.putLabels(href, labels);
      lastPut = host.now();
      happens(during, 'after the PUT');
      during = {};
      return id;
    },
  };
  const store = openMemoryStore();
  const responding = bench.again({
    pce,
    store,
    audit: fakeAudit(),
    settings: {
      quarantine: STRATEGIES[strategy],
      never: [],
      protected: [],
      management: { sources: [], services: [] },
    },
  });
  const begun = bench.clock.now();

  const transition = async (action: 'quarantine' | 'release', writes: Writes): Promise<void> => {
    happens(writes, 'before');
    const puts = bench.puts();
    const draft = await bench.open('web-01', { action, responding });
    happens(writes, 'form shown');
    during = writes;
    make = () => {
      if (action === 'quarantine') {
        open = model;
        for (const one of Object.entries(wanted)) model = set(model, one);
        return;
      }
      for (const [key, ours] of Object.entries(wanted))
        if (model[key] === ours) model = set(model, [key, open?.[key]]);
      open = undefined;
    };
    // No form: refused, because there is nothing to do.
    if (draft !== '') await done(bench.submit(draft, undefined, undefined, responding));
    during = {};
    const [mid, wrote] = [host.now(), bench.puts() - puts];
    expect(wrote).toBeLessThanOrEqual(1);
    if (repairs) {
      const { events } = await bench.pce.events(begun, bench.clock.now() + MINUTE);
      await responding.compare('lab', events);
      await responding.compare('lab', events);
    }
    expect(bench.puts() - puts).toBeLessThanOrEqual(2 * wrote);
    // Missing for the time to repair at most: what our PUT took away is back, or was changed by somebody else since.
    for (const [key, was] of Object.entries(before))
      if (!(key in wanted) && wrote > 0 && mid[key] === lastPut[key]) expect(host.now()[key]).toBe(was);
    expect(host.now()).toEqual(model);
    happens(writes, 'at rest');
  };

  await transition('quarantine', story.quarantine);
  await transition('release', story.release);
  expect(host.now()).toEqual(model);
};

const aLabelledBench = async (): Promise<Bench> => {
  // Hundreds of stories a minute are asked for on purpose.
  const bench = await aBench({ sim: { rateLimit: { perMinute: 1_000_000 } } });
  // Labels exist before somebody uses them.
  for (const wanted of Object.values(STRATEGIES)) hostOf(bench).give({ ...BEFORE, ...wanted.labels });
  return bench;
};

describe('foreign writes at every point', () => {
  it('end in the merge of everybody’s changes, with one PUT a transition and one repair at most', async () => {
    const bench = await aLabelledBench();
    await fc.assert(
      fc.asyncProperty(story, (one) => play(bench, one, true)),
      { numRuns: 60, seed: 7 },
    );
  }, 240_000);

  it('do not, where nothing is repaired: the property notices', async () => {
    const bench = await aLabelledBench();
    const result = await fc.check(
      fc.asyncProperty(story, (one) => play(bench, one, false)),
      { numRuns: 60, seed: 7, endOnFailure: true },
    );
    expect(result.failed).toBe(true);
    // The smallest story that shows it has a write in the gap.
    expect(JSON.stringify(result.counterexample)).toContain('"gap"');
  }, 240_000);
});
