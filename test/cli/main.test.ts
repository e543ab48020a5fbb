import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
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
});
