import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { openArchive } from '../../../src/adapters/store/archive.ts';
import { anEvent, HOUR, T0 } from '../../support/builders.ts';
import { aFolder } from './support.ts';

const DAYS_MS = 24 * HOUR;
const event = (n: number, at: number) =>
  anEvent({ href: `/orgs/1/events/${n}`, at, event_type: 'agent.tampering' });

it('keeps events as they came, a line each, a day a file; an hour that comes again replaces itself', async () => {
  const folder = await aFolder();
  const archive = openArchive(folder, 400 * DAYS_MS);
  await archive.keep('prod-east', T0, T0 + HOUR, [event(1, T0), event(2, T0 + 1_000)]);
  await archive.keep('prod-east', T0 + HOUR, T0 + 2 * HOUR, [event(3, T0 + HOUR)]);
  await archive.keep('prod-east', T0, T0 + HOUR, [event(1, T0), event(2, T0 + 1_000), event(4, T0 + 2_000)]);
  const place = join(folder, 'archive', 'prod-east');
  expect(await readdir(place)).toEqual(['2026-11-22.jsonl.gz']);
  const lines = gunzipSync(await readFile(join(place, '2026-11-22.jsonl.gz')))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { href: string; event_type: string });
  expect(lines.map(({ href }) => href.at(-1)).sort()).toEqual(['1', '2', '3', '4']);
  expect(lines[0]?.event_type).toBe('agent.tampering');
});

it('removes days that are older than is to be retained, and no other file', async () => {
  const folder = await aFolder();
  const archive = openArchive(folder, 2 * DAYS_MS);
  for (const days of [5, 2, 0]) {
    const at = T0 - days * DAYS_MS;
    await archive.keep('prod-east', at, at + HOUR, [event(days, at)]);
  }
  await writeFile(join(folder, 'archive', 'prod-east', 'notes.txt'), 'ours');
  await archive.keep('prod-east', T0 + HOUR, T0 + 2 * HOUR, []);
  expect((await readdir(join(folder, 'archive', 'prod-east'))).sort()).toEqual([
    '2026-11-20.jsonl.gz',
    '2026-11-22.jsonl.gz',
    'notes.txt',
  ]);
});

it('a day that is damaged is a fault that is told, never overwritten', async () => {
  const folder = await aFolder();
  const archive = openArchive(folder, 400 * DAYS_MS);
  await archive.keep('prod-east', T0, T0 + HOUR, [event(1, T0)]);
  await writeFile(join(folder, 'archive', 'prod-east', '2026-11-22.jsonl.gz'), 'no gzip');
  await expect(archive.keep('prod-east', T0 + HOUR, T0 + 2 * HOUR, [event(2, T0 + HOUR)])).rejects.toThrow(
    'could not be written',
  );
  expect(await readFile(join(folder, 'archive', 'prod-east', '2026-11-22.jsonl.gz'), 'utf8')).toBe('no gzip');
});
