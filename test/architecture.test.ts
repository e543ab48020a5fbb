import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LAYERS, violations } from './support/architecture.ts';

const root = new URL('..', import.meta.url).pathname;
const src = join(root, 'src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const exists = (path: string): boolean => files.includes(path);

describe('imports follow the table of design §2', () => {
  it.each(files)('%s', (file) => {
    expect(violations(file, readFileSync(join(src, file), 'utf8'), exists)).toEqual([]);
  });

  it('every row says why', () => {
    for (const { from, why } of LAYERS) expect(why.length, from).toBeGreaterThan(20);
  });
});

/** [what is planted, in which file, its text, what is said] */
const PLANTED: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'core importing the composition root',
    'core/planted.ts',
    "import '../app.ts';",
    /imports \.\.\/app\.ts: What decides/,
  ],
  [
    'core importing a rule, as a type',
    'core/planted.ts',
    "import type { X } from '../rules/index.ts';",
    /\.\.\/rules\/index\.ts/,
  ],
  ['core importing Node', 'core/planted.ts', "export { createHash } from 'node:crypto';", /node:crypto/],
  [
    'core loading something late',
    'core/planted.ts',
    "export const x = () => import('../config/parse.ts');",
    /config\/parse/,
  ],
  [
    'core loading something it computes',
    'core/planted.ts',
    'export const x = (y: string) => import(y);',
    /\(computed\)/,
  ],
  [
    'a type taken from another folder',
    'core/planted.ts',
    "export type X = import('../config/parse.ts').Catalog;",
    /config\/parse/,
  ],
  [
    'a rule importing a view',
    'rules/planted.ts',
    "import { x } from '../views/parts.ts';",
    /\.\.\/views\/parts\.ts/,
  ],
  [
    'a view importing Slack at run time',
    'views/planted.ts',
    "import { x } from '@slack/types';",
    /only the types/,
  ],
  [
    'a pipeline importing an adapter',
    'pipelines/planted.ts',
    "import { x } from '../adapters/store/journal.ts';",
    /knows no adapter/,
  ],
  [
    'one adapter importing another',
    'adapters/slack/planted.ts',
    "import { x } from '../pce/client.ts';",
    /\.\.\/pce\/client\.ts/,
  ],
  [
    'an adapter importing a library of another',
    'adapters/store/planted.ts',
    "import { x } from 'undici';",
    /undici/,
  ],
  [
    'the probes importing what they report',
    'adapters/http/planted.ts',
    "import { x } from '../../pipelines/status.ts';",
    /what is said is decided elsewhere/,
  ],
  [
    'a simulator importing the bot',
    'simulators/pce/planted.ts',
    "import { x } from '../../core/event.ts';",
    /hide the bot/,
  ],
  [
    'a simulator importing the other',
    'simulators/pce/http/planted.ts',
    "import { x } from '../../slack/world.ts';",
    /hide the bot/,
  ],
  ['config importing Node', 'config/planted.ts', "import { readFileSync } from 'node:fs';", /node:fs/],
  [
    'a verb importing a simulator',
    'cli/planted.ts',
    "import { x } from '../simulators/slack/world.ts';",
    /\.\.\/simulators/,
  ],
  ['main importing the app', 'main.ts', "import { x } from './config/parse.ts';", /process edge/],
  [
    'anything importing a test',
    'app.ts',
    "import { x } from '../test/support/config.ts';",
    /leads out of src/,
  ],
  ['an import without its ending', 'core/planted.ts', "import { x } from './nearest';", /paths end in \.ts/],
  ['a folder the design does not name', 'helpers/planted.ts', 'export {};', /no folder of the design/],
];

describe('a planted violation is caught by the table', () => {
  it.each(PLANTED)('%s', (_, file, text, expected) => {
    const [said = ''] = violations(
      file,
      text,
      (path) => exists(path) || /^(app|views|adapters|simulators|rules)/.test(path),
    );
    expect(said).toMatch(expected);
  });
});

