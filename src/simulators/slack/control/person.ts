import { type Args, isObject, text } from '../args.ts';
import { cannot } from '../cannot.ts';
import { canSee } from '../conversations.ts';
import type { Sim } from '../sim.ts';
import type { Channel, Json, User } from '../types.ts';

/** The person who acts: deleted people and bots have no client, unless the test forges a payload. */
export const actor = (sim: Sim, id: string, forged: boolean): User => {
  const user = sim.world.users.get(id) ?? [...sim.world.users.values()].find((one) => one.name === id);
  if (user === undefined) return cannot(`no user ${id}`);
  if (!forged && user.deleted) return cannot(`${user.name} is deactivated`);
  return !forged && user.isBot ? cannot(`${user.name} is a bot, it has no client`) : user;
};

/** The conversation this person has open, by id or name. */
export const openedBy = (sim: Sim, user: User, id: string, forged: boolean): Channel => {
  const channel = anyChannel(sim, id);
  return forged || canSee(user, channel) ? channel : cannot(`${user.name} cannot see #${channel.name}`);
};

/** A conversation by id or name. */
export const anyChannel = (sim: Sim, id: string): Channel =>
  sim.world.channels.get(id) ??
  [...sim.world.channels.values()].find((one) => one.name === id.replace(/^#/, '')) ??
  cannot(`no channel ${id}`);

/** A text field of a control request that must be there. */
export const need = (body: Args, name: string): string => {
  const value = text(body, name);
  return value === undefined || value === '' ? cannot(`missing ${name}`) : value;
};

/** An object field of a control request that must be there. */
export const needObject = (body: Args, name: string): Json => {
  const value = body[name];
  return isObject(value) ? value : cannot(`${name} must be an object`);
};

/** A list of strings that must be there. */
export const needList = (body: Args, name: string): string[] => {
  const value = body[name];
  return Array.isArray(value) ? value.map(String) : cannot(`${name} must be a list`);
};
