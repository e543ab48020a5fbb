import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verb } from '../../src/cli/status.ts';
import { writeStatus } from '../../src/cli/status-file.ts';
import type { BotStatus } from '../../src/core/command.ts';
import { anEdge } from '../support/edge.ts';

const cwd = mkdtempSync(join(tmpdir(), 'status-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const status = (now: number, parts: Partial<BotStatus> = {}, pce: object = {}): BotStatus => ({
  version: '0.1.0',
  startedAt: now - 7_200_000,
  ready: true,
  slack: { connections: 2, wanted: 2 },
  pces: [
    {
      name: 'prod-east',
      cursor: now - 20_000,
      lastPollAt: now - 12_000,
      eventsSeen: 1,
      rejected: 0,
      trouble: undefined,
      callsPerMinute: 8,
      inventory: { workloads: 1, managed: 1, readAt: now },
      ...pce,
    },
  ],
  queue: { waiting: 0, oldestAt: undefined, dead: 0 },
  ...parts,
});

const run = async (content: (now: number) => BotStatus, args: string[] = []) => {
  const now = Date.now();
  await writeStatus(cwd, { at: now, pid: 7, status: content(now) });
  const edge = anEdge({ cwd });
  const exit = await verb.run(['--data', '.', ...args], edge);
  return { exit, lines: edge.stdout };
};

describe('status', () => {
  it.each<[string, (now: number) => BotStatus, string | RegExp]>([
    ['that it is ready', (now) => status(now), /^ready, running for 2 h/],
    ['that it is not', (now) => status(now, { ready: false }), /^not ready, /],
    [
      'how far behind it is, what the sweep found and when the key ends',
      (now) =>
        status(
          now,
          {},
          { lagMs: 20_000, lastSweepFound: 3, overflows: 1, keyExpiresAt: now + 61.5 * 86_400_000 },
        ),
      'prod-east: polled 12 s ago, 20 s behind, last sweep found 3, 1 overflow, key expires in 61 d',
    ],
    [
      'a gap that is open',
      (now) => status(now, {}, { gapFrom: 0 }),
      /a gap from 1970-01-01T00:00:00.000Z on$/,
    ],
    [
      'what waits, by channel',
      (now) =>
        status(now, {
          slack: { connections: 2, wanted: 2, backlog: [{ channel: 'C1', waiting: 12, waitMs: 14_000 }] },
        }),
      '  C1: 12 waiting, ~14 s',
    ],
    [
      'another program on the app',
      (now) => status(now, { slack: { connections: 2, wanted: 2, foreign: 1 } }),
      'slack: 2 of 2 connections; another program uses this app (1 connection)',
    ],
    [
      'a clean self-audit',
      (now) => status(now, { selfAudit: { at: now - 60_000, checked: 9, ok: true, problems: [] } }),
      'self-audit: nothing is lost, 9 rows checked 1 min ago',
    ],
    [
      'what a self-audit found',
      (now) =>
        status(now, {
          selfAudit: {
            at: now,
            checked: 9,
            ok: false,
            problems: [{ what: 'incident-unposted', id: 'i1', since: 0 }],
          },
        }),
      '  an incident without a message in Slack and none on its way: i1, since 1970-01-01T00:00:00.000Z',
    ],
  ])('says %s', async (_, content, line) => {
    const { exit, lines } = await run(content);
    expect(lines).toContainEqual(typeof line === 'string' ? line : expect.stringMatching(line));
    expect(exit).toBe(lines[0]?.startsWith('ready') ? 0 : 1);
  });

  it('gives everything as one JSON document', async () => {
    const { lines } = await run((now) => status(now, {}, { gaps: 2 }), ['--json']);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ pid: 7, ready: true, pces: [{ gaps: 2 }] });
  });

  it('says that a bot that has fallen silent does not run', async () => {
    const at = Date.now() - 60_000;
    writeFileSync(join(cwd, 'status.json'), JSON.stringify({ at, pid: 7, status: status(at) }));
    const edge = anEdge({ cwd });
    expect(await verb.run(['--data', '.'], edge)).toBe(1);
    expect(edge.stdout).toEqual([expect.stringMatching(/^not running: it last said something 6\d s ago$/)]);
  });
});