describe('a planted violation is caught by the linter', () => {
  const copy = mkdtempSync(join(tmpdir(), 'boundaries-'));
  afterAll(() => rmSync(copy, { recursive: true }));

  /** [folder, what only the linter needs to see, its rule] */
  const IMPURE: readonly (readonly [string, string])[] = [
    ['Date.now()', 'plugin'],
    ['new Date()', 'plugin'],
    ['Math.random()', 'plugin'],
    ['process.argv', 'noRestrictedGlobals'],
    ['setTimeout', 'noRestrictedGlobals'],
    ['performance.now()', 'noRestrictedGlobals'],
    ['fetch', 'noRestrictedGlobals'],
    ['crypto', 'noRestrictedGlobals'],
  ];
  const pure = ['core', 'rules', 'analytics', 'views', 'charts', 'actions', 'commands'];
  const cases = [
    ...pure.flatMap((folder) =>
      IMPURE.map(([expression, rule]) => ({ folder, text: `export const planted = ${expression};\n`, rule })),
    ),
    ...['src/pipelines', 'src/adapters/pce', 'src/config'].map((path) => ({
      folder: path.slice(4),
      text: "export const planted = process.env['X'];\n",
      rule: 'noProcessEnv',
    })),
    // The linter sees the text of a specifier, not the file it leads to, and no import('…').Type: those are the table's alone.
    ...PLANTED.filter(
      ([what]) => !/without its ending|does not name|at run time|computes|a type taken/.test(what),
    ).map(([, file, text]) => ({ folder: dirname(file), text: `${text}\n`, rule: 'noRestrictedImports' })),
  ].map((one, i) => ({
    ...one,
    // main.ts and app.ts are rows of their own: planted under their own names, in turn.
    file:
      one.folder === '.'
        ? /test\//.test(one.text)
          ? 'src/app.ts'
          : 'src/main.ts'
        : `src/${one.folder}/planted-${i}.ts`,
  }));

  it('in every folder of the table and for every impurity', () => {
    for (const { file, text } of cases) {
      mkdirSync(join(copy, dirname(file)), { recursive: true });
      writeFileSync(join(copy, file), text);
    }
    for (const name of ['biome.json', 'tools'])
      cpSync(join(root, name), join(copy, name), { recursive: true });
    // The configuration follows .gitignore of the repository it stands in, and finds its own schema in node_modules.
    writeFileSync(join(copy, '.gitignore'), 'node_modules\n');
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const { stdout } = spawnSync(
      join(root, 'node_modules/.bin/biome'),
      ['lint', '--reporter=json', '--max-diagnostics=none', '.'],
      { cwd: copy, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: { category: string; location: { path: string } }[];
    };
    const caught = new Set(
      diagnostics.map(({ category, location }) => `${location.path} ${category.split('/').pop()}`),
    );
    expect(cases.filter(({ file, rule }) => !caught.has(`${file} ${rule}`))).toEqual([]);
  });
});

interface Unit {
  readonly id: string;
}

describe('a registry holds exactly the files of its folder', () => {
  const REGISTRIES: readonly (readonly [string, string])[] = [
    ['rules', 'rules'],
    ['actions', 'actions'],
    ['commands', 'commands'],
    ['analytics', 'analyses'],
  ];

  // A folder without a registry holds nothing yet: seen as skipped until its index.ts is there.
  const there = REGISTRIES.filter(([folder]) => existsSync(join(src, folder, 'index.ts')));
  const missing = REGISTRIES.filter((registry) => !there.includes(registry));
  if (missing.length > 0) it.skip.each(missing)('src/%s has no registry yet', () => {});

  it.each(there)('src/%s/index.ts lists one unit per file, each named as its file', async (folder, name) => {
    const index = join(src, folder, 'index.ts');
    const units = ((await import(index)) as Record<string, readonly Unit[]>)[name] ?? [];
    const named = readFileSync(index, 'utf8');
    const ids = units.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(exists(`${folder}/${id}.ts`), `src/${folder}/${id}.ts`).toBe(true);
    // A file that is no unit may stand beside them when a unit uses it; one that nobody names is a unit that was forgotten.
    const used = files
      .filter((file) => file.startsWith(`${folder}/`))
      .flatMap((file) => readFileSync(join(src, file), 'utf8'));
    for (const file of files.filter((one) => one.startsWith(`${folder}/`) && one !== `${folder}/index.ts`)) {
      const id = file.slice(folder.length + 1, -3);
      if (named.includes(`'./${id}.ts'`)) expect(ids, `${file} is imported by the registry`).toContain(id);
      else
        expect(
          used.some((text) => text.includes(`/${id.split('/').at(-1)}.ts'`)),
          `${file} is in no registry`,
        ).toBe(true);
    }
  });
});
