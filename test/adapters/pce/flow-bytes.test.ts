import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sameBytes, textOver } from '../../../src/adapters/pce/flows/text.ts';
import { fileBytes, readFlows } from '../../../src/adapters/pce/index.ts';
import type { Flow } from '../../../src/core/flow.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flow-bytes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const fileOf = (name: string, bytes: Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

/** Text that gzip cannot make small, so that the file has more pieces than there are buffers. */
const rowsOf = (count: number): object[] =>
  Array.from({ length: count }, (_, n) => ({
    src: { ip: '192.0.2.1' },
    dst: { ip: '192.0.2.2' },
    service: { port: 443, proto: 6 },
    num_connections: n,
    timestamp_range: { first_detected: '2026-09-10T00:00:00Z', last_detected: '2026-09-10T01:00:00Z' },
    seal: createHash('sha512').update(`${n}`).digest('hex').repeat(8),
  }));

describe('the bytes of a file', () => {
  it.each([
    ['nothing', 0],
    ['less than a piece', 1_000],
    ['exactly two pieces', 2 * 1024 * 1024],
    ['more pieces than there are buffers', 5 * 1024 * 1024 + 7],
  ])('are all there and in order: %s', async (_, size) => {
    const whole = Buffer.from(Uint8Array.from({ length: size }, (__, at) => (at * 31 + (at >> 12)) & 255));
    const pieces: Buffer[] = [];
    for await (const piece of fileBytes(fileOf('plain', whole))) pieces.push(Buffer.from(piece));
    expect(Buffer.concat(pieces).equals(whole)).toBe(true);
  });

  it('survive gzip, which takes pieces ahead while the buffers are filled anew', async () => {
    const rows = rowsOf(6_000);
    const lines = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const packed = gzipSync(Buffer.concat([gzipSync(lines, { level: 0 })]), { level: 0 });
    expect(packed.length).toBeGreaterThan(5 * 1024 * 1024);
    const flows: Flow[] = [];
    const count = await readFlows(fileBytes(fileOf('packed', packed)), (flow) => flows.push(flow));
    expect(count).toEqual({ rows: rows.length, rejected: 0 });
    expect(flows.every(({ connections }, n) => connections === n)).toBe(true);
  });

  it.each([1, 2, 7, 1_000])(
    'are read before the next piece is asked for, %i at a time, packed or not',
    async (size) => {
      async function* overwritten(bytes: Buffer): AsyncGenerator<Buffer> {
        for (let at = 0; at < bytes.length; at += size) {
          const piece = Buffer.from(bytes.subarray(at, at + size));
          yield piece;
          piece.fill(0x21);
        }
      }
      const rows = rowsOf(40);
      const text = Buffer.from(JSON.stringify(rows));
      for (const bytes of [text, gzipSync(text), gzipSync(gzipSync(text))])
        expect(await readFlows(overwritten(bytes), () => {})).toEqual({ rows: rows.length, rejected: 0 });
    },
  );

  it('are let go of by one who stops early', async () => {
    const path = fileOf('long', Buffer.alloc(4 * 1024 * 1024, 0x61));
    for await (const piece of fileBytes(path)) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
  });

  it('fail as opening fails', async () => {
    const read = async () => {
      for await (const _ of fileBytes(join(folder, 'missing'))) break;
    };
    await expect(read()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('bytes compared by words', () => {
  const bytes = (max: number) => fc.uint8Array({ min: 1, max, maxLength: 90 });

  it('are never called the same when they are not', () =>
    fc.assert(
      fc.property(
        bytes(255),
        fc.nat(8),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (own, before, at, sign) => {
          fc.pre(own.length > 0);
          const other = Uint8Array.from(own);
          other[at % own.length] = sign;
          const [a, b] = [textOver(Buffer.from(own)), textOver(Buffer.concat([Buffer.alloc(before), other]))];
          const same = sameBytes(a.words, 0, b.words, before, own.length);
          if (own[at % own.length] !== sign) expect(same).toBe(false);
        },
      ),
      { numRuns: 1_000 },
    ));

  it('are called the same when they are, wherever they stand', () =>
    fc.assert(
      fc.property(bytes(0x7e), fc.nat(8), fc.nat(8), (own, before, after) => {
        const spaced = Buffer.concat([Buffer.alloc(before), own, Buffer.alloc(after)]);
        const copy = textOver(Buffer.from(own));
        expect(sameBytes(textOver(spaced).words, before, copy.words, 0, own.length)).toBe(true);
      }),
      { numRuns: 1_000 },
    ));
});
