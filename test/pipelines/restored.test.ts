import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openAudit } from '../../src/adapters/store/audit.ts';
import { openFileStore } from '../../src/adapters/store/file.ts';
import { distrustQueue } from '../../src/pipelines/restored.ts';
import { SECOND } from '../support/builders.ts';
import { fakeLog } from '../support/fakes.ts';
import { aBench, alertOf, incidentOf, row, SOC } from './delivery-bench.ts';
import { virtualClock } from './support.ts';

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
      { type: 'incident-opened' as const, incident: incidentOf(host, [host]) },
      { type: 'delivery-queued' as const, delivery: row(host, `${host}.first.0`, [host]) },
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
  const bench = await aBench({ store: restored });
  await bench.chat.post({ channel: SOC, key: 'web-01.first.0' }, { text: 'sent after the copy', blocks: [] });
  await distrustQueue({ store: restored, log });
  const loop = bench.start();
  await bench.settled();
  await bench.pass(90 * SECOND);
  await loop.stop();
  const roots = bench.messages(SOC).map(({ metadata }) => metadata?.event_payload.key);
  expect(roots.sort()).toEqual(['web-01.first.0', 'web-02.first.0']);
  await restored.close();
});
