import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verb } from '../../src/cli/audit.ts';
import { sha256 } from '../../src/cli/load-config.ts';
import { type AuditEntry, chained, GENESIS } from '../../src/core/audit.ts';
import { someRoles } from '../support/asking.ts';
import { MINIMAL } from '../support/config.ts';
import { anEdge } from '../support/edge.ts';

const cwd = mkdtempSync(join(tmpdir(), 'who-could-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const roles = {
  ...someRoles,
  viewer: undefined,
  analyst: [],
  responder: [
    { members: [{ group: 'S1' }], labels: 'env=dev', channels: undefined, actions: undefined },
    { members: [{ team: 'T1', user: 'U0BOB' }], labels: undefined, channels: ['C0SOC'], actions: undefined },
  ],
  approver: [{ team: 'T1', user: 'U0ANA' }],
  admin: [],
};

const NAMED = 'announce_channel: C0ANNOUN01\nroles: {responder: [{members: [T0SIM0001/U0000000BOB]}]}\n';

const bot = { actor: { system: 'bot' }, actorName: 'bot', verdict: 'noted' } as const;
/** Bob is named; Maya was in the group; Eve joins it on the 2nd and has its role from 11:00 on; Maya leaves on the 3rd. */
const HISTORY: readonly (readonly [time: string, entry: Partial<AuditEntry>])[] = [
  ['2026-01-01T00:00:00Z', { action: 'start', roles, groups: {} }],
  ['2026-01-01T00:01:00Z', { action: 'role change', groups: { S1: { U0MAYA: null } } }],
  [
    '2026-01-01T12:00:00Z',
    { action: 'quarantine', target: { href: '/w/1', name: 'web-01' }, before: 'app=shop env=dev' },
  ],
  [
    '2026-01-02T10:00:00Z',
    { action: 'role change', groups: { S1: { U0MAYA: null, U0EVE: '2026-01-02T11:00:00Z' } } },
  ],
  ['2026-01-03T10:00:00Z', { action: 'role change', groups: { S1: { U0EVE: '2026-01-02T11:00:00Z' } } }],
];

const log = (history = HISTORY, config = 'c1'): string => {
  let prev = GENESIS;
  return history
    .map(([time, entry], i) => {
      const record = chained(
        { ...bot, action: 'start', ...entry },
        { seq: i + 1, time, config, version: '1', prev },
        sha256,
      );
      prev = record.hash;
      return `${JSON.stringify(record)}\n`;
    })
    .join('');
};

const ask = async (words: readonly string[], text = log(), config?: string) => {
  mkdirSync(join(cwd, 'data'), { recursive: true });
  writeFileSync(join(cwd, 'data/audit.jsonl'), text);
  if (config === undefined) rmSync(join(cwd, 'config.yml'), { force: true });
  else writeFileSync(join(cwd, 'config.yml'), config);
  const edge = anEdge({ cwd });
  const code = await verb.run(['who-could', ...words], edge);
  return { code, out: edge.stdout, err: edge.stderr };
};

const could = async (...words: string[]) => {
  const { code, out } = await ask(['quarantine', '--json', ...words]);
  return { code, could: JSON.parse(out[0] ?? '{}').could?.map(({ user }: { user: string }) => user) };
};

describe('audit who-could', () => {
  it.each([
    ['a member and who is named', ['--at', '2026-01-01T12:00:00Z'], ['U0BOB', 'U0MAYA']],
    ['not who joined less than an hour ago', ['--at', '2026-01-02T10:59:59Z'], ['U0BOB', 'U0MAYA']],
    ['who joined an hour ago', ['--at', '2026-01-02T11:00:00Z'], ['U0BOB', 'U0MAYA', 'U0EVE']],
    ['not who has left', ['--at', '2026-01-04'], ['U0BOB', 'U0EVE']],
    [
      'who has the labels in scope',
      ['--at', '2026-01-01T12:00:00Z', 'env=dev', 'app=shop'],
      ['U0BOB', 'U0MAYA'],
    ],
    ['not who has other labels in scope', ['--at', '2026-01-01T12:00:00Z', 'env=prod'], ['U0BOB']],
    ['by the labels the record has of the host', ['--at', '2026-01-02', 'WEB-01'], ['U0BOB', 'U0MAYA']],
  ])('names %s', async (_, words, expected) => {
    expect(await could(...words)).toEqual({ code: 0, could: expected });
  });

  it('says who held which role, and whose role was still to come', async () => {
    const { code, out } = await ask(['approve', '--at', '2026-01-02T10:30:00Z']);
    expect(code).toBe(0);
    expect(out).toEqual([
      'approve of any host in scope at 2026-01-02T10:30:00.000Z, by the configuration of the start of 2026-01-01T00:00:00Z:',
      '  U0ANA  approver, named in the configuration',
      'Roles then:',
      '  responder  U0MAYA  member of user group S1 (labels env=dev)',
      '  responder  U0EVE  member of user group S1 (labels env=dev), only from 2026-01-02T11:00:00Z on',
      '  responder  U0BOB  named in the configuration (channels C0SOC)',
      '  approver  U0ANA  named in the configuration',
      'Not in the record: whether Slack answered then, and whether an account was a guest or deleted.',
    ]);
  });

  it('says that every full member could what viewers may', async () => {
    expect((await ask(['alerts', '--at', '2026-01-02'])).out).toContain(
      '  every full member of the workspace',
    );
  });

  it.each([
    ['of a time before the first record', ['--at', '2025-12-31'], log(), 'does not reach back to 2025-12-31'],
    ['of a log without records', ['--at', '2026-01-02'], '', 'it is empty'],
    [
      'of a log that somebody edited',
      ['--at', '2026-01-02'],
      log().replace('U0BOB', 'U0EVE'),
      'broken at audit.jsonl line 1',
    ],
    [
      'of a host nobody acted on before',
      ['--at', '2026-01-01T11:59:59Z', 'web-01'],
      log(),
      'does not say which labels web-01 had',
    ],
    [
      'of a start without its roles, whose configuration is not there',
      ['--at', '2026-01-02'],
      log([['2026-01-01T00:00:00Z', { action: 'start' }]]),
      'config.yml is not readable',
    ],
  ])('says nothing %s, and exits 1', async (_, words, text, why) => {
    const said = await ask(['quarantine', ...words], text);
    expect(said).toMatchObject({ code: 1, out: [expect.stringContaining(why)] });
    const json = await ask(['quarantine', '--json', ...words], text);
    expect(JSON.parse(json.out[0] ?? '')).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });

  it('takes the roles of a start without them from the configuration file its hash proves, and from no other', async () => {
    const text = log([['2026-01-01T00:00:00Z', { action: 'start' }]], sha256(`${MINIMAL}${NAMED}`));
    const words = ['quarantine', '--at', '2026-01-02', '--json'];
    const said = async (config: string) => JSON.parse((await ask(words, text, config)).out[0] ?? '');
    expect(await said(`${MINIMAL}${NAMED}`)).toMatchObject({ ok: true, could: [{ user: 'U0000000BOB' }] });
    expect(await said(`${MINIMAL}${NAMED}# `)).toMatchObject({
      ok: false,
      why: expect.stringContaining('is another'),
    });
  });

  it('names a user group whose members then are not known, and exits 1', async () => {
    const { code, out } = await ask(['quarantine', '--at', '2026-01-01T00:00:30Z']);
    expect(code).toBe(1);
    expect(out).toContain('  U0BOB  responder, named in the configuration (channels C0SOC)');
    expect(out).toContain(
      'Not known: who was in user group S1. The record does not reach so far back for it.',
    );
  });

  it.each([
    ['without an action', [], 'Name an action'],
    ['with an action there is none of', ['quarantin', '--at', '2026-01-01'], 'who-could quarantine'],
    ['without a time', ['quarantine'], '--at takes a time'],
    ['with a time in no zone', ['quarantine', '--at', '2026-01-01T10:00'], '--at takes a time'],
    ['with a time to come', ['quarantine', '--at', '2999-01-01'], 'lies in the future'],
    ['with two hosts', ['quarantine', '--at', '2026-01-02', 'web-01', 'web-02'], 'Name one host'],
  ])('%s it exits 2', async (_, words, why) => {
    const { code, err } = await ask(words);
    expect(code).toBe(2);
    expect(err[0]).toContain(why);
  });
});
