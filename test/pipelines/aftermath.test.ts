import { describe, expect, it, onTestFinished } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import { openInventory, openPce } from '../../src/adapters/pce/index.ts';
import { systemClock } from '../../src/adapters/schedule/clock.ts';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import { labelText } from '../../src/core/label.ts';
import { contextOf, isOurs } from '../../src/core/rule-context.ts';
import { createResponding } from '../../src/pipelines/response.ts';
import { startPceSimulator } from '../../src/simulators/pce/index.ts';
import { aChannel, aProfile, fakeAudit, fakeChat, fakeLog } from '../support/fakes.ts';
import { aGate } from '../support/gate.ts';
import { unbounded } from '../support/responding.ts';

const MAYA = { team: 'T0SIM0001', user: 'U0MAYA001' };
const KEY = { key: 'api_sim', secret: 'simsecret' };
const JO = { team: 'T0SIM0001', user: 'U0JO00001' };
const responder = { members: [MAYA, JO], labels: undefined, channels: undefined, actions: undefined };
const roles = { viewer: undefined, analyst: [], responder: [responder], approver: [], admin: [] };
const quarantine = { strategy: 'deny' as const, labels: { Quarantine: 'Severe' } };

type Relabel = (labels: Readonly<Record<string, string>>) => void;

/**
 * A responder, the response pipeline and a simulated PCE over real HTTP. `before` runs between the last read and the PUT: the one
 * round trip in which somebody else may write, because the PCE offers no lock.
 */
const aLab = async (before: (relabel: Relabel) => void = () => undefined) => {
  const sim = await startPceSimulator({ port: 0, seed: 7, timings: { policySync: 1_000 } });
  const settings = {
    name: 'prod-east',
    url: sim.url,
    uiUrl: sim.url,
    org: 1,
    read: KEY,
    write: KEY,
    traffic: undefined,
    expires: undefined,
    caFile: undefined,
  };
  const log = fakeLog();
  const real = openPce(settings, { clock: systemClock, log, resolve: async () => [] });
  onTestFinished(async () => {
    await real.close();
    await sim.close();
  });
  const inventory = openInventory(real, { clock: systemClock, log });
  await inventory.refresh();
  const host = inventory.byHostname('web-01')[0];
  if (host === undefined) throw new Error('no web-01');
  const labels = (): Record<string, string> => ({
    ...(sim.control.state().workloads[host.href] as { labels: Record<string, string> }).labels,
  });
  const relabel: Relabel = (more) =>
    sim.control.labels({ href: host.href, labels: { ...labels(), ...more }, by: 'jdoe@example.com' });
  const pce = {
    ...real,
    putLabels: (...args: Parameters<typeof real.putLabels>) => {
      before(relabel);
      return real.putLabels(...args);
    },
  };
  const store = openMemoryStore();
  const chat = fakeChat(systemClock);
  for (const one of [MAYA, JO]) chat.people.set(one.user, aProfile(one.user, { person: one }));
  chat.channels.set('C0SOC0001', aChannel('C0SOC0001'));
  const audit = fakeAudit();
  const told: string[] = [];
  let ids = 0;
  const context = contextOf({
    highValue: [],
    watch: [],
    zones: [],
    ephemeral: [],
    shared: [],
    scanners: [],
    internal: [],
    automation: [],
    quarantine,
    pces: [settings],
  });
  const responding = createResponding({
    desks: new Map([
      ['prod-east', { pce, inventory, mayWrite: true, ownHosts: [], touchHost: async () => undefined }],
    ]),
    actions,
    store,
    audit,
    chat,
    gate: aGate({ chat, roles, log }),
    clock: systemClock,
    ids: { next: () => `id${++ids}` },
    log,
    settings: { quarantine, never: [], protected: [], management: { sources: [], services: [] } },
    ...unbounded,
    tell: (trouble) => told.push(trouble),
    announce: () => undefined,
    isOurs: (event) => isOurs(event, context),
  });
  const act = async (action: string, person = MAYA): Promise<void> => {
    await responding.open({
      action,
      pce: 'prod-east',
      hrefs: [host.href],
      person,
      channel: 'C0SOC0001',
      alert: null,
      triggerId: 't',
      say: async () => undefined,
    });
    const view = chat.views.at(-1) as unknown as { private_metadata: string };
    const handling = responding.submit({
      draft: view.private_metadata,
      person,
      viewId: `V${chat.views.length}`,
      values: { reason: 'Exercise' },
    });
    await handling.before?.();
    await handling.work?.();
  };
  /** What the bot's next poll brings. */
  const poll = async (): Promise<void> => {
    const { events } = await real.events(Date.now() - 60_000, Date.now() + 1_000);
    await responding.compare('prod-east', events);
  };
  const puts = (): number => sim.control.state().writes.filter(({ href }) => href === host.href).length;
  return { sim, store, act, poll, puts, labels, told, audit, responding, host };
};

