import { expect, it } from 'vitest';
import { tampering } from '../../chaos/subjects.ts';
import { MINUTE, SECOND } from '../support/builders.ts';
import { aRunning, EACH } from './support.ts';

it('fault 9: 5,000 single alerts in one channel for 10 min: the allowance is used, and hardly a call refused', async () => {
  const { world, hosts } = await aRunning({ ...EACH, pace: 1, hosts: 5_000, pce: { workloads: 5_600 } });
  world.pce.control.events(hosts.map((host) => tampering(host)));
  await world.until(() => world.calls('chat.postMessage').length > 0, MINUTE);
  const before = world.calls('chat.postMessage').length;
  await world.pass(10 * MINUTE);
  const posts = world.calls('chat.postMessage').slice(before);
  const refused = posts.filter(({ ok }) => !ok).length;
  expect(refused / posts.length).toBeLessThanOrEqual(0.01);
  expect(posts.length - refused).toBeGreaterThanOrEqual(0.98 * ((10 * MINUTE) / SECOND));
  expect(world.messages()).toHaveLength(before + posts.length - refused);
}, 600_000);
