import { type Dict, dict, list, text } from '../../core/foreign.ts';
import { ChatError, type Copies } from '../../core/ports.ts';
import type { Api } from './api.ts';
import { type Identity, wroteIt } from './identity.ts';
import { EVENT_TYPE } from './message.ts';
import type { Pacer } from './pacer.ts';

/** Messages a page (at most 999; Slack recommends 200). */
const PAGE = 200;
/** 20,000 messages since `since`: more is not a channel this bot can reconcile in. */
const MOST_PAGES = 100;

/**
 * Looks up our own messages by the delivery key in their metadata (design §4.2): roots in conversations.history, thread lines and
 * broadcasts in conversations.replies, which history leaves out. A page that can't be read rejects: a failed look-up is not "not found".
 */
export const find = async (
  deps: { readonly api: Api; readonly pacer: Pacer; readonly identity: () => Promise<Identity> },
  where: { readonly channel: string; readonly thread?: string; readonly since: number },
  keys: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Copies>> => {
  const us = await deps.identity();
  const found = new Map<string, [string, ...string[]]>();
  for await (const message of messages(deps, where)) {
    const key = keyOf(message);
    const ts = text(message['ts']);
    if (key === undefined || ts === undefined || !keys.has(key) || !wroteIt(us, message)) continue;
    const copies = found.get(key);
    if (copies === undefined) found.set(key, [ts]);
    else copies.push(ts);
  }
  for (const copies of found.values()) copies.sort((a, b) => Number(a) - Number(b));
  return found;
};

async function* messages(
  { api, pacer }: { readonly api: Api; readonly pacer: Pacer },
  where: { readonly channel: string; readonly thread?: string; readonly since: number },
): AsyncGenerator<Dict> {
  const method = where.thread === undefined ? 'conversations.history' : 'conversations.replies';
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    await pacer.slot(where.channel, 'lookup');
    const answer = await api(
      method,
      {
        channel: where.channel,
        ...(where.thread === undefined ? {} : { ts: where.thread }),
        oldest: (where.since / 1_000).toFixed(6),
        inclusive: true,
        include_all_metadata: true,
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      },
      { repeatable: true },
    ).catch((cause: unknown) => {
      if (cause instanceof ChatError && cause.retryAfterMs !== undefined) {
        pacer.refused(where.channel, 'lookup', cause.retryAfterMs);
      }
      throw cause;
    });
    yield* list(answer['messages']).map(dict);
    cursor = text(dict(answer['response_metadata'])['next_cursor']);
    if (cursor === undefined) return;
  }
  throw new ChatError('unavailable', 'history too long');
}

const keyOf = (message: Dict): string | undefined => {
  const metadata = dict(message['metadata']);
  return metadata['event_type'] === EVENT_TYPE ? text(dict(metadata['event_payload'])['key']) : undefined;
};
