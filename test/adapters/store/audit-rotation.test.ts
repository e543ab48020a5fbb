import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AuditOptions, openAudit } from '../../../src/adapters/store/audit.ts';
import { lastAuditedCommit } from '../../../src/adapters/store/audit-tail.ts';
import { openTrail } from '../../../src/adapters/store/audit-trail.ts';
import { nodeFiles } from '../../../src/adapters/store/files.ts';
import { verb } from '../../../src/cli/audit.ts';
import { type AuditEntry, auditFilesIn, verifyChain } from '../../../src/core/audit.ts';
import { anEdge } from '../../support/edge.ts';
import { aFolder, aLog, fault, faultyFiles } from './support.ts';

const DAY = 86_400_000;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const entry = (action: string): AuditEntry => ({
  actor: { team: 'T1', user: 'U1' },
  actorName: 'ada',
  action,
  verdict: 'allowed',
});

/** A clock that a test sets, and a file that is full with its first record. */
const aBench = async (over: Partial<AuditOptions> = {}) => {
  const folder = await aFolder();
  const clock = { at: Date.UTC(2025, 0, 1), now: () => clock.at };
  const open = (more: Partial<AuditOptions> = {}) =>
    openAudit({ folder, log: aLog(), clock, config: () => 'c1', version: '1', fullAt: 1, ...over, ...more });
  const names = async () => auditFilesIn(await readdir(folder));
  const chain = async () => {
    const texts = (await names()).map((name) => readFile(join(folder, name), 'utf8'));
    return verifyChain(
      (await Promise.all(texts)).flatMap((text) => text.split('\n').slice(0, -1)),
      sha256,
    );
  };
  const verify = async () => {
    const edge = anEdge({ cwd: folder });
    const code = await verb.run(['verify', '--json', '--data', folder], edge);
    return { code, ...JSON.parse(edge.stdout[0] ?? '') };
  };
  return { folder, clock, open, names, chain, verify };
};

const FIRST = 'audit-000000000001.jsonl';
const SECOND = 'audit-000000000002.jsonl';

describe('a full audit file', () => {
  it('gets a name of its own, and the chain goes on in the next, across restarts', async () => {
    const { open, names, chain } = await aBench();
    const first = await open();
    await first.append(entry('one'));
    expect(await names()).toEqual(['audit.jsonl']);
    await first.append(entry('two'));
    await first.close();
    const second = await open();
    await second.append(entry('three'));
    expect(await names()).toEqual([FIRST, SECOND, 'audit.jsonl']);
    expect(await chain()).toEqual({ ok: true, records: 3, head: second.head().hash });
    await second.close();
  });

  it('is asked over all files: by a question, and by what tells a restored state', async () => {
    let commit = 4;
    const { folder, open, clock } = await aBench({ commits: () => commit });
    const log = await open();
    for (const action of ['one', 'two', 'three']) {
      commit += 1;
      await log.append(entry(action));
      clock.at += 1_000;
    }
    await log.close();
    const found = await openTrail(folder).find({ from: 0, to: clock.at }, () => true);
    expect(found.records.map(({ action }) => action)).toEqual(['three', 'two', 'one']);
    await rm(join(folder, 'audit.jsonl'));
    expect(await lastAuditedCommit(nodeFiles, folder)).toBe(6);
  });

  it.each([
    ['before the file has its name', 'rename'],
    ['when the name may not be durable', 'syncFolder'],
    ['before the next file is there', 'open'],
  ])('a kill or a fault %s costs no record and doubles none', async (_, step) => {
    const files = faultyFiles();
    const { open, chain, names } = await aBench();
    const log = await open({ files });
    await log.append(entry('one'));
    files.fault = (call) => (call === step ? fault('EIO') : undefined);
    await expect(log.append(entry('refused'))).rejects.toMatchObject({ name: 'StoreError', code: 'io' });

    // What a new process finds, as after a kill at this step …
    const after = await open({ fullAt: 1_000_000 });
    expect(after.head().seq).toBe(1);
    await after.close();
    expect(await chain()).toMatchObject({ ok: true, records: 1 });

    // … and the same process when the disk is well again.
    files.fault = () => undefined;
    await log.append(entry('two'));
    await log.append(entry('three'));
    expect(await chain()).toMatchObject({ ok: true, records: 3 });
    expect((await names()).length).toBe(3);
    await log.close();
  });

  it('goes on after a kill between two steps with the first record of the new process', async () => {
    const { folder, open, chain, names } = await aBench();
    const log = await open();
    await log.append(entry('one'));
    await log.close();
    await nodeFiles.rename(join(folder, 'audit.jsonl'), join(folder, FIRST));
    expect(await lastAuditedCommit(nodeFiles, folder)).toBe(0);
    const next = await open();
    await next.append(entry('two'));
    expect(await chain()).toMatchObject({ ok: true, records: 2 });
    expect(await names()).toEqual([FIRST, 'audit.jsonl']);
    await next.close();
  });

  it('keeps the name of an older one from being taken while it holds no good record of its own', async () => {
    const { folder, open, names } = await aBench();
    const log = await open();
    await log.append(entry('one'));
    await log.append(entry('two'));
    await log.close();
    await writeFile(join(folder, 'audit.jsonl'), 'oops\n');
    const kept = await readFile(join(folder, FIRST), 'utf8');
    const next = await open();
    await next.append(entry('three'));
    expect(await names()).toEqual([FIRST, 'audit.jsonl']);
    expect(await readFile(join(folder, FIRST), 'utf8')).toBe(kept);
    await next.close();
  });
});

