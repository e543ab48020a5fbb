import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url).pathname;

/** The faults this release must survive; docs/reliability.md says what each is. Those of later ones are not listed. */
const NUMBERS = [
  ...Array.from({ length: 24 }, (_, n) => n + 1),
  25,
  26,
  27,
  28,
  29,
  30,
  31,
  32,
  33,
  34,
  35,
  36,
  37,
  41,
  42,
  43,
  44,
];

const files = (readdirSync(`${ROOT}test`, { recursive: true }) as string[])
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => ({ name: `test/${name}`, text: readFileSync(`${ROOT}test/${name}`, 'utf8') }));

/** Files with a test whose name begins with this fault's number. */
const testsOf = (number: number): string[] =>
  files.filter(({ text }) => new RegExp(`['"\`]fault ${number}: `).test(text)).map(({ name }) => name);

it.each(NUMBERS)('a test is named by fault %i', (number) => {
  expect(testsOf(number)).not.toEqual([]);
});

it.each(NUMBERS)('docs/reliability.md says where fault %i is shown', (number) => {
  const doc = readFileSync(`${ROOT}docs/reliability.md`, 'utf8');
  const row = doc.split('\n').find((line) => line.startsWith(`| ${number} |`)) ?? '';
  expect(testsOf(number).filter((name) => row.includes(name))).not.toEqual([]);
});