const BEFORE = { app: 'shop', env: 'prod', loc: 'fra', role: 'web' };

describe('our own event', () => {
  it('is quiet when the PUT did what was planned: one PUT, nothing told', async () => {
    const lab = await aLab();
    await lab.act('quarantine');
    await lab.poll();
    expect(lab.labels()).toEqual({ ...BEFORE, Quarantine: 'Severe' });
    expect(lab.puts()).toBe(1);
    expect(lab.told).toEqual([]);
  });

  it('puts a label back that somebody added between our last read and the PUT, once, told and audited', async () => {
    let done = false;
    const lab = await aLab((relabel) => {
      if (!done) relabel({ tier: 'gold' });
      done = true;
    });
    await lab.act('quarantine');
    expect(lab.labels()).not.toHaveProperty('tier');
    await lab.poll();
    await lab.poll();
    expect(lab.labels()).toEqual({ ...BEFORE, Quarantine: 'Severe', tier: 'gold' });
    expect(lab.puts()).toBe(2);
    expect(lab.told).toEqual([expect.stringContaining('tier=gold')]);
    expect(lab.audit.entries.map(({ action, verdict }) => `${action} ${verdict}`)).toContain('repair done');
  });

  it.each([
    ['the same key', { tier: 'iron' }, 'tier=iron'],
    ['another one', { loc: 'nyc' }, 'loc=nyc'],
  ])(
    'tells, once and without a third PUT, of %s that somebody sets while a label is put back',
    async (_, more, named) => {
      const writes = [{ tier: 'gold' }, more];
      const lab = await aLab((relabel) => relabel(writes.shift() ?? {}));
      await lab.act('quarantine');
      await lab.poll();
      await lab.poll();
      await lab.poll();
      expect(lab.labels()).toEqual({ ...BEFORE, Quarantine: 'Severe', tier: 'gold' });
      expect(lab.puts()).toBe(2);
      expect(lab.told).toEqual([
        expect.stringContaining('tier=gold'),
        expect.stringMatching(new RegExp(`${named}.*could not be put back.*Make it again`)),
      ]);
      expect(lab.audit.entries.map(({ action, verdict }) => `${action} ${verdict}`)).toContain(
        'repair stopped',
      );
    },
  );

  it('leaves a key alone that somebody has set anew since', async () => {
    let done = false;
    const lab = await aLab((relabel) => {
      if (!done) relabel({ tier: 'gold' });
      done = true;
    });
    await lab.act('quarantine');
    lab.sim.control.labels({
      href: lab.host.href,
      labels: { ...lab.labels(), tier: 'iron' },
      by: 'ann@example.com',
    });
    await lab.poll();
    expect(lab.labels()).toMatchObject({ tier: 'iron', Quarantine: 'Severe' });
    expect(lab.puts()).toBe(1);
  });

  it('does not mistake the event of a release for that of the quarantine', async () => {
    const lab = await aLab();
    await lab.act('quarantine');
    await lab.act('release', JO);
    await lab.poll();
    expect(lab.labels()).toEqual(BEFORE);
    expect(lab.puts()).toBe(2);
    expect(lab.told).toEqual([]);
  });
});

describe('the policy after a quarantine', () => {
  it('is seen received and applied, and then no longer asked for', async () => {
    const lab = await aLab();
    await lab.act('quarantine');
    await lab.responding.watch();
    expect(await lab.store.responsesWatched()).toHaveLength(1);
    lab.sim.control.clock({ advance_ms: 5_000 });
    await lab.responding.watch();
    expect(await lab.store.responsesWatched()).toHaveLength(1);
    lab.sim.control.clock({ advance_ms: 400_000 });
    await lab.responding.watch();
    expect(await lab.store.responsesWatched()).toEqual([]);
    const [response] = await lab.store.quarantines('prod-east');
    expect(response?.policy?.appliedAt).toBeGreaterThanOrEqual(response?.policy?.receivedAt ?? Number.NaN);
    expect(labelText(response?.intended ?? [])).toContain('Quarantine=Severe');
  });
});