describe('old audit files', () => {
  /** Three files; one record each, 200 days apart. */
  const aYear = async () => {
    const bench = await aBench();
    const log = await bench.open();
    for (const action of ['one', 'two', 'three']) {
      await log.append(entry(action));
      bench.clock.at += 200 * DAY;
    }
    bench.clock.at = Date.UTC(2025, 0, 1) + 400 * DAY;
    return { ...bench, log };
  };

  it('are removed only when their last record is older than 400 days, after a record that says so', async () => {
    const { log, clock, names, verify } = await aYear();
    expect(await log.removeOld()).toEqual([]);
    clock.at += 1;
    expect(await log.removeOld()).toEqual([FIRST]);
    expect(await names()).not.toContain(FIRST);
    expect(await verify()).toEqual({ code: 0, ok: true, records: 3 });
    await log.close();
  });

  it('are told from files that somebody took away', async () => {
    const { folder, log, verify } = await aYear();
    await rm(join(folder, FIRST));
    expect(await verify()).toMatchObject({
      code: 1,
      ok: false,
      firstBad: { line: 1, seq: 2, why: expect.stringContaining(SECOND) },
    });
    await log.close();
  });

  it('are told from one more that is gone than the record says', async () => {
    const { folder, log, clock, verify } = await aYear();
    clock.at += 1;
    await log.removeOld();
    await rm(join(folder, SECOND));
    expect(await verify()).toMatchObject({ code: 1, firstBad: { line: 1, seq: 3 } });
    await log.close();
  });

  it('hold no bad record unseen: verifying names its file and its line there', async () => {
    const { folder, log, verify } = await aYear();
    const path = join(folder, SECOND);
    await writeFile(path, (await readFile(path, 'utf8')).replace('two', 'TWO'));
    expect(await verify()).toMatchObject({
      code: 1,
      records: 1,
      firstBad: { line: 1, seq: 2, why: `${SECOND}: its content does not match its hash` },
    });
    await log.close();
  });

  it('stay where a kill came between the record and the removal, and go the next day', async () => {
    const { folder, log, clock, names, verify } = await aYear();
    clock.at += 1;
    const bytes = await readFile(join(folder, FIRST));
    await log.removeOld();
    await writeFile(join(folder, FIRST), bytes);
    expect(await verify()).toMatchObject({ code: 0, records: 4 });
    expect(await log.removeOld()).toEqual([FIRST]);
    expect(await verify()).toMatchObject({ code: 0 });
    expect(await names()).not.toContain(FIRST);
    await log.close();
  });
});
