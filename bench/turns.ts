import { createRandom } from '../chaos/random.ts';
import { type Host, hostsOf } from '../chaos/subjects.ts';
import { CHANNELS } from './config.ts';
import type { World } from './world.ts';

/** A host, and the channel its findings are told in. */
export interface Turn extends Host {
  readonly channel: string;
}

/** Four channels in turn at this pace: 1.2 s between two posts of one channel, 3.3 posts a second in all, so that Slack's pace never waits. */
export const POLL = '300ms';
export const FLEET = 1_200;

/**
 * Five hosts within minutes are told as one story more, in a channel whose turn it is: by Slack's pace of a post a second the alerts there
 * wait up to 1 s for it, and catch up 200 ms a turn. These are Slack's waits, not ours; so as many alerts pass before it counts.
 */
export const WARM_UP = 28;

/** By role of the fleet's hosts; a message per host. */
const ROLES: readonly (string | undefined)[] = ['web', 'app', 'db'];
export const ROUTES = [
  ...ROLES.map(
    (role, n) => `{match: {labels: role=${role}}, channel: ${CHANNELS[n + 1]}, group_by: [rule, subject]}`,
  ),
  `{channel: ${CHANNELS[0]}, group_by: [rule, subject]}`,
];

/** Hosts in an order that comes to each channel in turn; none twice. */
export const turnsOf = ({ pce }: World, count: number): Turn[] => {
  const fleet = pce.control.state().workloads as Readonly<
    Record<string, { readonly labels: Readonly<Record<string, string>> }>
  >;
  const lanes = new Map<string, Host[]>();
  for (const host of hostsOf(pce, FLEET * 0.9, createRandom(1, 'bench'))) {
    const role = ROLES.indexOf(fleet[host.href]?.labels['role']);
    const channel = CHANNELS[role + 1] ?? CHANNELS[0];
    lanes.set(channel, [...(lanes.get(channel) ?? []), host]);
  }
  return Array.from({ length: count }, (_, n) => {
    const channel = CHANNELS[n % CHANNELS.length] ?? CHANNELS[0];
    const host = lanes.get(channel)?.pop();
    if (host === undefined) throw new Error(`too few hosts for ${channel}`);
    return { ...host, channel };
  });
};
