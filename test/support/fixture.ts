import { readFileSync } from 'node:fs';
import type { PceEvent } from '../../src/core/event.ts';
import type { Dict } from '../../src/core/foreign.ts';
import { readEvent } from './builders.ts';

/** A file of test/fixtures/pce, parsed. */
export const pceFixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/pce/${name}.json`, import.meta.url), 'utf8'));

/** An event of a file of payloads, by the last part of its href; `differs` replaces fields. */
export const recorded = (file: string, id: string, differs: Dict = {}): PceEvent => {
  const row = (pceFixture(file) as Dict[]).find(({ href }) => href === `/orgs/1/events/${id}`);
  if (row === undefined) throw new Error(`no ${id} in ${file}.json`);
  return readEvent({ ...row, ...differs });
};
