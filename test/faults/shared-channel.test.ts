import { expect, it } from 'vitest';
import type { Host } from '../../chaos/subjects.ts';
import { tampering } from '../../chaos/subjects.ts';
import { CHANNELS } from '../pipelines/support.ts';
import { MINUTE } from '../support/builders.ts';
import { aRunning, EACH, told } from './support.ts';

it('fault 32: a channel becomes shared while an alert with buttons stands in it: held back within a minute, its buttons refuse', async () => {
  const { world, hosts } = await aRunning(EACH);
  const [host] = hosts as [Host];
  world.pce.control.events(tampering(host));
  await world.until(() => told(world, host) === 1, MINUTE);
  const { fallthrough: channel, fallback } = CHANNELS;
  const [before] = world.messages(channel);
  const ts = before?.ts ?? '';

  await world.slack.control.channel({ id: channel, shared: true });
  const click = { user: 'U0MAYA001', channel, ts, action_id: 'acknowledge' };
  const pressed = world.slack.control.click(click);
  await world.settle();
  expect((await pressed).acked).toBe(true);
  await world.settle();
  const ephemerals = JSON.stringify(world.slack.control.state()['ephemerals']);
  expect(ephemerals).toContain('shared with another organisation: buttons do nothing here');

  await world.pass(MINUTE);
  const [after] = world.messages(channel);
  expect(JSON.stringify(after)).not.toContain(host.name);
  expect(JSON.stringify(after)).not.toContain('action_id');
  expect(world.texts(channel).join()).toContain('Held back');
  // What still fires is told where only we read, with its buttons.
  expect(world.texts(fallback).join()).toContain(host.name);
  expect(world.texts(CHANNELS.admin).join()).toContain('is shared with another organisation now');
}, 60_000);

it('fault 32: the lines in threads of such a channel are held back too', async () => {
  const { world, hosts } = await aRunning({
    config: 'routes: [{channel: C0SOC0001, group_by: [rule]}]\nfolding: false',
  });
  const [first, second] = hosts as [Host, Host];
  const { fallthrough: channel } = CHANNELS;
  const standing = (): string => {
    const channels = world.slack.control.state()['channels'] as { id: string }[];
    return JSON.stringify(channels.find(({ id }) => id === channel));
  };
  world.pce.control.events(tampering(first));
  await world.until(() => standing().includes(first.name), MINUTE);
  await world.pass(MINUTE);
  world.pce.control.events(tampering(second));
  await world.until(() => standing().includes(`"thread_ts":"`) && standing().includes(second.name), MINUTE);

  await world.slack.control.channel({ id: channel, shared: true });
  await world.pass(MINUTE);
  expect(standing()).toContain('Held back');
  for (const { name } of [first, second]) expect(standing()).not.toContain(name);
}, 60_000);
