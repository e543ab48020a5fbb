import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const main = `${root}dist/main.js`;

const run = (command: string): Promise<{ code: number | null; stdout: string; stderr: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn('bash', ['-o', 'pipefail', '-c', command], { cwd: root });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (piece: Buffer) => {
      stdout += piece.toString();
    });
    child.stderr.on('data', (piece: Buffer) => {
      stderr += piece.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });

/** Tells what was loaded when the process ends, as JSON: paths of CommonJS modules and names of node's own. */
const TELLING = `data:text/javascript,${encodeURIComponent(`
  import { createRequire } from "node:module";
  const { cache } = createRequire(process.cwd() + "/");
  process.on("exit", () => console.log(JSON.stringify([...Object.keys(cache), ...process.moduleLoadList])));
`)}`;

// `npm test` builds before it runs the tests; a bare `vitest run` in a fresh checkout has nothing to start.
describe.skipIf(!existsSync(main))('the built program', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };
    expect(await run(`node ${main} --version`)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('exits 2 on an unknown verb, with nothing on stdout', async () => {
    const { code, stdout, stderr } = await run(`node ${main} chek`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/Did you mean check\?/);
  });

  it('says nothing when its reader has seen enough', async () => {
    expect(await run(`node ${main} schema | head -c 1`)).toEqual({ code: 0, stdout: '{', stderr: '' });
  });

  it('has read its configuration before it loads what no question to a PCE needs (docs/performance.md, Start)', async () => {
    const { stdout, stderr } = await run(`node --import '${TELLING}' ${main} start --config none.yml`);
    expect(stderr).toMatch(/none\.yml:1: The file cannot be read/);
    const loaded = JSON.parse(stdout) as readonly string[];
    const among = (...names: readonly string[]): string[] =>
      names.filter((name) => loaded.some((one) => one.includes(name)));
    expect(among('/node_modules/undici/', '/node_modules/yaml/')).toHaveLength(2);
    expect(
      among(
        '/@slack/',
        '/express/',
        '/node-cron/',
        '/nodemailer/',
        '/resvg-js/',
        'internal/deps/undici/undici',
      ),
    ).toEqual([]);
  });

  it('is joined from ASCII alone: V8 keeps its text with one byte a character', () => {
    const files = readdirSync(`${root}dist/chunks`).filter((name) => name.endsWith('.js'));
    expect(files.length).toBeGreaterThan(20);
    const foreign = files.filter((name) =>
      readFileSync(`${root}dist/chunks/${name}`).some((byte) => byte > 0x7f),
    );
    expect(foreign).toEqual([]);
  });
});
