import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aFolder, open } from './support.ts';

const deadPid = async (): Promise<number> => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
};

describe('the lock of a data folder', () => {
  it('keeps a second store out while the first one lives, and names its process', async () => {
    const folder = await aFolder();
    const store = await open(folder);
    await expect(open(folder)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`process ${process.pid} `),
    });
    await store.close();
    await (await open(folder)).close();
    expect(await readdir(folder)).not.toContain('lock');
  });

  it('lets exactly one of many in that start at once', async () => {
    const folder = await aFolder();
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: await deadPid() }));
    const starts = await Promise.allSettled(Array.from({ length: 8 }, () => open(folder)));
    const stores = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    expect(stores).toHaveLength(1);
    await stores[0]?.close();
  });

  it.each<[string, () => Promise<string>]>([
    ['whose process is dead', async () => JSON.stringify({ pid: await deadPid(), started: 'then' })],
    [
      'whose number another process has by now',
      async () => JSON.stringify({ pid: process.pid, started: 'long ago' }),
    ],
    ['that holds nothing', async () => ''],
    ['that holds something else', async () => 'null'],
  ])('takes a lock over %s', async (_what, content) => {
    const folder = await aFolder();
    await writeFile(join(folder, 'lock'), await content());
    const store = await open(folder);
    expect(JSON.parse(await readFile(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    expect((await readdir(folder)).filter((name) => name.includes('.tmp'))).toEqual([]);
    await store.close();
  });
});
