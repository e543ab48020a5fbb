import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openAudit } from '../../src/adapters/store/audit.ts';
import { openFileStore } from '../../src/adapters/store/file.ts';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import { PceError, type Store } from '../../src/core/ports.ts';
import type { Response } from '../../src/core/response.ts';
import type { Workload } from '../../src/core/workload.ts';
import { createRestored } from '../../src/pipelines/restored.ts';
import { aWorkload, HOUR, MINUTE, SECOND, T0 } from '../support/builders.ts';
import { fakeClock, fakeInventory, fakeLog } from '../support/fakes.ts';
import { aBench as aDelivery, alertOf, incidentOf, row, SOC } from './delivery-bench.ts';
import { aBench as aResponding, done, stateOf } from './responding-bench.ts';
import { virtualClock } from './support.ts';

const HOST = aWorkload({ name: 'web-01', labels: 'app=shop env=prod' });

const aResponse = (parts: Partial<Response> = {}): Response => ({
  id: 'r1',
  action: 'quarantine',
  pce: 'lab',
  target: { href: HOST.href, name: 'web-01', labels: HOST.labels, mode: 'full' },
  by: { team: 'T1', user: 'U0MAYA' },
  byName: 'Maya',
  reason: 'Malware suspected',
  channel: null,
  alert: null,
  requestedAt: T0 - HOUR,
  state: 'requested',
  releases: null,
  ...parts,
});

const aRestored = (store: Store = openMemoryStore(), clock = fakeClock()) => {
  let away = false;
  const touched: string[] = [];
  const told: string[] = [];
  const inventory = fakeInventory('lab', []);
  const open = () =>
    createRestored({
      store,
      desks: new Map([
        [
          'lab',
          {
            pce: {
              workload: async (): Promise<Workload | null> => {
                if (away) throw new PceError('unavailable', 'no answer');
                return HOST;
              },
            },
            inventory,
            alerting: { touchHost: async (href: string) => void touched.push(href) },
          },
        ],
      ]),
      clock,
      log: fakeLog(),
      quarantineLabels: () => ({ Quarantine: 'Severe' }),
      tell: (trouble) => void told.push(trouble),
    });
  return {
    store,
    clock,
    touched,
    told,
    restored: open(),
    open,
    away: (so: boolean) => {
      away = so;
    },
  };
};

describe('a state that was put back from a backup', () => {
  it('holds back every write until each open response was read back, also across a restart, and says so', async () => {
    const { store, restored, open, away, touched, told, clock } = aRestored();
    expect(await restored.held()).toBeUndefined();
    await store.commit([
      { type: 'response-requested', response: aResponse() },
      { type: 'response-requested', response: aResponse({ id: 'r2', pce: 'no longer configured' }) },
    ]);
    await restored.begin();
    away(true);
    await restored.check();
    expect(await restored.held()).toMatch(/put back from a backup at 10:00 UTC.*1 response to read back/);
    expect(await restored.status()).toEqual({ at: T0, responses: 1, messages: 0 });

    const next = open();
    expect(await next.held()).toBeDefined();
    await clock.advance(MINUTE);
    away(false);
    await next.check();
    expect(await next.held()).toBeUndefined();
    expect(await next.status()).toEqual({ at: T0, checkedAt: T0 + MINUTE, responses: 0, messages: 0 });
    expect(touched).toEqual([HOST.href]);
    expect(told).toHaveLength(1);
  });

  it('waits for the messages too that may stand in Slack', async () => {
    const { store, restored } = aRestored();
    await store.commit([
      { type: 'alert-fired', alert: alertOf('web-01') },
      { type: 'incident-opened', incident: incidentOf('i1', ['web-01']) },
      { type: 'delivery-queued', delivery: row('i1', 'i1.first.0', ['web-01']) },
    ]);
    await restored.begin();
    await restored.check();
    expect(await restored.held()).toMatch(/1 message to look up/);
    await store.commit([{ type: 'delivery-sent', key: 'i1.first.0', channel: SOC, ts: '1.1', at: T0 }]);
    await restored.check();
    expect(await restored.held()).toBeUndefined();
  });

  it('a quarantine asked for meanwhile says why it waits, writes nothing, and is carried out afterwards', async () => {
    let why: string | undefined = 'this bot was put back from a backup';
    const bench = await aResponding({ held: async () => why });
    const draft = await bench.open('web-01');
    await done(bench.submit(draft));
    expect(bench.modal()).toContain('Nothing was done yet: this bot was put back from a backup');
    await bench.responding.resume();
    expect([await stateOf(bench), bench.puts()]).toEqual([['requested'], 0]);
    why = undefined;
    await bench.responding.resume();
    expect([await stateOf(bench), bench.puts()]).toEqual([['done'], 1]);
  });
});

it('a data folder put back from a backup: what was sent after the copy is found in Slack, what was not is sent', async () => {
  const base = await mkdtemp(join(tmpdir(), 'restored-'));
  onTestFinished(() => rm(base, { recursive: true }));
  const [folder, backup] = [join(base, 'data'), join(base, 'backup')];
  const log = fakeLog();
  const open = () => openFileStore({ folder, log, clock: virtualClock() });

  const before = await open();
  await before.commit(
    ['web-01', 'web-02'].flatMap((host) => [
      { type: 'alert-fired' as const, alert: alertOf(host) },
      { type: 'alert-fired' as const, alert: alertOf(`${host}0`) },
      { type: 'incident-opened' as const, incident: incidentOf(host, [host, `${host}0`]) },
      { type: 'delivery-queued' as const, delivery: row(host, `${host}.first.0`, [host]) },
      {
        type: 'delivery-queued' as const,
        delivery: row(host, `${host}.more.1`, [`${host}0`], { reason: 'more', place: 'thread' }),
      },
    ]),
  );
  await before.close();
  await cp(folder, backup, { recursive: true });

  const after = await open();
  const audit = await openAudit({
    folder,
    log,
    clock: virtualClock(),
    version: '1.0.0',
    config: () => 'hash',
    commits: after.commits,
  });
  await after.commit([{ type: 'pruned', at: 0 }]);
  await audit.append({
    actor: { system: 'bot' },
    actorName: 'bot',
    action: 'start',
    verdict: 'noted',
    why: 'test',
  });
  await audit.close();
  await after.close();
  // The audit log goes on; only the state is of the copy.
  for (const name of ['state.json', 'state.prev.json', 'journal-1.jsonl', 'journal-2.jsonl'])
    await cp(join(backup, name), join(folder, name)).catch(() => rm(join(folder, name), { force: true }));

  const restored = await open();
  expect(restored.recovery.olderThanAudit).toBe(true);
  const bench = await aDelivery({ store: restored });
  const sent = { text: 'sent after the copy', blocks: [] };
  const root = await bench.chat.post({ channel: SOC, key: 'web-01.first.0' }, sent);
  await bench.chat.post({ channel: SOC, key: 'web-01.more.1', thread: root, broadcast: false }, sent);
  await aRestored(restored, bench.clock).restored.begin();
  const loop = bench.start();
  await bench.settled();
  await bench.pass(90 * SECOND);
  await loop.stop();
  const keys = bench.messages(SOC).map(({ metadata }) => metadata?.event_payload.key);
  expect(keys.sort()).toEqual(['web-01.first.0', 'web-01.more.1', 'web-02.first.0', 'web-02.more.1']);
  await restored.close();
});
