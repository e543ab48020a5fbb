import type { Message } from '../../core/ports.ts';

/** `metadata.event_type` of everything we post; `event_payload.key` is the delivery key. */
export const EVENT_TYPE = 'illumio_chatops';

/** Text, blocks and metadata of a post. Links are never unfurled: they would show what a foreign page says. */
export const postArgs = (
  to: {
    readonly channel: string;
    readonly thread?: string;
    readonly broadcast?: boolean;
    readonly key: string;
  },
  message: Message,
): Record<string, unknown> => ({
  ...contentArgs(message),
  channel: to.channel,
  unfurl_links: false,
  unfurl_media: false,
  metadata: { event_type: EVENT_TYPE, event_payload: { key: to.key } },
  ...(to.thread === undefined ? {} : { thread_ts: to.thread, reply_broadcast: to.broadcast === true }),
});

/** Both, always: an update with text but no blocks removes the blocks, and text is what screen readers say (facts/slack §4, §5.8). */
export const contentArgs = (message: Message): Record<string, unknown> => ({
  text: message.text,
  blocks: message.blocks,
});
