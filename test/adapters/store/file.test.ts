import { cp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileStore } from '../../../src/adapters/store/file.ts';
import type { Store } from '../../../src/core/ports.ts';
import {
  aClock,
  aFolder,
  aLog,
  anAlert,
  anIncident,
  aPoll,
  fault,
  faultyFiles,
  open,
  poll,
  someTransitions,
} from './support.ts';

const cursor = (store: Store): Promise<number | undefined> => store.cursor('lab', 'events');

/** Leaves the folder as a kill would: nothing is closed, and the lock's process is gone. */
const killed = async (folder: string): Promise<string> => {
  const copy = await aFolder();
  await cp(folder, copy, { recursive: true });
  await rm(join(copy, 'lock'), { force: true });
  return copy;
};

const nothingWrong = {
  tornTail: false,
  badLines: 0,
  lostTransitions: 0,
  usedPrevious: false,
  olderThanAudit: false,
  setAside: [],
};

const polled = async (store: Store, ...cursors: number[]): Promise<void> => {
  for (const at of cursors) await store.commit([poll(at)]);
};

const flipped = async (path: string, at: number): Promise<void> => {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
};

const lineStarts = (bytes: Buffer): number[] => {
  const starts = [0];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
  return starts;
};

describe('a restart', () => {
  it.each([
    ['after a clean stop', true],
    ['after a kill', false],
  ])('keeps everything %s', async (_when, clean) => {
    const folder = await aFolder();
    const store = await open(folder);
    await store.commit([{ type: 'alert-fired', alert: anAlert() }]);
    await store.commit([{ type: 'incident-opened', incident: anIncident() }, poll(7)]);
    if (clean) await store.close();
    const again = await open(clean ? folder : await killed(folder));
    expect(await again.alertById('a1')).toEqual(anAlert());
    expect(await again.incident('i1')).toEqual(anIncident());
    expect(await cursor(again)).toBe(7);
    expect(again.commits()).toBe(2);
    expect(again.recovery).toEqual(nothingWrong);
    await again.close();
    await store.close();
  });

  it('keeps everything, wherever checkpoints fell, whatever was committed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someTransitions(6), { maxLength: 12 }), fc.nat(4), async (commits, every) => {
        const folder = await aFolder();
        const store = await open(folder);
        const answers = async (of: FileStore) => [
          await of.firing(),
          await of.waiting(),
          await of.incidentsOf(['f1', 'f2', 'f3']),
          await of.told('i1'),
          await of.responsesUnfinished(),
          [...(await of.memories('lab'))],
          await cursor(of),
        ];
        for (const [at, commit] of commits.entries()) {
          await store.commit(commit).catch(() => {});
          if (at % 5 === every) await store.checkpoint();
        }
        const again = await open(await killed(folder));
        expect(again.recovery).toEqual(nothingWrong);
        expect(await answers(again)).toEqual(await answers(store));
        await again.close();
        await store.close();
      }),
      { numRuns: 15 },
    );
  });

  it('removes what a kill left of files being written', async () => {
    const folder = await aFolder();
    await (await open(folder)).close();
    await writeFile(join(folder, 'state.json.tmp'), 'half');
    await (await open(folder)).close();
    expect(await readdir(folder)).toEqual(['journal-1.jsonl', 'state.json']);
  });
});

