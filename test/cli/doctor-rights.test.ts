import { describe, expect, it } from 'vitest';
import type { RightsOn } from '../../src/adapters/pce/rights.ts';
import type { Patient } from '../../src/cli/doctor-patient.ts';
import { rightsChecks } from '../../src/cli/doctor-rights.ts';
import { PceError } from '../../src/core/ports.ts';
import { aFake, sendJson } from '../adapters/pce/support/fake.ts';
import { anAdapter } from '../adapters/pce/support/pce.ts';

const on = (said: number, write = 0, provision = 0): RightsOn => ({ said, write, provision });

/** A PCE that is read with one key and written to with another, unless said. */
const lookAt = async (
  key: 'read' | 'write',
  rights: { workloads: RightsOn; ruleSets: RightsOn } | PceError,
  { same = false, quarantine = true } = {},
) => {
  const patient = {
    settings: { read: { key: 'api_r', secret: '' }, write: { key: same ? 'api_r' : 'api_w', secret: '' } },
    all: { quarantine: quarantine ? {} : undefined },
    pce: {
      rights: async () => {
        if (rights instanceof PceError) throw rights;
        return rights;
      },
    },
  } as unknown as Patient;
  return rightsChecks(patient)[`${key}-rights`]?.();
};

describe('doctor says what each key may do', () => {
  it.each<[string, Parameters<typeof lookAt>, boolean | null, RegExp]>([
    ['a key that only reads', ['read', { workloads: on(60), ruleSets: on(4) }], true, /^reads only$/],
    [
      'a read key that may do more',
      ['read', { workloads: on(60, 60), ruleSets: on(4, 4, 4) }],
      true,
      /may change 60 of 60 hosts looked at, and change draft policy and provision it\. The bot only reads/,
    ],
    [
      'a write key with what it needs',
      ['write', { workloads: on(60, 60), ruleSets: on(4) }],
      true,
      /^may change 60 of 60 hosts looked at, and no policy$/,
    ],
    [
      'a write key of a scope',
      ['write', { workloads: on(60, 12), ruleSets: on(0) }],
      true,
      /may change 12 of 60 hosts looked at, and no policy; the PCE refuses a quarantine of the others/,
    ],
    [
      'a write key that may write nothing',
      ['write', { workloads: on(60), ruleSets: on(4) }],
      false,
      /may change 0 of 60/,
    ],
    [
      'one key for both',
      ['read', { workloads: on(60), ruleSets: on(4) }, { same: true }],
      false,
      /may change 0 of 60/,
    ],
    [
      'a PCE that does not say',
      ['write', { workloads: on(0), ruleSets: on(0) }],
      null,
      /only a change can show it/,
    ],
    ['a PCE that does not answer', ['read', new PceError('timeout', 'too late')], null, /too late/],
  ])('%s', async (_, given, ok, detail) => {
    expect(await lookAt(...given)).toMatchObject({ ok, detail: expect.stringMatching(detail) });
  });

  it('a second key that is none is not looked at twice', async () => {
    expect(await lookAt('write', { workloads: on(1), ruleSets: on(1) }, { same: true })).toBeUndefined();
  });
});

it('rights are read with the key itself, from `caps`, and nothing is written', async () => {
  const users: string[] = [];
  const fake = await aFake((request, response) => {
    const basic = String(request.headers.authorization).replace('Basic ', '');
    users.push(String(Buffer.from(basic, 'base64')).split(':')[0] ?? '');
    if (request.url?.includes('rule_sets') === true) return sendJson(response, [], 403);
    sendJson(response, [{ caps: ['write'] }, { caps: [] }, { href: '/orgs/1/workloads/older' }]);
  });
  const pce = anAdapter(fake.url, { settings: { write: { key: 'api_w', secret: 's' } } });
  expect(await pce.rights('write')).toEqual({ workloads: on(2, 1), ruleSets: on(0) });
  expect(users).toEqual(['api_w', 'api_w']);
  expect(fake.requests.every((request) => request.startsWith('GET '))).toBe(true);
});
