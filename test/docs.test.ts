import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCOPES } from '../src/adapters/slack/manifest.ts';
import type { Verb } from '../src/cli/verb.ts';
import { commands } from '../src/commands/index.ts';
import { rules } from '../src/rules/index.ts';

const root = new URL('..', import.meta.url).pathname;
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');
const pagesIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const pages = [...pagesIn('.'), ...pagesIn('docs')];

/** The rows of the README's table that begins with this head, as cells without the marks of code. */
const rowsUnder = (head: string): string[][] => {
  const lines = textOf('README.md').split('\n');
  const at = lines.indexOf(head);
  expect(at, `the README has no table "${head}"`).toBeGreaterThan(0);
  const rest = lines.slice(at + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|').replaceAll('`', '')),
  );
};

describe('the tables of the README are those of the code', () => {
  it('rules', () =>
    expect(rowsUnder('| Rule | Severity | Life | Watches |')).toEqual(
      rules.map(({ id, severity, life, about }) => [id, severity, life.kind, about]),
    ));

  it('commands', () =>
    expect(rowsUnder('| Command | What | Role |')).toEqual(
      commands.map(({ usage, summary, role }) => [usage, summary, role]),
    ));

  it('scopes', () =>
    expect(rowsUnder('| Scope | Why | Without it |')).toEqual(
      SCOPES.map((one) => [one.scope, one.why, 'without' in one ? one.without : '']),
    ));
});

/** A heading as links name it: small letters, words joined by dashes, no other signs. */
const anchorsIn = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** What a link leads to that is not there; undefined when all is well. */
const broken = (page: string, link: string): string | undefined => {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, file))) return `${link}: there is no ${file}`;
  return anchor === undefined || anchorsIn(textOf(file)).includes(anchor)
    ? undefined
    : `${link}: ${file} has no such heading`;
};

describe('links within the repository', () => {
  it.each(pages)('%s', (page) => {
    const links = [...textOf(page).matchAll(/\]\(([^()\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^[a-z]+:/.test(link));
    expect(links.flatMap((link) => broken(page, link) ?? [])).toEqual([]);
  });

  it('a dead link and a dead anchor are noticed', () => {
    expect(broken('README.md', 'nowhere.md')).toBe('nowhere.md: there is no nowhere.md');
    expect(broken('docs/reliability.md', '../README.md#nothing')).toMatch(/no such heading/);
  });
});

/** What stands in fenced blocks and between backticks: there a command is meant to be typed. */
const codeIn = (text: string): string[] => {
  const blocks = [...text.matchAll(/^```[a-z]*\n(.*?)^```/gms)].map(([, code = '']) => code);
  const spans = [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`]+)`/g)].map(
    ([, code = '']) => code,
  );
  return [...blocks, ...spans];
};

const scripts = Object.keys((JSON.parse(textOf('package.json')) as { scripts: object }).scripts);
const verbs = [...textOf('src/main.ts').matchAll(/import\('\.\/cli\/([a-z-]+)\.ts'\)/g)].map(
  ([, name = '']) => name,
);

const unknownScripts = (text: string): string[] =>
  [...text.matchAll(/npm run (?:-s )?([a-z][a-z:]*)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !scripts.includes(name));

/** Command lines with a verb or a flag that does not exist. */
const wrongCalls = async (text: string): Promise<string[]> => {
  const wrong: string[] = [];
  for (const [call, name = '', rest = ''] of codeIn(text).flatMap((code) => [
    ...code.matchAll(/illumio-chatops ([a-z]+)([^\n#]*)/g),
  ])) {
    const { verb } = verbs.includes(name)
      ? ((await import(join(root, `src/cli/${name}.ts`))) as { verb: Verb })
      : { verb: undefined };
    const flags = [...rest.matchAll(/--[a-z-]+/g)].map(([flag]) => flag);
    if (verb === undefined || !flags.every((flag) => verb.usage.includes(flag))) wrong.push(call);
  }
  return wrong;
};

describe('commands that can be typed', () => {
  it.each(pages)('%s names only scripts of package.json', (page) =>
    expect(unknownScripts(textOf(page))).toEqual([]),
  );

  it.each(pages)('%s names only verbs and flags of the command line', async (page) =>
    expect(await wrongCalls(textOf(page))).toEqual([]),
  );

  it('a script, a verb and a flag that do not exist are noticed', async () => {
    expect(unknownScripts('`npm run -s nothing`')).toEqual(['nothing']);
    expect(await wrongCalls('```\nillumio-chatops fly\n```')).toEqual(['illumio-chatops fly']);
    expect(await wrongCalls('`illumio-chatops check --now`')).toEqual(['illumio-chatops check --now']);
  });

  it('the README names every verb but the one for editors', () => {
    const typed = codeIn(textOf('README.md')).join('\n');
    const unnamed = verbs.filter((name) => !new RegExp(`(illumio-chatops|npm run) ${name}\\b`).test(typed));
    expect(unnamed).toEqual(['schema']);
  });
});
