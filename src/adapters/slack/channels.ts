import { type Dict, dict, list, text } from '../../core/foreign.ts';
import type { ChannelInfo, Clock } from '../../core/ports.ts';
import type { Api } from './api.ts';
import { createCache } from './cache.ts';

/** Events drop entries earlier; the hour bounds what a lost event can cost (definitions §8). */
const TTL_MS = 60 * 60_000;

/** Conversations. */
export interface Channels {
  channel(id: string): Promise<ChannelInfo>;
  /** What is known of it without asking. */
  known(id: string): ChannelInfo | undefined;
  drop(id?: string): void;
}

export const createChannels = (api: Api, clock: Clock): Channels => {
  const cache = createCache<ChannelInfo>(clock, TTL_MS);
  return {
    channel: (id) =>
      cache.get(id, async () => {
        const answer = await api('conversations.info', { channel: id }, { repeatable: true });
        return infoOf(id, dict(answer['channel']));
      }),
    known: cache.peek,
    drop: (id) => cache.drop(id),
  };
};

const infoOf = (id: string, channel: Dict): ChannelInfo => ({
  id: text(channel['id']) ?? id,
  name: text(channel['name']) ?? id,
  member: channel['is_member'] === true || channel['is_im'] === true,
  archived: channel['is_archived'] === true,
  external:
    channel['is_ext_shared'] === true ||
    channel['is_pending_ext_shared'] === true ||
    list(channel['pending_shared']).length > 0 ||
    // Shared within the organisation alone says is_org_shared as well.
    (channel['is_shared'] === true && channel['is_org_shared'] !== true),
});
