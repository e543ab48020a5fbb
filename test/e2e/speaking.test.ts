import { describe, expect, it } from 'vitest';
import { SCOPES } from '../../src/adapters/slack/manifest.ts';
import { shown } from '../support/blocks.ts';
import { aSteppedWorld, type SteppedWorld } from '../support/stepped.ts';

const MAYA = 'U0MAYA001';
const SAM = 'U0SAM0001';
const BOT = 'U0BOT0001';
const SOC = 'C0SOC0001';
type Json = Readonly<Record<string, unknown>>;

const rows = (world: SteppedWorld, name: string): Json[] => world.slack.control.state()[name] as Json[];

/** What a person alone reads, newest last, with the thread it stands in. */
const answers = (world: SteppedWorld, user = MAYA) =>
  rows(world, 'ephemerals')
    .filter((one) => one['user'] === user)
    .map((one) => ({
      thread: one['thread_ts'] ?? null,
      ts: String(one['ts']),
      text: `${one['text']}\n${shown(one as never)}`,
    }));

const aTalker = async (): Promise<SteppedWorld> => {
  const world = await aSteppedWorld({
    keys: ', write_key: api_sim, write_secret: simsecret',
    config: [
      'announce_channel: C0ANNOUN1',
      'roles: {analyst: [{members: [S0SECOPS1]}], responder: [{members: [S0SECOPS1]}], approver: [T0SIM0001/U0ANA0001], admin: [T0SIM0001/U0OPS0001]}',
      'quarantine: {strategy: deny, labels: {Quarantine: Severe}}',
    ].join('\n'),
  });
  await world.slack.control.scopes({ scopes: SCOPES.map(({ scope }) => scope) });
  await world.start();
  return world;
};

/** Somebody writes a message. @returns its time */
const write = async (world: SteppedWorld, text: string, thread?: string): Promise<string> => {
  const said = world.slack.control.message({
    user: MAYA,
    channel: SOC,
    text,
    ...(thread === undefined ? {} : { thread_ts: thread }),
  });
  await world.settle();
  return String(((await said) as Json)['ts']);
};

describe('speaking Slack', () => {
  it('a mention in a thread is a command, answered in the thread for the asker alone', async () => {
    const world = await aTalker();
    const root = await write(world, 'something is wrong with web-01');
    expect(
      await world.slack.control.command({ user: MAYA, channel: SOC, text: 'help', thread_ts: root } as never),
    ).toMatchObject({ error: 'not_supported_in_threads' });
    await write(world, `<@${BOT}> workload <http://web-01|web-01>`, root);
    await world.until(() => answers(world).some(({ text }) => text.includes('web-01   online')));
    expect(answers(world).at(-1)).toMatchObject({ thread: root });
    await write(world, `<@${BOT}> workloda web-01`, root);
    await world.until(() => answers(world).some(({ text }) => text.includes('Did you mean workload?')));
  });

  it('the same rights hold, and a form opens from a button', async () => {
    const world = await aTalker();
    const root = await write(world, 'look');
    await write(world, `<@${BOT}> quarantine web-01`, root);
    await world.until(() => answers(world).some(({ text }) => text.includes('[Quarantine…]')));
    const offer = answers(world).at(-1);
    const pressed = world.slack.control.click({
      user: MAYA,
      channel: SOC,
      ts: offer?.ts ?? '',
      action_id: 'quarantine',
    });
    await world.until(() => JSON.stringify(rows(world, 'views')).includes('Labels after'));
    await pressed;
    const said = world.slack.control.message({
      user: SAM,
      channel: SOC,
      text: `<@${BOT}> top`,
      thread_ts: root,
    });
    await world.until(() => answers(world, SAM).some(({ text }) => text.includes('needs the role analyst')));
    await said;
  });

  it('without the scope, or where it was not invited, nothing is heard', async () => {
    const world = await aTalker();
    await world.slack.control.scopes({
      scopes: SCOPES.map(({ scope }) => scope).filter((one) => one !== 'app_mentions:read'),
    });
    await write(world, `<@${BOT}> help`);
    await world.pass(5_000);
    expect(answers(world)).toEqual([]);
  });

  it('the shortcut acts on hosts of any message, which goes along as the ticket', async () => {
    const world = await aTalker();
    const ts = await write(world, 'EDR: beacon from web-01 (10.0.1.1) to 203.0.113.9, see db-01');
    const used = world.slack.control.shortcut({ user: MAYA, channel: SOC, ts, callback_id: 'hosts_here' });
    await world.until(() => answers(world).some(({ text }) => text.includes('hosts among')));
    await used;
    const offer = answers(world).at(-1);
    expect(offer?.text).toContain('2 hosts among 4 names and addresses');
    expect(offer?.text).toContain('[Card] [Investigate] [Quarantine…]');
    const blocks = rows(world, 'ephemerals').at(-1)?.['blocks'] as Json[];
    const block = blocks.find(({ type }) => type === 'actions');
    const pressed = world.slack.control.click({
      user: MAYA,
      channel: SOC,
      ts: offer?.ts ?? '',
      action_id: 'quarantine',
      block_id: block?.['block_id'],
    } as never);
    await world.until(() => JSON.stringify(rows(world, 'views')).includes('Labels after'));
    await pressed;
    expect(JSON.stringify(rows(world, 'views'))).toContain(`archives/${SOC}/p${ts.replace('.', '')}`);
  });

  it('introduces itself once where it was invited, and not where another organisation reads', async () => {
    const world = await aTalker();
    const invite = async (): Promise<void> => {
      const told = world.slack.control.channel({ id: 'C0NOTMEM1', member: true });
      await world.settle();
      await told;
      await world.pass(5_000);
    };
    await invite();
    await world.until(() => world.texts('C0NOTMEM1').length === 1);
    expect(world.texts('C0NOTMEM1')[0]).toContain('No alerts come to this channel by my configuration');
    await invite();
    expect(world.texts('C0NOTMEM1')).toHaveLength(1);
  });
});
