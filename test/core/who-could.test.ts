import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type RightsRecord, rightsAt, whoCould } from '../../src/core/who-could.ts';
import { aSteppedWorld } from '../support/stepped.ts';

it('a bot that ran has left a record that tells who could, with nothing else at hand', async () => {
  const world = await aSteppedWorld({
    config:
      'announce_channel: C0ANNOUN1\nroles: {responder: [{members: [S0SECOPS1]}]}\nquarantine: {strategy: deny}',
  });
  await world.start();
  await world.pass(5 * 60_000);
  const lines = readFileSync(join(world.data(), 'audit.jsonl'), 'utf8').trimEnd().split('\n');
  const records = lines.map((line) => JSON.parse(line) as RightsRecord);
  const at = Date.parse(records.at(-1)?.time ?? '');
  const then = rightsAt(records, at);
  if (then.start?.roles === undefined) throw new Error('the start holds no roles');
  const { could, unknown } = whoCould(then, then.start.roles, { action: 'quarantine', at, labels: 'later' });
  expect(could.map(({ user, how }) => `${user}: ${how}`)).toEqual([
    'U0MAYA001: member of user group S0SECOPS1',
    'U0JO00001: member of user group S0SECOPS1',
  ]);
  expect(unknown).toEqual([]);
});
