import { type Args, flag, text } from './args.ts';
import { fillIds } from './blocks/fill.ts';
import { handOutResponseUrl, RESPONSE_URL_MS, RESPONSE_URL_USES } from './handouts.ts';
import { type Answer, tooFast } from './http.ts';
import { addEphemeral, addMessage, findMessage } from './messages.ts';
import { messageBlocks } from './methods/method.ts';
import { Refusal, refuse } from './refusal.ts';
import { APP } from './seed.ts';
import type { Sim } from './sim.ts';
import type { Channel, Ephemeral, Json, Message } from './types.ts';
import type { ResponseUrl } from './world.ts';

/** Where an answer goes: what a response_url or the ack of a command refers to. */
export type AnswerTo = Pick<ResponseUrl, 'user' | 'channel' | 'original'>;

/**
 * Shows an answer: ephemeral unless `response_type` is in_channel, a new one unless `replace_original` or
 * `delete_original`. It needs no membership (facts/slack §3). Refuses like chat.postMessage.
 */
export const answer = (sim: Sim, to: AnswerTo, body: Args): void => {
  const channel = sim.world.channels.get(to.channel) ?? refuse('channel_not_found');
  const original = originalOf(channel, sim, to);
  if (flag(body, 'delete_original') && original !== undefined) {
    original.deleted = true;
    sim.changes.bump();
    return;
  }
  const said = text(body, 'text') ?? '';
  const blocks = messageBlocks(sim, body) ?? [];
  if (said === '' && blocks.length === 0) refuse('no_text');
  if (flag(body, 'replace_original') && original !== undefined) {
    original.text = said;
    original.blocks = fillIds(blocks, sim.ids);
    sim.changes.bump();
    return;
  }
  const threadTs = text(body, 'thread_ts') ?? null;
  if (body['response_type'] === 'in_channel') {
    addMessage(sim, channel, { user: APP.botUser, text: said, blocks, threadTs });
    return;
  }
  addEphemeral(sim, { channel: channel.id, user: to.user, text: said, blocks, threadTs });
};

const originalOf = (
  channel: Channel,
  sim: Sim,
  { original, user }: AnswerTo,
): Message | Ephemeral | undefined => {
  if (original === null) return undefined;
  if (!original.ephemeral) return findMessage(channel, original.ts);
  return sim.world.ephemerals.findLast((one) => one.ts === original.ts && one.user === user && !one.deleted);
};

/** A new response_url for an interaction with this message, or for a command when `original` is null. */
export const responseUrl = (sim: Sim, to: AnswerTo, threadTs: string | null): string =>
  handOutResponseUrl(sim, { ...to, threadTs });

/** Takes a POST to a response_url: 5 uses within 30 min, then `used_url` and `expired_url` with HTTP 404. */
export const useResponseUrl = (sim: Sim, id: string, body: Args): Answer => {
  const url = sim.world.responseUrls.get(id);
  if (url === undefined || sim.clock.now() - url.at > RESPONSE_URL_MS)
    return failed(404, { error: 'expired_url' });
  if (url.uses >= RESPONSE_URL_USES) return failed(404, { error: 'used_url' });
  const wait = body['response_type'] === 'in_channel' ? sim.pace.post(url.channel) : 0;
  if (wait > 0) return tooFast(wait);
  url.uses += 1;
  try {
    answer(sim, url, body);
    return { status: 200, headers: {}, body: { ok: true } };
  } catch (cause) {
    if (cause instanceof Refusal) return failed(400, { error: cause.error, ...cause.extra });
    throw cause;
  }
};

const failed = (status: number, body: Json): Answer => ({
  status,
  headers: {},
  body: { ok: false, ...body },
});