describe('fault 3: a journal cut at any byte', () => {
  it('starts with exactly the lines that are whole, and says a torn end once', async () => {
    const folder = await aFolder();
    const store = await open(folder);
    await polled(store, 1, 2, 3, 4);
    const bytes = await readFile(join(folder, 'journal-1.jsonl'));
    const starts = lineStarts(bytes);
    for (let cutAt = 0; cutAt <= bytes.length; cutAt += cutAt % 7 === 0 ? 3 : 4) {
      const copy = await killed(folder);
      await truncate(join(copy, 'journal-1.jsonl'), cutAt);
      const whole = starts.filter((start) => start <= cutAt).length - 1;
      const log = aLog();
      const again = await open(copy, { log });
      expect(await cursor(again)).toBe(whole === 0 ? undefined : whole);
      expect(again.recovery.tornTail).toBe(!starts.includes(cutAt));
      expect(log.entries.length).toBe(starts.includes(cutAt) ? 0 : 1);
      await polled(again, 100);
      const third = await open(await killed(copy));
      expect([await cursor(third), third.recovery.tornTail]).toEqual([100, false]);
      await third.close();
      await again.close();
    }
    await store.close();
  });

  it.each([
    ['zeros', '\0'.repeat(4_096)],
    ['half a line', '{"n":5,"crc":'],
    ['half a line, then zeros', `{"n":5,"crc":12${'\0'.repeat(999)}`],
    ['a whole line of which a page never reached the disk', `{"n":5,"crc":12,"t":[${'\0'.repeat(64)}]}\n`],
  ])('cuts off %s and loses nothing', async (_what, tail) => {
    const folder = await aFolder();
    const store = await open(folder);
    await polled(store, 1, 2);
    const copy = await killed(folder);
    const path = join(copy, 'journal-1.jsonl');
    const { size } = await stat(path);
    await writeFile(path, tail, { flag: 'a' });
    const again = await open(copy);
    expect(again.recovery).toEqual({ ...nothingWrong, tornTail: true });
    expect(await cursor(again)).toBe(2);
    expect((await stat(path)).size).toBe(size);
    await again.close();
    await store.close();
  });
});

describe('fault 4: a damaged file', () => {
  it('applies what stands around a bad line, keeps the segment, sets the cursor back, and says so once', async () => {
    const folder = await aFolder();
    const store = await open(folder);
    await polled(store, 1, 2);
    await store.commit([{ type: 'incident-opened', incident: anIncident() }, poll(3)]);
    await store.commit([{ type: 'incident-touched', id: 'i1' }, poll(4)]);
    await store.commit([{ type: 'alert-fired', alert: anAlert() }]);
    const copy = await killed(folder);
    const path = join(copy, 'journal-1.jsonl');
    const damaged = await readFile(path).then((bytes) => (lineStarts(bytes)[2] ?? 0) + 60);
    await flipped(path, damaged);
    const bad = await readFile(path);

    const log = aLog();
    const again = await open(copy, { log });
    expect(again.recovery).toMatchObject({
      badLines: 1,
      lostTransitions: 1,
      tornTail: false,
      usedPrevious: false,
    });
    expect(await again.alertById('a1')).toEqual(anAlert());
    expect(await cursor(again)).toBe(2);
    expect(log.entries.map(({ level }) => level)).toEqual(['error']);
    const [kept] = again.recovery.setAside;
    expect(kept).toMatch(/^journal-1\.jsonl\.bad-/);
    expect(await readFile(join(copy, kept ?? ''))).toEqual(bad);
    await polled(again, 5);

    const third = await open(await killed(copy));
    expect(third.recovery).toEqual(nothingWrong);
    expect([await cursor(third), (await third.firing()).length]).toEqual([5, 1]);
    await third.close();
    await again.close();
    await store.close();
  });

  it('starts whatever bit of the journal flips, and never without saying so', async () => {
    const folder = await aFolder();
    const store = await open(folder);
    await polled(store, 1, 2, 3, 4);
    const { length } = await readFile(join(folder, 'journal-1.jsonl'));
    for (let at = 0; at < length; at += 5) {
      const copy = await killed(folder);
      await flipped(join(copy, 'journal-1.jsonl'), at);
      const again = await open(copy);
      const { badLines, tornTail } = again.recovery;
      expect(badLines + Number(tornTail), `byte ${at}`).toBeGreaterThan(0);
      expect(await cursor(again)).not.toBe(4);
      await again.close();
    }
    await store.close();
  });

  it.each([
    ['is cut', (path: string) => truncate(path, 40)],
    ['is empty', (path: string) => truncate(path, 0)],
    ['has a flipped bit', (path: string) => flipped(path, 100)],
  ])('goes back to the checkpoint before one that %s, and loses nothing', async (_what, damage) => {
    const folder = await aFolder();
    const store = await open(folder);
    await polled(store, 1, 2);
    await store.checkpoint();
    await polled(store, 3);
    await store.checkpoint();
    await polled(store, 4);
    const copy = await killed(folder);
    await damage(join(copy, 'state.json'));

    const files = faultyFiles();
    const again = await open(copy, { files });
    const { sync } = files.count;
    await again.checkpoint();
    expect(files.count.sync, 'the new checkpoint stands already').toBe(sync);
    expect(again.recovery).toMatchObject({ usedPrevious: true, badLines: 0, setAside: ['state.json.bad-2'] });
    expect([await cursor(again), again.commits()]).toEqual([4, 4]);
    const third = await open(await killed(copy));
    expect(third.recovery).toEqual(nothingWrong);
    expect(await cursor(third)).toBe(4);
    await third.close();
    await again.close();
    await store.close();
  });

  it('keeps everything when killed between the two renames of a checkpoint', async () => {
    const folder = await aFolder();
    const store = await open(folder);
    await polled(store, 1);
    await store.checkpoint();
    await polled(store, 2);
    const copy = await killed(folder);
    await rm(join(copy, 'state.prev.json'));
    await cp(join(copy, 'state.json'), join(copy, 'state.prev.json'));
    await rm(join(copy, 'state.json'));
    const again = await open(copy);
    expect(again.recovery).toEqual(nothingWrong);
    expect(await cursor(again)).toBe(2);
    await again.close();
    await store.close();
  });

  it.each<[string, (folder: string) => Promise<void>]>([
    [
      'both checkpoints are bad',
      async (folder) => {
        await truncate(join(folder, 'state.json'), 9);
        await truncate(join(folder, 'state.prev.json'), 9);
      },
    ],
    [
      'both are gone and a journal is there',
      async (folder) => {
        await rm(join(folder, 'state.json'));
        await rm(join(folder, 'state.prev.json'));
      },
    ],
  ])('refuses to start, touches nothing and lets go of the lock when %s', async (_what, damage) => {
    const folder = await aFolder();
    const store = await open(folder);
    await polled(store, 1);
    await store.close();
    await damage(folder);
    const before = await readdir(folder);
    await expect(open(folder)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/state\.json.*Nothing was changed: put .* back from a backup/),
    });
    expect(await readdir(folder)).toEqual(before);
  });
});

