import { type Path, pathText } from '../config/problem.ts';
import { type Chat, ChatError } from '../core/ports.ts';
import { routeChannels } from '../core/route.ts';
import type { Settings } from '../core/settings.ts';
import { listed } from '../core/text.ts';
import { type Check, fails, holds } from './doctor-check.ts';

/** A channel the configuration names. */
export interface Place {
  readonly id: string;
  /** Every setting that names it, as it stands in the file. */
  readonly paths: readonly Path[];
  /** The bot posts there; where it does not, people only ask there. */
  readonly posts: boolean;
}

/** What keeps a channel from being used. `message` completes "default_channel …". */
export type Verdict =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** Each channel once, in the order of the settings. */
export const placesIn = ({ channels, routes, roles }: Settings): Place[] => {
  const { fallthrough, fallback, admin, announce, approvers, quarantined, share } = channels;
  const named: (readonly [string | undefined, Path, boolean])[] = [
    [fallthrough, ['default_channel'], true],
    [fallback, ['fallback_channel'], true],
    [admin, ['admin_channel'], true],
    [announce, ['announce_channel'], true],
    [quarantined, ['quarantine', 'list_channel'], true],
    [approvers, ['approvers_channel'], true],
    ...share.map((id, i) => [id, ['share_channels', i], true] as const),
    ...routes.flatMap((route, i) =>
      routeChannels(route).map((channel) => [channel, ['routes', i, 'channel'], true] as const),
    ),
    ...(['viewer', 'analyst', 'responder'] as const).flatMap((role) =>
      (roles[role] ?? []).flatMap((grant, i) =>
        (grant.channels ?? []).map((id, n) => [id, ['roles', role, i, 'channels', n], false] as const),
      ),
    ),
  ];
  const places = new Map<string, Place>();
  for (const [id, path, posts] of named) {
    if (id === undefined) continue;
    const known = places.get(id);
    places.set(id, { id, paths: [...(known?.paths ?? []), path], posts: posts || known?.posts === true });
  }
  return [...places.values()];
};

/** Whether a channel can be used. Rejects with ChatError when Slack could not say. */
export const judgePlace = async (chat: Chat, { id, posts }: Place): Promise<Verdict> => {
  const no = (message: string, hint: string): Verdict => ({ ok: false, message, hint });
  try {
    const { name, archived, external, member } = await chat.channel(id);
    if (archived) return no(`names #${name}, which is archived`, 'unarchive it, or name another channel');
    if (external)
      return no(
        `names #${name}, which is shared with another organisation: nothing is posted there`,
        'name a channel of your own workspace',
      );
    if (posts && !member)
      return no(`names #${name}, which the bot is not in`, `write /invite @illumio in #${name}`);
    return { ok: true, name };
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== 'no-channel') throw error;
    return no(
      'names a channel that does not exist, or a private one the bot is not in',
      'copy the id from the channel’s details, and write /invite @illumio in it',
    );
  }
};

/** The channels, one check each. */
export const checkPlaces = (chat: Chat, settings: Settings): Promise<Check[]> =>
  Promise.all(
    placesIn(settings).map(async (place) => {
      const id = `slack.channel.${place.id}`;
      const uses = listed(place.paths.map(pathText), 4);
      try {
        const verdict = await judgePlace(chat, place);
        if (verdict.ok) return { id, ...holds(`#${verdict.name} (${uses})`) };
        return { id, ...fails(`${uses} ${verdict.message}`, sentence(verdict.hint)) };
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        return {
          id,
          ...fails(
            `${uses} cannot be looked up: ${error.slack}`,
            'Give the app the scopes channels:read and groups:read, and ask again when Slack answers.',
          ),
        };
      }
    }),
  );

const sentence = (hint: string): string => `${hint.charAt(0).toUpperCase()}${hint.slice(1)}.`;
