import { type Chat, ChatError, type Clock, type Log, type Message } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import { counted } from '../core/text.ts';
import { type Trouble, troubleView } from '../views/trouble.ts';
import { isExternal } from './external.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Sentences kept for a Slack that is away, further ones that are only counted, and sentences of one message. */
const MOST = { kept: 50, counted: 1_000, together: 10 } as const;
/** Waits after Slack did not take something: doubling. */
const RETRY_MS = { first: 5 * SECOND_MS, most: MINUTE_MS } as const;
/** Slack's clock and ours differ. */
const LOOK_BACK_MS = 5 * MINUTE_MS;
/** A line with a key of its own is looked up so far back before it is said. */
const SAID_MS = 24 * HOUR_MS;

export interface TroublesDeps {
  readonly chat: Pick<Chat, 'slot' | 'post' | 'find' | 'channel'>;
  readonly channels: Pick<Settings['channels'], 'admin' | 'fallback'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the bot says of itself in the admin channel. In memory and bounded: it outlives a Slack that is away, not the process. */
export interface Troubles {
  /** Says a trouble as soon as Slack takes it; the same sentence at most once an hour. */
  tell(trouble: string): void;
  /**
   * Says a line under a key, in the admin channel or the one named: not again when a message with this key waits or stands there, even
   * one of an earlier process.
   * @param said called when it stands in Slack
   */
  say(key: string, line: Message, channel?: string, said?: () => Promise<void>): void;
  /**
   * A trouble that must be seen: said under its key in the admin and in the fallback channel.
   * @param said called when it stands in both
   */
  alarm(key: string, trouble: string, said: () => Promise<void>): void;
  /** Sends what waits, until Slack does not take something: that is kept and tried again by a later call. */
  flush(): Promise<void>;
}

/** One message under way. */
interface Batch {
  readonly key: string;
  /** As it reads when it is sent: what comes late says so. */
  message(): Message;
  /** It may stand in Slack since then, epoch ms: looked up before it is posted. */
  since: number | undefined;
  channel: string;
  /** Its channel is gone: it was sent to the other one of admin and fallback. */
  moved: boolean;
  said(): Promise<void>;
}

const nothing = async (): Promise<void> => {};

export const createTroubles = ({ chat, channels, clock, log }: TroublesDeps): Troubles => {
  /** By sentence. */
  const waiting = new Map<string, Trouble>();
  const lines: (Pick<Batch, 'key' | 'channel' | 'said'> & { readonly message: Message })[] = [];
  /** When a sentence was last said, monotonic. */
  const said = new Map<string, number>();
  const startedAt = clock.now();
  const dropped = new Set<string>();
  let serial = 0;
  let pending: Batch | undefined;
  let failures = 0;
  let notBefore = 0;

  const next = (): Batch | undefined => {
    const line = lines.shift();
    if (line !== undefined)
      return {
        key: line.key,
        message: () => line.message,
        since: clock.now() - SAID_MS,
        channel: line.channel,
        moved: false,
        said: line.said,
      };
    const together = [...waiting.values()].slice(0, MOST.together);
    if (together.length === 0) return undefined;
    for (const { text } of together) {
      waiting.delete(text);
      said.set(text, clock.mono());
    }
    if (waiting.size === 0 && dropped.size > 0) {
      together.push({ text: `${counted(dropped.size, 'further trouble')}: see the log.`, at: clock.now() });
      dropped.clear();
    }
    serial += 1;
    return {
      key: `trouble.${startedAt}.${serial}`,
      message: () => troubleView(together, clock.now()),
      since: undefined,
      channel: channels.admin,
      moved: false,
      said: nothing,
    };
  };

  /** A token without the right to read never gets it by waiting: the line is said, at worst a second time. */
  const stands = async (key: string, channel: string, since: number): Promise<boolean> => {
    try {
      return (await chat.find({ channel, since }, new Set([key]))).has(key);
    } catch (err) {
      if (err instanceof ChatError && err.slack === 'missing_scope') return false;
      throw err;
    }
  };

  const send = async (batch: Batch): Promise<void> => {
    const { key, channel, since } = batch;
    // Lines name hosts and people: another organisation is not told of them (definitions §8).
    if (await isExternal(channel, { chat, log })) throw new ChatError('no-channel', 'shared_channel');
    if (since !== undefined && (await stands(key, channel, since))) return;
    await chat.slot(channel, 'post');
    const at = clock.now();
    try {
      await chat.post({ channel, key }, batch.message());
    } catch (err) {
      if (err instanceof ChatError && err.code === 'unclear') batch.since ??= at - LOOK_BACK_MS;
      throw err;
    }
  };

  /** @returns true when the batch is to be tried again later */
  const failed = (batch: Batch, err: ChatError): boolean => {
    const other = batch.channel === channels.fallback ? channels.admin : channels.fallback;
    if (err.code === 'no-channel' && !batch.moved && batch.channel !== other) {
      batch.channel = other;
      batch.moved = true;
      return true;
    }
    if (err.code === 'no-channel' || err.code === 'refused-content') {
      log.error({ err, text: batch.message().text }, 'a trouble of our own cannot be said');
      return false;
    }
    failures += 1;
    const waitMs = err.retryAfterMs ?? Math.min(RETRY_MS.first * 2 ** (failures - 1), RETRY_MS.most);
    notBefore = clock.mono() + Math.max(waitMs, SECOND_MS);
    if (failures === 1) log.warn({ slack: err.slack, waiting: waiting.size }, 'troubles wait for Slack');
    return true;
  };

  const tell = (trouble: string): void => {
    log.warn({ trouble }, 'a trouble of our own');
    for (const [text, at] of said) if (clock.mono() - at > HOUR_MS) said.delete(text);
    if (said.has(trouble) || waiting.has(trouble)) return;
    if (waiting.size < MOST.kept) waiting.set(trouble, { text: trouble, at: clock.now() });
    else if (dropped.size < MOST.counted) dropped.add(trouble);
  };

  const say: Troubles['say'] = (key, message, channel = channels.admin, said = nothing) => {
    const waits = [...lines, ...(pending === undefined ? [] : [pending])];
    if (waits.some((one) => one.key === key && one.channel === channel)) return;
    if (lines.length < MOST.kept) lines.push({ key, message, channel, said });
  };

  return {
    tell,
    say,

    alarm(key, trouble, said) {
      log.error({ trouble }, 'an alarm of our own');
      const places = [...new Set([channels.admin, channels.fallback])];
      for (const [n, channel] of places.entries())
        say(
          key,
          troubleView([{ text: trouble, at: clock.now() }], clock.now()),
          channel,
          n === places.length - 1 ? said : nothing,
        );
    },

    async flush() {
      for (;;) {
        pending ??= next();
        if (pending === undefined || clock.mono() < notBefore) return;
        try {
          await send(pending);
          failures = 0;
          await pending.said();
        } catch (err) {
          if (!(err instanceof ChatError)) throw err;
          if (failed(pending, err)) continue;
        }
        pending = undefined;
      }
    },
  };
};
