import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verb } from '../../src/cli/commands.ts';
import { COMMAND_PICTURES } from '../../src/cli/commands-page.ts';
import { commands } from '../../src/commands/index.ts';
import { anEdge } from '../support/edge.ts';

describe('commands', () => {
  it('prints a line per command, its name first', async () => {
    const edge = anEdge();
    expect(await verb.run([], edge)).toBe(0);
    const rows = (edge.stdout[0] ?? '').split('\n');
    expect(rows.map((row) => row.split(/\s/)[0])).toEqual(commands.map(({ id }) => id));
  });

  it('docs/commands.md is what it prints (write it anew with `node dist/main.js commands --markdown > docs/commands.md`)', async () => {
    const edge = anEdge();
    expect(await verb.run(['--markdown'], edge)).toBe(0);
    const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
    expect(`${edge.stdout[0]}\n`).toBe(page);
  });

  it('every command stands on the page once, also in JSON', async () => {
    const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
    for (const { id } of commands)
      expect(page.split('\n').filter((line) => line === `### ${id}`)).toEqual([`### ${id}`]);
    const edge = anEdge();
    expect(await verb.run(['--json'], edge)).toBe(0);
    const listed = JSON.parse(edge.stdout[0] ?? '') as { id: string }[];
    expect(listed.map(({ id }) => id)).toEqual(commands.map(({ id }) => id));
  });

  it('pictures are of commands there are', () => {
    const ids = commands.map(({ id }) => id);
    expect(Object.keys(COMMAND_PICTURES).filter((id) => !ids.includes(id))).toEqual([]);
  });
});
