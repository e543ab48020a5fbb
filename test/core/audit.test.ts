import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type AuditRecord, chained, GENESIS, verifyChain } from '../../src/core/audit.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const chain = (length: number): string[] => {
  const records: AuditRecord[] = [];
  for (let seq = 1; seq <= length; seq += 1)
    records.push(
      chained(
        {
          actor: { team: 'T1', user: 'U1' },
          actorName: 'ada',
          action: 'quarantine',
          verdict: 'allowed',
          why: `${seq}`,
        },
        {
          seq,
          time: '2025-01-01T00:00:00.000Z',
          config: 'c',
          version: '1',
          prev: records.at(-1)?.hash ?? GENESIS,
        },
        sha256,
      ),
    );
  return records.map((record) => JSON.stringify(record));
};

const good = chain(4);
const edited = (at: number, from: string, to: string): string[] =>
  good.map((line, index) => (index === at ? line.replace(from, to) : line));

describe('verifying the audit', () => {
  it('accepts a chain, an empty one too, and gives its head', () => {
    expect(verifyChain(good, sha256)).toEqual({
      ok: true,
      records: 4,
      head: (JSON.parse(good[3] ?? '') as AuditRecord).hash,
    });
    expect(verifyChain([], sha256)).toEqual({ ok: true, records: 0, head: GENESIS });
  });

  it('can be repeated by hand: the hash is that of the line without its last field', () => {
    const [line = ''] = good;
    const [, hash] = /,"hash":"(\w+)"\}$/.exec(line) ?? [];
    expect(sha256(line.replace(/,"hash":"\w+"\}$/, '}'))).toBe(hash);
  });

  it.each([
    ['changed', edited(1, 'ada', 'eve'), 2, 2],
    ['changed and hashed anew', [...chain(1), ...chain(2).slice(0, 1)], 2, 1],
    ['no JSON', edited(2, '{', ''), 3, null],
    ['JSON, and no record', edited(2, good[2] ?? '', '7'), 3, null],
    ['missing', [good[0] ?? '', ...good.slice(2)], 2, 3],
    ['missing at the beginning', good.slice(1), 1, 2],
    ['there twice', [...good.slice(0, 2), ...good.slice(1)], 3, 2],
    ['out of turn', [good[1] ?? '', good[0] ?? ''], 1, 2],
  ])('fault 43: names the first record that is %s', (_what, lines, line, seq) => {
    expect(verifyChain(lines, sha256)).toMatchObject({
      ok: false,
      records: line - 1,
      firstBad: { line, seq },
    });
  });
});
