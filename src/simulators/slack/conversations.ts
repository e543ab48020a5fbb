import { APP } from './seed.ts';
import type { Sim } from './sim.ts';
import type { Channel, User } from './types.ts';

/** The direct message between the bot and a person, made when there is none yet. */
export const directMessage = (sim: Sim, user: string): Channel => {
  for (const channel of sim.world.channels.values()) if (channel.user === user) return channel;
  const created: Channel = {
    id: sim.ids.next('D'),
    name: `dm-${sim.world.users.get(user)?.name ?? user}`,
    kind: 'im',
    members: new Set([user, APP.botUser]),
    archived: false,
    extShared: false,
    user,
    messages: [],
  };
  sim.world.channels.set(created.id, created);
  return created;
};

/**
 * Whether this person can open this conversation in a client: members always; the workspace's own full members every
 * public channel; people of another workspace channels shared with them (facts/slack §5.2).
 */
export const canSee = (user: User, channel: Channel): boolean => {
  if (channel.members.has(user.id)) return true;
  if (channel.kind !== 'public') return false;
  if (user.homeTeam !== APP.team) return channel.extShared;
  return !user.isRestricted && !user.isUltraRestricted;
};
