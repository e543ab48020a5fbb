import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verb } from '../../src/cli/rules.ts';
import { rules } from '../../src/rules/index.ts';
import { anEdge } from '../support/edge.ts';

describe('rules', () => {
  it('prints a table whose first column is the id, columns aligned', async () => {
    const edge = anEdge();
    expect(await verb.run([], edge)).toBe(0);
    const [header = '', ...rows] = (edge.stdout[0] ?? '').split('\n');
    expect(rows.map((row) => row.split(/\s/)[0])).toEqual([...rules.map(({ id }) => id), 'custom']);
    const severityAt = header.indexOf('SEVERITY');
    for (const row of rows) expect(row.slice(severityAt)).toMatch(/^(info|warning|error|critical) /);
  });

  it('docs/rules.md is what it prints (write it anew with `node dist/main.js rules --markdown > docs/rules.md`)', async () => {
    const edge = anEdge();
    expect(await verb.run(['--markdown'], edge)).toBe(0);
    const page = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8');
    expect(`${edge.stdout[0]}\n`).toBe(page);
  });

  it('prints every rule with the schema of its options as JSON', async () => {
    const edge = anEdge();
    expect(await verb.run(['--json'], edge)).toBe(0);
    const listed = JSON.parse(edge.stdout[0] ?? '') as Record<string, unknown>[];
    expect(listed.map(({ id }) => id)).toEqual([...rules.map(({ id }) => id), 'custom']);
    expect(listed.find(({ id }) => id === 'firewall-tampering')).toMatchObject({
      severity: 'error',
      life: 'burst',
      on: expect.arrayContaining(['agent.tampering']),
      options: { type: 'object' },
      file: 'src/rules/firewall-tampering.ts',
    });
  });
});
