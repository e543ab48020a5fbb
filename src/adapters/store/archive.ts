import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { EventArchive } from '../../core/ports.ts';
import { type Files, nodeFiles, readIfThere, writeWhole } from './files.ts';
import { storeError } from './store-error.ts';

const DAY_MS = 86_400_000;
const [packed, unpacked] = [promisify(gzip), promisify(gunzip)];

/**
 * `archive/<pce>/<day>.jsonl.gz` in the data folder: events as the PCE gave them, one a line, a UTC day a file, because a PCE keeps
 * them for 30 days only. An hour that comes again replaces what stood of it. Days that are older than `retainMs` are removed.
 */
export const openArchive = (folder: string, retainMs: number, files: Files = nodeFiles): EventArchive => ({
  async keep(pce, from, to, events) {
    const place = join(folder, 'archive', pce);
    const name = nameOf(from);
    try {
      await files.makeFolder(place);
      const before = await readIfThere(files, join(place, name));
      const kept = before === undefined ? [] : linesOf(await unpacked(before));
      const others = kept.filter((line) => {
        const at = Date.parse(String((JSON.parse(line) as { timestamp?: unknown }).timestamp));
        return at < from || at >= to;
      });
      const lines = [...others, ...events.map(({ raw }) => JSON.stringify(raw))];
      if (lines.length > 0) await writeWhole(files, place, name, [await packed(`${lines.join('\n')}\n`)]);
      const oldest = nameOf(from - retainMs);
      for (const one of await files.list(place))
        if (NAME.test(one) && one < oldest) await files.remove(join(place, one));
    } catch (error) {
      throw storeError(`${join(place, name)} could not be written`, error);
    }
  },
});

const NAME = /^\d{4}-\d{2}-\d{2}\.jsonl\.gz$/;
const nameOf = (at: number): string =>
  `${new Date(Math.floor(at / DAY_MS) * DAY_MS).toISOString().slice(0, 10)}.jsonl.gz`;
const linesOf = (bytes: Buffer): string[] =>
  bytes
    .toString()
    .split('\n')
    .filter((line) => line !== '');
