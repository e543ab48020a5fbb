import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../chaos/random.ts';
import { type Host, hostsOf } from '../../chaos/subjects.ts';
import { targetRef } from '../../src/core/command.ts';
import { aSteppedWorld, type SteppedWorld } from '../support/stepped.ts';

const FORM = 'application/x-www-form-urlencoded';
const MAYA = 'U0MAYA001';
const TEAM = 'T0SIM0001';
const MINUTE_S = 60;

/** What Slack would send of each kind, in Maya's name: she may do it. */
const PAYLOADS = {
  command: (host: Host, n: number, team: string, app: string) =>
    new URLSearchParams({
      command: '/illumio',
      text: `quarantine ${host.name}`,
      team_id: team,
      user_id: MAYA,
      channel_id: 'C0SOC0001',
      trigger_id: `${n}.1.command`,
      api_app_id: app,
    }).toString(),
  click: (host: Host, n: number, team: string, app: string) =>
    interaction({
      type: 'block_actions',
      team: { id: team },
      user: { id: MAYA, team_id: team },
      api_app_id: app,
      trigger_id: `${n}.1.click`,
      channel: { id: 'C0SOC0001' },
      container: { type: 'message', message_ts: '1.1', channel_id: 'C0SOC0001', is_ephemeral: true },
      actions: [{ action_id: 'quarantine', value: targetRef('prod-east', host.href) }],
    }),
  submission: (_: Host, n: number, team: string, app: string) =>
    interaction({
      type: 'view_submission',
      team: { id: team },
      user: { id: MAYA, team_id: team },
      api_app_id: app,
      trigger_id: `${n}.1.submission`,
      view: { id: 'V1', hash: 'h', callback_id: 'respond', private_metadata: 'x', state: { values: {} } },
    }),
} as const;
type Kind = keyof typeof PAYLOADS;
const KINDS = Object.keys(PAYLOADS) as Kind[];

const interaction = (payload: object): string =>
  new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

interface Forgery {
  readonly secret?: string;
  readonly ageS?: number;
  readonly stamp?: string;
  readonly type?: string;
  readonly team?: string;
  readonly app?: string;
  /** What becomes of the signature. */
  readonly sign?: (signature: string) => string;
  /** What is sent in the place of what was signed. */
  readonly body?: (signed: string) => string;
  /** The same was sent before, and taken. */
  readonly again?: true;
  readonly status: number;
}

const FORGERIES: readonly [string, Forgery][] = [
  ['unsigned', { sign: () => '', status: 401 }],
  ['signed with another secret', { secret: 'guessed', status: 401 }],
  ['signed with no secret', { secret: ' ', status: 401 }],
  ['signed as another version', { sign: (one) => one.replace('v0=', 'v1='), status: 401 }],
  ['a signature without its version', { sign: (one) => one.slice(3), status: 401 }],
  ['half a signature', { sign: (one) => one.slice(0, 35), status: 401 }],
  ['a signature with more behind it', { sign: (one) => `${one}00`, status: 401 }],
  [
    'its last digit guessed',
    { sign: (one) => one.slice(0, -1) + (one.endsWith('0') ? '1' : '0'), status: 401 },
  ],
  ['another body than was signed', { body: (one) => `${one}&x=1`, status: 401 }],
  ['six minutes old', { ageS: 6 * MINUTE_S, status: 401 }],
  ['a day old', { ageS: 1_440 * MINUTE_S, status: 401 }],
  ['six minutes of the future', { ageS: -6 * MINUTE_S, status: 401 }],
  ['a day of the future', { ageS: -1_440 * MINUTE_S, status: 401 }],
  ['a time that is no number', { stamp: 'now', status: 401 }],
  ['no time', { stamp: '', status: 401 }],
  ['a time with a sign', { stamp: '+1', status: 401 }],
  ['sent a second time', { again: true, status: 401 }],
  ['as plain text', { type: 'text/plain', status: 415 }],
  ['as XML', { type: 'application/xml', status: 415 }],
  ['as a multipart form', { type: 'multipart/form-data; boundary=x', status: 415 }],
  ['without a type', { type: '', status: 415 }],
  ['of another workspace', { team: 'T0OTHER01', status: 200 }],
  ['of another app', { app: 'A0OTHER01', status: 200 }],
];

/** A port nobody holds. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const post = async (
  world: SteppedWorld,
  port: number,
  kind: Kind,
  n: number,
  how: Forgery,
): Promise<number> => {
  const { secret = 'simsecret', ageS = 0, type = FORM, team = TEAM, app = 'A0SIM0001' } = how;
  const [host] = hostsOf(world.pce, 1, createRandom(1, 'hosts'));
  if (host === undefined) throw new Error('no host');
  const signed = PAYLOADS[kind](host, n, team, app);
  const stamp = how.stamp ?? String(Math.floor(world.clock.now() / 1_000) - ageS);
  const digest = createHmac('sha256', secret).update(`v0:${stamp}:${signed}`).digest('hex');
  const answer = await fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    body: new TextEncoder().encode(how.body?.(signed) ?? signed),
    headers: {
      ...(type === '' ? {} : { 'content-type': type }),
      'x-slack-request-timestamp': stamp,
      'x-slack-signature': how.sign?.(`v0=${digest}`) ?? `v0=${digest}`,
    },
  });
  await answer.arrayBuffer();
  await world.settle();
  return answer.status;
};

const audited = (world: SteppedWorld): string => readFileSync(join(world.data(), 'audit.jsonl'), 'utf8');

const aDoor = async () => {
  const port = await freePort();
  const world = await aSteppedWorld({
    slack: `mode: http, signing_secret: simsecret, port: ${port}`,
    config:
      'announce_channel: C0ANNOUN1\nroles: {responder: [{members: [S0SECOPS1]}]}\nquarantine: {strategy: deny}',
  });
  await world.start();
  await world.pass(5 * 60_000);
  return { world, port };
};

const asked = ({ pce }: SteppedWorld): number => pce.control.state().requests.length;

describe('a request that Slack did not send', () => {
  it('fault 32: is refused in signed HTTP mode, whatever is wrong with it, without one call to the PCE', async () => {
    const { world, port } = await aDoor();
    let n = 0;
    const wrong: string[] = [];
    for (const kind of KINDS)
      for (const [name, how] of FORGERIES) {
        n += 1;
        if (how.again === true) await post(world, port, kind, n, { status: 200 });
        const [calls, records] = [asked(world), audited(world)];
        const status = await post(world, port, kind, n, { ...how });
        const quiet = asked(world) === calls && audited(world) === records;
        if (status !== how.status || !quiet)
          wrong.push(`${kind} ${name}: ${status}${quiet ? '' : ', acted on'}`);
      }
    expect(wrong).toEqual([]);
    expect(n).toBeGreaterThanOrEqual(50);
    expect(world.pce.control.state().writes).toEqual([]);
  });

  it.each<[Kind, string]>([
    ['command', '"quarantine asked"'],
    ['click', '"quarantine asked"'],
    ['submission', '"action":"form"'],
  ])('is a %s that is taken when it is signed as Slack signs it', async (kind, record) => {
    const { world, port } = await aDoor();
    expect(await post(world, port, kind, 1, { status: 200 })).toBe(200);
    expect(audited(world)).toContain(record);
  });
});