describe('fault 41: the format', () => {
  it('refuses a later version and touches nothing', async () => {
    const folder = await aFolder();
    await (await open(folder, { format: { version: 2, migrations: {} } })).close();
    const before = await readFile(join(folder, 'state.json'));
    await expect(open(folder)).rejects.toMatchObject({
      code: 'newer-version',
      message: expect.stringContaining('version 2'),
    });
    expect(await readFile(join(folder, 'state.json'))).toEqual(before);
    expect(await readdir(folder)).toEqual(['journal-1.jsonl', 'state.json']);
  });

  it('brings an earlier one forward, checkpoint and journal, and writes the new form before anything else', async () => {
    const folder = await aFolder();
    const old = await open(folder);
    await polled(old, 1);
    await old.checkpoint();
    await polled(old, 2);
    const copy = await killed(folder);
    const later = {
      version: 2,
      migrations: {
        1: {
          state: (body: unknown) => ({ ...(body as object), wakes: [['lab|from-state', 1]] }),
          transition: (value: unknown) => ({ ...(value as object), wakes: { 'from-journal': 1 } }),
        },
      },
    };
    const again = await open(copy, { format: later });
    expect(await again.wakesDue('lab', 1)).toEqual(['from-state', 'from-journal']);
    expect(await readFile(join(copy, 'state.json'), 'utf8')).toMatch(/^\{"version":2,/);
    await expect(open(await killed(copy))).rejects.toMatchObject({ code: 'newer-version' });
    await again.close();
    await old.close();
  });
});

describe('fault 5: a disk that fails', () => {
  it.each([
    ['is full in the middle of a line', 'write', 'ENOSPC', 'disk-full'],
    ['fails', 'write', 'EIO', 'io'],
    ['was remounted read-only', 'write', 'EROFS', 'read-only'],
    ['does not take the sync', 'datasync', 'EIO', 'io'],
  ])(
    'rejects what waits when it %s, shows none of it, and recovers without a restart',
    async (_what, call, errno, code) => {
      const files = faultyFiles();
      const folder = await aFolder();
      const store = await open(folder, { files });
      await polled(store, 1);
      const path = join(folder, 'journal-1.jsonl');
      const good = await readFile(path);

      let writes = 0;
      files.fault = (which) => {
        if (which === 'write') writes += 1;
        if (which === 'write' && call === 'write' && writes === 1) return 10;
        return which === call ? fault(errno) : undefined;
      };
      const first = store.commit([poll(2)]);
      const second = store.commit([poll(3)]);
      await expect(first).rejects.toMatchObject({
        name: 'StoreError',
        code,
        message: expect.stringContaining(path),
      });
      await expect(second).rejects.toMatchObject({ code });
      expect(await cursor(store)).toBe(1);
      expect(await readFile(path)).toEqual(good);
      await expect(store.commit([poll(4)])).rejects.toMatchObject({ code });

      files.fault = () => undefined;
      await polled(store, 5);
      expect(await cursor(store)).toBe(5);
      const again = await open(await killed(folder));
      expect([await cursor(again), again.recovery]).toEqual([5, nothingWrong]);
      await again.close();
      await store.close();
    },
  );

  it('rejects what came during the failed write too: it was checked against what never came to be', async () => {
    const files = faultyFiles();
    const folder = await aFolder();
    const store = await open(folder, { files });
    let late: Promise<void> | undefined;
    files.fault = (call) => {
      if (call !== 'write') return undefined;
      late = store.commit([{ type: 'incident-touched', id: 'i1' }]);
      late.catch(() => {});
      return fault('ENOSPC');
    };
    await expect(store.commit([{ type: 'incident-opened', incident: anIncident() }])).rejects.toThrow();
    await expect(late).rejects.toMatchObject({ code: 'disk-full' });
    files.fault = () => undefined;
    expect(await store.incident('i1')).toBeUndefined();
    await store.commit([{ type: 'incident-opened', incident: anIncident() }]);
    expect(await store.incident('i1')).toEqual(anIncident());
    await store.close();
  });

  it('writes no line behind one that could not be taken back, not even in a new segment', async () => {
    const files = faultyFiles();
    const folder = await aFolder();
    const store = await open(folder, { files });
    await polled(store, 1);
    files.fault = (call) => (call === 'datasync' || call === 'truncate' ? fault('EIO') : undefined);
    const long = aPoll({ cursor: 2, memories: { big: 'x'.repeat(2_000) } });
    await expect(store.commit([long])).rejects.toMatchObject({ code: 'io' });
    expect((await stat(join(folder, 'journal-1.jsonl'))).size).toBeGreaterThan(2_000);
    await expect(store.checkpoint()).rejects.toMatchObject({ code: 'io' });
    await expect(store.commit([poll(3)])).rejects.toMatchObject({ code: 'io' });
    files.fault = () => undefined;
    await polled(store, 4);
    await store.checkpoint();
    await polled(store, 5);
    const copy = await killed(folder);
    await truncate(join(copy, 'state.json'), 0);
    const again = await open(copy);
    expect([await cursor(again), again.recovery.badLines, again.recovery.tornTail]).toEqual([5, 0, false]);
    await again.close();
    await store.close();
  });

  it('writes a line whole through writes that take a few bytes each', async () => {
    const files = faultyFiles();
    const folder = await aFolder();
    const store = await open(folder, { files });
    files.fault = (call) => (call === 'write' ? 7 : undefined);
    await polled(store, 1, 2);
    await store.checkpoint();
    await store.close();
    const again = await open(folder);
    expect([await cursor(again), again.recovery]).toEqual([2, nothingWrong]);
    await again.close();
  });

  it.each(['open', 'write', 'sync', 'rename', 'syncFolder'])(
    'keeps the old checkpoint and goes on when one cannot be written (%s)',
    async (call) => {
      const files = faultyFiles();
      const folder = await aFolder();
      const store = await open(folder, { files });
      await polled(store, 1);
      await store.checkpoint();
      await polled(store, 2);
      files.fault = (which) => (which === call ? fault('ENOSPC') : undefined);
      await expect(store.checkpoint()).rejects.toMatchObject({ code: 'disk-full' });
      files.fault = () => undefined;
      const meanwhile = await open(await killed(folder));
      expect([await cursor(meanwhile), meanwhile.recovery]).toEqual([2, nothingWrong]);
      await meanwhile.close();
      await polled(store, 3);
      await store.checkpoint();
      await polled(store, 4);
      const again = await open(await killed(folder));
      expect([await cursor(again), again.recovery]).toEqual([4, nothingWrong]);
      await again.close();
      await store.close();
    },
  );

  it('lets go of the lock when it cannot even write the last checkpoint', async () => {
    const files = faultyFiles();
    const folder = await aFolder();
    const log = aLog();
    const store = await open(folder, { files, log });
    await polled(store, 1);
    files.fault = (call) => (call === 'sync' ? fault('ENOSPC') : undefined);
    await store.close();
    expect(log.entries.map(({ level }) => level)).toEqual(['error']);
    const again = await open(folder);
    expect(await cursor(again)).toBe(1);
    await again.close();
  });
});

describe('the cost of a commit', () => {
  it('is one sync for all commits of a tick, and one for those that come during a write', async () => {
    const files = faultyFiles();
    const store = await open(await aFolder(), { files });
    await polled(store, 1);
    const before = { ...files.count };
    await Promise.all(Array.from({ length: 50 }, (_, n) => store.commit([poll(n)])));
    expect(files.count.datasync - before.datasync).toBe(1);
    expect(files.count.write - before.write).toBe(1);

    let more: Promise<unknown> | undefined;
    files.fault = (call) => {
      if (call === 'write') more ??= Promise.all([1, 2, 3].map((n) => store.commit([poll(n)])));
      return undefined;
    };
    await store.commit([poll(60)]);
    await more;
    expect(files.count.datasync - before.datasync).toBe(3);
    expect(files.count.sync + files.count.folders - before.sync - before.folders).toBe(0);
    await store.close();
  });

  it('is nothing when there is nothing to commit', async () => {
    const files = faultyFiles();
    const store = await open(await aFolder(), { files });
    const before = { ...files.count };
    await store.commit([]);
    expect(files.count).toEqual(before);
    expect(store.commits()).toBe(0);
    await store.close();
    expect(files.count).toEqual(before);
  });
});

describe('a checkpoint', () => {
  it('comes when the journal is long, and keeps the segments the one before it needs', async () => {
    const folder = await aFolder();
    const store = await open(folder, { checkpointBytes: 2_000 });
    for (let n = 1; n <= 100; n += 1) {
      await polled(store, n);
      await store.checkpoint().catch(() => {});
    }
    const names = await readdir(folder);
    expect(names.filter((name) => name.startsWith('journal-'))).toHaveLength(2);
    expect(names).toContain('state.prev.json');
    await store.close();
  });

  it('comes by itself above the limit', async () => {
    const folder = await aFolder();
    const store = await open(folder, { checkpointBytes: 500 });
    await store.commit([aPoll({ cursor: 1, memories: { big: 'x'.repeat(600) } })]);
    await store.checkpoint();
    expect(await readdir(folder)).toContain('journal-2.jsonl');
    await store.close();
  });

  it('comes every hour when anything changed, and not when nothing did', async () => {
    const folder = await aFolder();
    const clock = aClock();
    const files = faultyFiles();
    const store = await open(folder, { clock, files });
    clock.pass();
    await store.checkpoint();
    const before = files.count.sync;
    await polled(store, 1);
    clock.pass();
    await new Promise(setImmediate);
    await store.checkpoint();
    expect(files.count.sync).toBe(before + 1);
    await store.close();
  });

  it('holds commits that come while it is written in the journal behind it', async () => {
    const folder = await aFolder();
    const store = await open(folder);
    await polled(store, 1);
    const writing = store.checkpoint();
    await polled(store, 2, 3);
    await writing;
    const again = await open(await killed(folder));
    expect([await cursor(again), again.recovery]).toEqual([3, nothingWrong]);
    await again.close();
    await store.close();
  });
});
