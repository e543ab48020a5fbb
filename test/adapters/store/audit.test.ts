import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AuditOptions, type FileAudit, openAudit } from '../../../src/adapters/store/audit.ts';
import { openTrail } from '../../../src/adapters/store/audit-trail.ts';
import { type AuditEntry, verifyChain } from '../../../src/core/audit.ts';
import { aFolder, aLog, fault, faultyFiles, open, poll } from './support.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const audit = (folder: string, over: Partial<AuditOptions> = {}): Promise<FileAudit> =>
  openAudit({
    folder,
    log: aLog(),
    clock: { now: () => Date.UTC(2025, 0, 1) },
    config: () => 'c1',
    version: '0.1.0',
    ...over,
  });

const entry = (action: string): AuditEntry => ({
  actor: { team: 'T1', user: 'U1' },
  actorName: 'ada',
  action,
  verdict: 'allowed',
});

const lines = async (folder: string): Promise<string[]> =>
  (await readFile(join(folder, 'audit.jsonl'), 'utf8')).split('\n').slice(0, -1);

const chainOf = async (folder: string) => verifyChain(await lines(folder), sha256);

describe('the audit file', () => {
  it('chains what is appended, across restarts', async () => {
    const folder = await aFolder();
    const first = await audit(folder);
    await Promise.all([first.append(entry('one')), first.append(entry('two'))]);
    await first.close();
    const second = await audit(folder);
    expect(second.recovery).toEqual({ tornTail: false, badLines: 0 });
    await second.append(entry('three'));
    expect(await chainOf(folder)).toEqual({ ok: true, records: 3, head: second.head().hash });
    const [, , last = ''] = await lines(folder);
    expect(JSON.parse(last)).toMatchObject({
      seq: 3,
      time: '2025-01-01T00:00:00.000Z',
      config: 'c1',
      version: '0.1.0',
      action: 'three',
    });
    await second.close();
  });

  it('finds its end behind records longer than one read', async () => {
    const folder = await aFolder();
    const first = await audit(folder);
    for (const size of [10, 200_000, 70_000]) await first.append(entry('x'.repeat(size)));
    await first.close();
    const second = await audit(folder);
    await second.append(entry('last'));
    expect(await chainOf(folder)).toMatchObject({ ok: true, records: 4 });
    await second.close();
  });

  it.each([
    ['half a record', '{"seq":3,"ti'],
    ['zeros', '\0'.repeat(100)],
  ])('moves %s at its end aside, says so once and goes on from the last good one', async (_what, tail) => {
    const folder = await aFolder();
    const first = await audit(folder);
    await first.append(entry('one'));
    await first.append(entry('two'));
    await first.close();
    await appendFile(join(folder, 'audit.jsonl'), tail);
    const log = aLog();
    const second = await audit(folder, { log });
    expect(second.recovery).toEqual({ tornTail: true, badLines: 0 });
    expect(log.entries.map(({ level }) => level)).toEqual(['warn']);
    const [kept = ''] = (await readdir(folder)).filter((name) => name.includes('torn'));
    expect(await readFile(join(folder, kept), 'utf8')).toBe(tail);
    await second.append(entry('three'));
    expect(await chainOf(folder)).toMatchObject({ ok: true, records: 3 });
    await second.close();
    const third = await audit(folder);
    expect(third.recovery.tornTail).toBe(false);
    await third.close();
  });

  it('leaves a whole last record that was edited where it is: verifying names it', async () => {
    const folder = await aFolder();
    const first = await audit(folder);
    await first.append(entry('one'));
    await first.append(entry('two'));
    await first.close();
    const path = join(folder, 'audit.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replace('two', 'TWO'));
    const log = aLog();
    const second = await audit(folder, { log });
    expect(second.recovery).toEqual({ tornTail: false, badLines: 1 });
    expect(log.entries.map(({ level }) => level)).toEqual(['error']);
    await second.append(entry('three'));
    expect(await chainOf(folder)).toMatchObject({ ok: false, firstBad: { line: 2, seq: 2 } });
    await second.close();
  });

  it.each([
    ['write', 'ENOSPC', 'disk-full'],
    ['datasync', 'EIO', 'io'],
  ])(
    'rejects a record that could not be written (%s), and chains the next as if it never was',
    async (call, errno, code) => {
      const files = faultyFiles();
      const folder = await aFolder();
      const log = await audit(folder, { files });
      await log.append(entry('one'));
      files.fault = (which) => (which === call ? fault(errno) : undefined);
      await expect(log.append(entry('two'))).rejects.toMatchObject({ name: 'StoreError', code });
      files.fault = () => undefined;
      await log.append(entry('three'));
      expect(await chainOf(folder)).toMatchObject({ ok: true, records: 2 });
      await log.close();
    },
  );
});

describe('the audit log read for a question', () => {
  const HOUR = 3_600_000;
  const all = { from: 0, to: Date.UTC(2030, 0) };

  /** An hour between any two records. */
  const written = async (folder: string, actions: readonly string[]): Promise<void> => {
    let now = Date.UTC(2025, 0, 1);
    const log = await audit(folder, { clock: { now: () => now } });
    for (const action of actions) {
      await log.append(entry(action));
      now += HOUR;
    }
    await log.close();
  };

  it('gives what is wanted of a time, newest first, and says how far back it read', async () => {
    const folder = await aFolder();
    await written(folder, ['one', 'two', 'three', 'four']);
    const window = { from: Date.UTC(2025, 0, 1, 1), to: Date.UTC(2025, 0, 1, 3) };
    const found = await openTrail(folder).find(window, () => true);
    expect(found.records.map(({ action }) => action)).toEqual(['three', 'two']);
    expect(found).toMatchObject({ read: 4, bad: 0, completeFrom: window.from });
    expect((await openTrail(folder).find(all, ({ action }) => action === 'one')).records).toHaveLength(1);
  });

  it('reads no more than its bound, and says from when on it is complete', async () => {
    const folder = await aFolder();
    await written(folder, ['one', 'two', 'three']);
    const found = await openTrail(folder, undefined, 2).find(all, () => true);
    expect(found.records.map(({ action }) => action)).toEqual(['three', 'two']);
    expect(found).toMatchObject({ read: 2, completeFrom: Date.UTC(2025, 0, 1, 1) });
  });

  it('shows no record that somebody edited, and counts it', async () => {
    const folder = await aFolder();
    await written(folder, ['one', 'two', 'three']);
    const file = join(folder, 'audit.jsonl');
    await writeFile(file, (await readFile(file, 'utf8')).replace('two', 'TWO'));
    const found = await openTrail(folder).find(all, () => true);
    expect(found.records.map(({ action }) => action)).toEqual(['three', 'one']);
    expect(found.bad).toBe(1);
  });

  it('finds nothing where there is no log yet', async () => {
    expect(await openTrail(await aFolder()).find(all, () => true)).toMatchObject({ records: [], read: 0 });
  });
});

describe('a state that was put back from a backup', () => {
  it.each([
    ['is known by an audit that speaks of later commits', 2, true],
    ['is not suspected when the audit speaks of what it has', 0, false],
  ])('%s', async (_what, more, older) => {
    const folder = await aFolder();
    const store = await open(folder);
    const log = await audit(folder, { commits: store.commits });
    await store.commit([poll(1)]);
    await store.close();
    const backup = await Promise.all(
      ['state.json', 'state.prev.json', 'journal-1.jsonl', 'journal-2.jsonl'].map(
        async (name) => [name, await readFile(join(folder, name))] as const,
      ),
    );
    const later = await open(folder);
    const after = await audit(folder, { commits: later.commits });
    for (let n = 0; n < more; n += 1) await later.commit([poll(2 + n)]);
    await after.append(entry('quarantine'));
    await later.close();
    for (const [name, bytes] of backup) await writeFile(join(folder, name), bytes);
    const restored = await open(folder);
    expect(restored.recovery.olderThanAudit).toBe(older);
    await restored.close();
    await Promise.all([log.close(), after.close()]);
  });
});
