import { join } from 'node:path';
import { type Adapter, Low } from 'lowdb';
import type { SeriesShelf } from '../../core/ports.ts';
import { emptyBook, SeriesBook, samplesBetween, withSample } from '../../core/series/book.ts';
import { type Files, nodeFiles, readIfThere, TEMPORARY, writeWhole } from './files.ts';
import { storeError } from './store-error.ts';

const NAME = 'series.json';

/** What a start found wrong with the samples. */
export interface SeriesFinding {
  /** The name under which the damaged file stands now. */
  readonly aside: string;
  readonly why: string;
}

/**
 * `series.json` in the data folder through lowdb, written whole and renamed. A file that cannot be used is set aside and the series
 * begin anew: what is lost are charts of the past, nothing that was found. Rejects with StoreError when the folder cannot be read.
 */
export const openSeries = async (
  folder: string,
  files: Files = nodeFiles,
): Promise<{ readonly series: SeriesShelf; readonly damaged: SeriesFinding | undefined }> => {
  const adapter = seriesFile(folder, files);
  const db = new Low<SeriesBook>(adapter, emptyBook());
  try {
    await files.remove(join(folder, `${NAME}${TEMPORARY}`));
    await db.read();
  } catch (error) {
    throw storeError(`${join(folder, NAME)} could not be read`, error);
  }
  return { series: shelfOn(db), damaged: adapter.damaged() };
};

/** The same without a disk, for tests and dry runs. */
export const openMemorySeries = (): SeriesShelf =>
  shelfOn(new Low<SeriesBook>({ read: async () => null, write: async () => {} }, emptyBook()));

/** What a write that failed should have kept stays in memory and goes with the next one. */
const shelfOn = (db: Low<SeriesBook>): SeriesShelf => {
  let written: Promise<unknown> = Promise.resolve();
  return {
    async add(pce, hour, kind, figures) {
      db.data = withSample(db.data, pce, hour, kind, figures);
      // One after the other: two writers would share a temporary file.
      const writing = written.then(() => db.write());
      written = writing.catch(() => undefined);
      await writing.catch((error: unknown) => {
        throw storeError(`${NAME} could not be written`, error);
      });
    },
    between: async (pce, from, to) => samplesBetween(db.data, pce, from, to),
  };
};

const seriesFile = (
  folder: string,
  files: Files,
): Adapter<SeriesBook> & { damaged(): SeriesFinding | undefined } => {
  let damaged: SeriesFinding | undefined;
  return {
    damaged: () => damaged,
    async read() {
      const bytes = await readIfThere(files, join(folder, NAME));
      if (bytes === undefined) return null;
      const read = bookIn(bytes.toString());
      if (typeof read !== 'string') return read;
      const aside = `series.damaged-${(await files.list(folder)).length}.json`;
      await files.rename(join(folder, NAME), join(folder, aside));
      damaged = { aside, why: read };
      return null;
    },
    write: (book) => writeWhole(files, folder, NAME, [Buffer.from(JSON.stringify(book))]),
  };
};

/** The book, or why it is none. */
const bookIn = (json: string): SeriesBook | string => {
  try {
    const read = SeriesBook.safeParse(JSON.parse(json));
    return read.success
      ? read.data
      : `it does not have the form of a series: ${read.error.issues[0]?.message}`;
  } catch (error) {
    return `it is no JSON: ${(error as Error).message}`;
  }
};
