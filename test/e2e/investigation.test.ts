import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { SCOPES } from '../../src/adapters/slack/manifest.ts';
import { shown } from '../support/blocks.ts';
import { MINUTE } from '../support/builders.ts';
import { aSteppedWorld, type SteppedWorld } from '../support/stepped.ts';

const MAYA = 'U0MAYA001';
const SOC = 'C0SOC0001';
type Json = Readonly<Record<string, unknown>>;

const rows = (world: SteppedWorld, name: string): Json[] => world.slack.control.state()[name] as Json[];

/** What a person alone reads, newest last. */
const answers = (world: SteppedWorld): string[] =>
  rows(world, 'ephemerals')
    .filter(({ user }) => user === MAYA)
    .map((one) => `${one['text']}\n${shown(one as never)}`);

/** A person with the console's rights changes policy on the simulated PCE, through its API. */
const call = async (world: SteppedWorld, method: string, path: string, body: Json): Promise<Json> => {
  const answer = await fetch(`${world.pce.url}/api/v2/orgs/1${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from('api_sim:simsecret').toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  expect(answer.ok, await answer.clone().text()).toBe(true);
  return answer.status === 204 ? {} : ((await answer.json()) as Json);
};

it('the story of a host, from its tampering to its quarantine, with evidence whose hashes match', async () => {
  const world = await aSteppedWorld({
    keys: ', write_key: api_sim, write_secret: simsecret',
    config: [
      'announce_channel: C0ANNOUN1',
      'roles: {analyst: [{members: [S0SECOPS1]}], responder: [{members: [S0SECOPS1]}], approver: [T0SIM0001/U0ANA0001], admin: [T0SIM0001/U0OPS0001]}',
      'quarantine: {strategy: deny, labels: {Quarantine: Severe}}',
    ].join('\n'),
    pce: { workloads: 20, timings: { trafficQuery: 0 } },
  });
  await world.slack.control.scopes({ scopes: SCOPES.map(({ scope }) => scope) });
  await world.start();
  await world.pass(MINUTE);
  const fleet = world.pce.control.state().workloads as Readonly<
    Record<string, { readonly hostname: string; readonly labels: Readonly<Record<string, string>> }>
  >;
  const [href, { labels: own }] = Object.entries(fleet).find(([, { hostname }]) => hostname === 'web-01') as [
    string,
    { labels: Readonly<Record<string, string>> },
  ];

  world.pce.control.events({
    event_type: 'agent.tampering',
    severity: 'warning',
    created_by: { ven: { href: href.replace('/workloads/', '/vens/'), hostname: 'web-01' } },
    notifications: [
      {
        notification_type: 'workload.oob_policy_changes',
        info: { tampering_revert_succeeded: true, num_reverts: 1 },
      },
    ],
  });
  await world.until(() => world.texts().some((text) => text.includes('Firewall tampering on web-01')));
  await world.pass(MINUTE);
  world.pce.control.labels({ href, labels: { ...own, env: 'stage' }, by: 'jdoe' });
  await world.pass(MINUTE);
  const stage = (
    (await (
      await fetch(`${world.pce.url}/api/v2/orgs/1/labels?key=env&value=stage`, {
        headers: { authorization: `Basic ${Buffer.from('api_sim:simsecret').toString('base64')}` },
      })
    ).json()) as Json[]
  ).find(({ value }) => value === 'stage');
  await call(world, 'POST', '/sec_policy/draft/rule_sets', {
    name: 'Stage reporting',
    enabled: true,
    scopes: [[{ label: { href: stage?.['href'] } }]],
  });
  await call(world, 'POST', '/sec_policy', { update_description: 'stage opened' });
  await world.pass(MINUTE);
  const at = new Date(world.clock.now()).toISOString();
  world.pce.control.addFlows([
    {
      src: { ip: '198.51.100.99' },
      dst: { workload: { href } },
      service: { proto: 6, port: 445 },
      policy_decision: 'blocked',
      flow_direction: 'inbound',
      num_connections: 12,
      timestamp_range: { first_detected: at, last_detected: at },
      reported_at: at,
    },
  ]);
  await world.pass(MINUTE);
  // A command waits for answers that need the clock to go on, so the clock does.
  const said = world.slack.control.command({ user: MAYA, channel: SOC, text: 'quarantine web-01' });
  const form = (): Json | undefined =>
    rows(world, 'views')
      .filter(({ user }) => user === MAYA)
      .at(-1);
  await world.until(() => JSON.stringify(form() ?? {}).includes('Labels after'));
  await said;
  const sent = world.slack.control.submit({
    user: MAYA,
    view_id: String(form()?.['id']),
    values: { reason: 'Unexplained firewall change' },
  });
  await world.until(() => JSON.stringify(form() ?? {}).includes('read back'));
  await sent;
  await world.pass(2 * MINUTE);

  const asked = world.slack.control.command({
    user: MAYA,
    channel: SOC,
    text: 'investigate web-01 --since 24h',
  });
  await world.until(() => answers(world).some((text) => text.startsWith('Investigation of web-01')));
  await asked;
  const story = answers(world).find((text) => text.startsWith('Investigation of web-01')) ?? '';
  const inOrder = [
    'agent.tampering: workload.oob_policy_changes',
    'Firewall tampering on web-01',
    'env=prod → env=stage',
    'Stage reporting',
    'stage opened',
    'blocked from 198.51.100.99 445/tcp, 12 connections',
    'quarantine asked for: Unexplained firewall change',
    'quarantine done',
  ];
  let from = 0;
  for (const part of inOrder) {
    const found = story.indexOf(part, from);
    expect(found, `"${part}" after the others in:\n${story}`).toBeGreaterThanOrEqual(0);
    from = found;
  }

  expect(story).toContain('[Release…] [Card]');
  expect(story).toContain('labels: + Quarantine=Severe — this bot for maya');

  const files = (): { readonly name: string; readonly text: string }[] =>
    (
      rows(world, 'channels') as unknown as {
        readonly messages: { readonly files?: { name: string; text: string }[] }[];
      }[]
    )
      .flatMap(({ messages }) => messages)
      .flatMap(({ files: some = [] }) => some)
      .filter(({ name }) => name.startsWith('investigation-web-01'));
  await world.until(() => files().length === 5);
  for (const { name, text } of files())
    expect(story).toContain(`${createHash('sha256').update(text).digest('hex')}  ${name}`);
}, 60_000);
