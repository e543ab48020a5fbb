import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../../src/adapters/store/files.ts';
import { openMemorySeries, openSeries } from '../../../src/adapters/store/series.ts';
import type { SeriesShelf } from '../../../src/core/ports.ts';
import { aFolder } from './support.ts';

const SHELVES: readonly [string, () => Promise<SeriesShelf>][] = [
  ['memory', async () => openMemorySeries()],
  ['file', async () => (await openSeries(await aFolder())).series],
];

describe.each(SHELVES)('samples in a %s series', (_name, opened) => {
  it('gives an hour back with every kind that was added to it, and a hole where none was', async () => {
    const series = await opened();
    await series.add('east', 10, 'agents', { managed: 3 });
    await series.add('east', 10, 'events', {});
    await series.add('east', 12, 'agents', { managed: 4 });
    await series.add('west', 11, 'agents', { managed: 9 });
    expect(await series.between('east', 10, 13)).toEqual([
      { hour: 10, kinds: { agents: { managed: 3 }, events: {} } },
      { hour: 12, kinds: { agents: { managed: 4 } } },
    ]);
    expect(await series.between('east', 11, 12)).toEqual([]);
    expect(await series.between('nobody', 0, 99)).toEqual([]);
  });

  it('takes the same hour again in place of what it had', async () => {
    const series = await opened();
    await series.add('east', 10, 'agents', { managed: 3, offline: 1 });
    await series.add('east', 10, 'agents', { managed: 4 });
    expect(await series.between('east', 0, 99)).toEqual([{ hour: 10, kinds: { agents: { managed: 4 } } }]);
  });

  it('takes samples that come at the same time', async () => {
    const series = await opened();
    await Promise.all([1, 2, 3, 4].map((hour) => series.add('east', hour, 'agents', { managed: hour })));
    expect((await series.between('east', 0, 99)).map(({ hour }) => hour)).toEqual([1, 2, 3, 4]);
  });
});

describe('series.json', () => {
  it('is there after a restart', async () => {
    const folder = await aFolder();
    await (await openSeries(folder)).series.add('east', 10, 'agents', { managed: 3 });
    const { series, damaged } = await openSeries(folder);
    expect(damaged).toBeUndefined();
    expect(await series.between('east', 0, 99)).toEqual([{ hour: 10, kinds: { agents: { managed: 3 } } }]);
  });

  it.each([
    ['cut off', '{"version":1,"pces":{"east":'],
    ['zeroed', '\0\0\0\0'],
    ['of another form', '{"version":1,"pces":[]}'],
    ['of a later release', '{"version":2,"pces":{}}'],
    ['empty', ''],
  ])('is set aside and said when it is %s, and the series begin anew', async (_what, content) => {
    const folder = await aFolder();
    await writeFile(join(folder, 'series.json'), content);
    const { series, damaged } = await openSeries(folder);
    expect(damaged?.why).toMatch(/^it /);
    expect(await readFile(join(folder, damaged?.aside ?? ''), 'utf8')).toBe(content);
    await series.add('east', 10, 'agents', { managed: 3 });
    expect((await openSeries(folder)).damaged).toBeUndefined();
    expect(await readdir(folder)).toContain('series.json');
  });

  it('keeps a sample whose write failed, and writes it with the next', async () => {
    const folder = await aFolder();
    let full = true;
    const { series } = await openSeries(folder, {
      ...nodeFiles,
      rename: (from, to) =>
        full
          ? Promise.reject(Object.assign(new Error('no room'), { code: 'ENOSPC' }))
          : nodeFiles.rename(from, to),
    });
    await expect(series.add('east', 10, 'agents', { managed: 3 })).rejects.toMatchObject({
      code: 'disk-full',
    });
    full = false;
    await series.add('east', 11, 'agents', { managed: 4 });
    const again = await openSeries(folder);
    expect((await again.series.between('east', 0, 99)).map(({ hour }) => hour)).toEqual([10, 11]);
  });
});
