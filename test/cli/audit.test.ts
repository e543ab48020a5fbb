import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verb } from '../../src/cli/audit.ts';
import { sha256 } from '../../src/cli/load-config.ts';
import { type AuditRecord, chained, GENESIS } from '../../src/core/audit.ts';
import { anEdge } from '../support/edge.ts';

const cwd = mkdtempSync(join(tmpdir(), 'audit-'));
afterAll(() => rmSync(cwd, { recursive: true }));

/** A chain of so many records. */
const chain = (count: number): AuditRecord[] => {
  const records: AuditRecord[] = [];
  for (let seq = 1; seq <= count; seq++)
    records.push(
      chained(
        {
          actor: { system: 'test' },
          actorName: 'test',
          action: 'config-loaded',
          verdict: 'noted',
          why: `n ${seq}`,
        },
        {
          seq,
          time: '2026-01-01T00:00:00Z',
          config: 'c',
          version: '0',
          prev: records[seq - 2]?.hash ?? GENESIS,
        },
        sha256,
      ),
    );
  return records;
};
const RECORDS = chain(4);
const LINES = RECORDS.map((record) => JSON.stringify(record));

const verify = async (text: string | undefined, ...flags: string[]) => {
  rmSync(join(cwd, 'data'), { recursive: true, force: true });
  mkdirSync(join(cwd, 'data'));
  if (text !== undefined) writeFileSync(join(cwd, 'data/audit.jsonl'), text);
  const edge = anEdge({ cwd });
  return {
    code: await verb.run(['verify', '--json', ...flags], edge),
    said: JSON.parse(edge.stdout[0] ?? ''),
  };
};
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('audit verify', () => {
  it('counts the records of a chain that holds', async () => {
    expect(await verify(text(LINES))).toEqual({ code: 0, said: { ok: true, records: 4 } });
  });

  it('holds for a file without records', async () => {
    expect(await verify('')).toEqual({ code: 0, said: { ok: true, records: 0 } });
  });

  it.each([
    [
      'a word was changed',
      LINES.map((line, i) => (i === 1 ? line.replace('n 2', 'n 9') : line)),
      2,
      'content does not match',
    ],
    ['a record was taken out', LINES.filter((_, i) => i !== 1), 2, 'does not follow'],
    ['two records changed places', [LINES[1] ?? '', LINES[0] ?? ''], 1, 'does not follow'],
    ['a line is no JSON', [LINES[0] ?? '', 'oops'], 2, 'not JSON'],
  ])('finds that %s', async (_, lines, line, why) => {
    const { code, said } = await verify(text(lines));
    expect(code).toBe(1);
    expect(said).toMatchObject({ ok: false, firstBad: { line, why: expect.stringContaining(why) } });
  });

  it('finds that the last record was cut short', async () => {
    const { code, said } = await verify(text(LINES).slice(0, -9));
    expect(code).toBe(1);
    expect(said).toMatchObject({ ok: false, records: 3, firstBad: { line: 4 } });
  });

  it('finds a tail that was cut off when it knows a hash from before', async () => {
    const anchor = RECORDS[3]?.hash ?? '';
    expect(await verify(text(LINES), '--anchor', anchor)).toMatchObject({ code: 0 });
    expect(await verify(text(LINES.slice(0, 3)), '--anchor', anchor)).toMatchObject({
      code: 1,
      said: { ok: false, records: 3, firstBad: { line: 3, seq: 3 } },
    });
  });

  it('does not hold when the file is gone', async () => {
    expect(await verify(undefined)).toMatchObject({ code: 1, said: { ok: false, records: 0 } });
  });

  it.each([
    ['without a word', [], 'Say what to do'],
    ['with another word', ['show'], 'Say what to do'],
    ['with an anchor that is no hash', ['verify', '--anchor', 'abc'], '64 characters'],
  ])('%s it exits 2 with the usage', async (_, args, expected) => {
    const edge = anEdge({ cwd });
    expect(await verb.run(args, edge)).toBe(2);
    expect(edge.stderr[0]).toContain(expected);
    expect(edge.stderr[0]).toContain('Usage: illumio-chatops audit verify');
  });
});
