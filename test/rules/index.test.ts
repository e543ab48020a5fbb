import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rules } from '../../src/rules/index.ts';

const FOLDER = new URL('.', import.meta.url).pathname;

const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.test.ts') && name !== 'index.test.ts')
  .map((name) => readFileSync(`${FOLDER}${name}`, 'utf8'));

const occurrences = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

/** What a row or an assertion expects: nothing; or a severity with a name. */
const QUIET = /\[\],?\s*\],|toEqual\(\[\]\)|,\s*\[\],?\s*\]/g;
const FIRES = /'(?:info|warning|error|critical)[ ']|severity: '/g;

it.each(rules.map(({ id }) => id))('%s is seen to fire, and at least twice to stay quiet', (id) => {
  const own = files.filter((text) => text.includes(`from '../../src/rules/${id}.ts'`)).join('\n');
  expect(occurrences(own, FIRES)).toBeGreaterThanOrEqual(1);
  expect(occurrences(own, QUIET)).toBeGreaterThanOrEqual(2);
});
