import { createRandom } from '../../chaos/random.ts';
import { type Host, hostsOf } from '../../chaos/subjects.ts';
import { MINUTE } from '../support/builders.ts';
import { aSteppedWorld, type SteppedWorld } from '../support/stepped.ts';

/** A message per host, none joined. */
export const EACH = { config: 'routes: [{channel: C0SOC0001, group_by: [rule, subject]}]\nfolding: false' };

/** A bot that has polled for a minute, and hosts that nothing has happened to yet, mixed. */
export const aRunning = async (
  options: Parameters<typeof aSteppedWorld>[0] & { readonly hosts?: number } = {},
): Promise<{ readonly world: SteppedWorld; readonly hosts: readonly Host[] }> => {
  const { hosts = 12, ...more } = options;
  const world = await aSteppedWorld({ config: 'folding: false', ...more });
  await world.start();
  await world.pass(MINUTE);
  return { world, hosts: hostsOf(world.pce, hosts, createRandom(1, 'hosts')) };
};

/** How many messages say that the firewall of this host was tampered with. */
export const told = (world: SteppedWorld, host: Host | undefined, channel?: string): number =>
  world.texts(channel).filter((text) => text.includes(`tampering on ${host?.name}`)).length;

/** A time of the past as the PCE writes it. */
export const ago = (world: SteppedWorld, ms: number): string =>
  new Date(world.clock.now() - ms).toISOString();
