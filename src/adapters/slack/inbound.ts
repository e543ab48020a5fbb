import { type Dict, dict, text } from '../../core/foreign.ts';
import type {
  Chat,
  Choice,
  Clock,
  Handling,
  Inbound,
  Inbox,
  Log,
  Suggest,
  Typing,
} from '../../core/ports.ts';
import type { Channels } from './channels.ts';
import type { Identity } from './identity.ts';
import { readPayload } from './payload.ts';
import type { People } from './people.ts';
import { createSeen } from './seen.ts';
import { tellTrouble } from './trouble.ts';
import { createTurns } from './turns.ts';

/** Something Slack delivered. */
export interface Delivered {
  readonly body: Dict;
  readonly envelope: string | undefined;
  readonly ack: (payload?: unknown) => Promise<void>;
  /** Runs what is to be done about it, once it is acknowledged; rejects as that does. */
  readonly through: (work: () => Promise<void>) => Promise<void>;
}

/** Takes in what Slack delivers. */
export interface Intake {
  /** Resolves when it is acknowledged; what is to be done about it goes on. */
  take(delivered: Delivered): Promise<void>;
  /** Resolves when no work is running. */
  idle(): Promise<void>;
}

/**
 * Acknowledges first and works afterwards; everything is acknowledged, also what nobody handles, because Socket Mode has no
 * time-out of its own and people would wait (facts/slack §2). A repeat is acknowledged again and not handled again: known by its
 * envelope, trigger or event id, never by the retry header, since a retried event may be the first that reached us.
 */
export const createIntake = (deps: {
  readonly identity: Identity;
  readonly inbox: Inbox;
  readonly suggest: Suggest;
  readonly chat: Chat;
  readonly people: People;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly log: Log;
}): Intake => {
  const { log } = deps;
  const seen = createSeen<unknown>(deps.clock);
  const running = new Set<Promise<void>>();
  const turns = createTurns(deps.clock);

  /** A socket that died in between must not lose the action: it is done all the same (faults 30). */
  const acknowledge = ({ ack, envelope }: Delivered, payload?: unknown): Promise<void> =>
    ack(payload).catch((err: unknown) => log.warn({ err, envelope }, 'ack failed'));

  const carryOut = async (
    inbound: Inbound,
    work: () => Promise<void>,
    through: Delivered['through'],
  ): Promise<void> => {
    try {
      await turns.next();
      await through(work);
    } catch (err) {
      log.error({ err, kind: inbound.kind, id: inbound.id }, 'inbound failed');
      await tellTrouble(deps.chat, inbound).catch((err: unknown) =>
        log.warn({ err, id: inbound.id }, 'could not tell the person'),
      );
    }
  };

  return {
    take: async (delivered) => {
      const { body, envelope, through } = delivered;
      const read = readPayload(body, deps.identity);
      if (read === undefined || 'foreign' in read) {
        if (read !== undefined) log.warn({ why: read.foreign, envelope }, 'payload refused');
        return acknowledge(delivered, body['type'] === 'block_suggestion' ? { options: [] } : undefined);
      }
      if ('typing' in read) return acknowledge(delivered, await offered(read.typing, deps));
      const { inbound } = read;
      const ids = [inbound.id, envelope].filter((id): id is string => id !== undefined && id !== '');
      const before = seen.get(ids);
      if (before !== undefined) return acknowledge(delivered, before.answer);
      if (inbound.kind === 'event') forget(inbound.type, inbound.body, deps);
      turns.hold();
      let handling = decide(deps.inbox, inbound);
      try {
        await handling.before?.();
      } catch (err) {
        handling = failed(err);
      }
      const answer = answerOf(inbound, handling);
      seen.add(ids, answer);
      await acknowledge(delivered, answer);
      turns.release();
      if (handling.work === undefined) return;
      const done = carryOut(inbound, handling.work, through).then(() => void running.delete(done));
      running.add(done);
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
};

/** What could not be made durable is not done: the person is told so instead. */
const failed = (err: unknown): Handling => ({ work: () => Promise.reject(err) });

/** A throwing inbox is our bug: the person is told as for failed work. */
const decide = (inbox: Inbox, inbound: Inbound): Handling => {
  try {
    return inbox(inbound);
  } catch (err) {
    return failed(err);
  }
};

/** Slack waits 3 s for what is offered (facts/slack §3), the way there and back included. */
const OFFER_MS = 2_000;

/** The choices for what was typed, in time; none rather than late or wrong ones: who sees none types on. */
const offered = async (
  typing: Typing,
  { suggest, clock, log }: { readonly suggest: Suggest; readonly clock: Clock; readonly log: Log },
): Promise<Dict> => {
  const answered = new AbortController();
  const late = clock.sleep(OFFER_MS, answered.signal).then((): readonly Choice[] => {
    if (!answered.signal.aborted) log.warn({ action: typing.action }, 'choices came too late');
    return [];
  });
  const choices = suggest(typing).catch((err: unknown): readonly Choice[] => {
    log.error({ err, action: typing.action }, 'choices could not be offered');
    return [];
  });
  const first = await Promise.race([choices, late]);
  answered.abort();
  return {
    options: first.map(({ text, value }) => ({ text: { type: 'plain_text', text, emoji: false }, value })),
  };
};

/** What goes with the acknowledgement: only submissions take an answer. */
const answerOf = (inbound: Inbound, { ack }: Handling): unknown => {
  if (inbound.kind !== 'submission' || ack === undefined) return undefined;
  return 'update' in ack
    ? { response_action: 'update', view: ack.update }
    : { response_action: 'errors', errors: ack.errors };
};

/** Events make cached answers about people, groups and channels stale (facts/slack §5). */
const forget = (
  type: string,
  event: Dict,
  { people, channels }: { readonly people: People; readonly channels: Channels },
): void => {
  if (type === 'subteam_members_changed') people.dropGroup(text(event['subteam_id']));
  if (type === 'subteam_updated') people.dropGroup(text(dict(event['subteam'])['id']));
  if (type === 'user_change') people.dropPerson(text(dict(event['user'])['id']));
  const mentioned = [
    event['channel'],
    dict(event['channel'])['id'],
    event['old_channel_id'],
    event['new_channel_id'],
  ];
  for (const id of mentioned.map(text)) if (id !== undefined) channels.drop(id);
};
