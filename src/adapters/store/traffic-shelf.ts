import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { TrafficShelf } from '../../core/ports.ts';
import { KNOWN_DAYS } from '../../core/traffic/known.ts';
import { type Files, nodeFiles, readIfThere, TEMPORARY, writeWhole } from './files.ts';

const DAY_MS = 86_400_000;
/** SHA-256 before the content: a file that rotted or was cut is never half believed. */
const DIGEST = 32;

/** `flows-<pce>.bin` and `edges/<pce>/<day>` in the data folder (design §5). Names of PCEs are safe in paths: the configuration sees to it. */
export const openTrafficShelf = (folder: string, files: Files = nodeFiles): TrafficShelf => {
  const countersOf = (pce: string): string => `flows-${pce}.bin`;
  const daysOf = (pce: string): string => join(folder, 'edges', pce);

  return {
    async load(pce) {
      const lost: string[] = [];
      const read = async (path: string, name: string): Promise<Uint8Array | undefined> => {
        const bytes = await readIfThere(files, path);
        if (bytes === undefined) return undefined;
        const content = contentOf(bytes);
        if (content === undefined) lost.push(name);
        return content;
      };
      const counters = await read(join(folder, countersOf(pce)), countersOf(pce));
      const days = new Map<number, Uint8Array>();
      await files.makeFolder(daysOf(pce));
      for (const name of await files.list(daysOf(pce))) {
        const day = dayOf(name);
        if (name.endsWith(TEMPORARY)) await files.remove(join(daysOf(pce), name));
        const bytes = day === undefined ? undefined : await read(join(daysOf(pce), name), `edges of ${name}`);
        if (day !== undefined && bytes !== undefined) days.set(day, bytes);
      }
      return { counters, days, lost };
    },

    async save(pce, { counters, days }, today) {
      // Days first: a counter file that is newer than they are would take for known what they do not hold.
      for (const [day, bytes] of days) await writeWhole(files, daysOf(pce), nameOf(day), framed(bytes));
      if (counters !== undefined) await writeWhole(files, folder, countersOf(pce), framed(counters));
      for (const name of await files.list(daysOf(pce))) {
        const day = dayOf(name);
        if (day !== undefined && day < today - KNOWN_DAYS) await files.remove(join(daysOf(pce), name));
      }
    },
  };
};

const framed = (bytes: Uint8Array): Uint8Array[] => [createHash('sha256').update(bytes).digest(), bytes];

const contentOf = (bytes: Buffer): Uint8Array | undefined => {
  const content = bytes.subarray(DIGEST);
  return createHash('sha256').update(content).digest().equals(bytes.subarray(0, DIGEST))
    ? content
    : undefined;
};

/** `2026-11-22` ↔ days since the epoch. */
const nameOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
const dayOf = (name: string): number | undefined => {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(name) ? Date.parse(`${name}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(at) ? undefined : at / DAY_MS;
};
