import { type Args, text } from '../args.ts';
import { cannot } from '../cannot.ts';
import { ackBody, type Delivery } from '../delivery.ts';
import { handOutTrigger } from '../handouts.ts';
import { slashCommand } from '../payloads.ts';
import { Refusal } from '../refusal.ts';
import { answer, responseUrl } from '../responses.ts';
import { APP } from '../seed.ts';
import type { Sim } from '../sim.ts';
import { type Outcome, outcome, tellError, tellFromSlackbot } from './outcome.ts';
import { actor, need, openedBy } from './person.ts';

/**
 * A person types `/illumio <text>`. Sent once; without an ack in time they read operation_timeout, without a
 * connection dispatch_failed. People of another workspace do not have the command (facts/slack §5.2): Slack tells
 * them so and nothing is sent. `forged: true` sends what no client could.
 */
export const typeCommand = async (sim: Sim, delivery: Delivery, body: Args): Promise<Outcome> => {
  const forged = body['forged'] === true;
  const user = actor(sim, need(body, 'user'), forged);
  const channel = openedBy(sim, user, need(body, 'channel'), forged);
  if (channel.archived) return cannot(`#${channel.name} is archived`);
  const typed = (text(body, 'text') ?? '').trim();
  if (user.homeTeam !== APP.team && !forged) {
    tellFromSlackbot(sim, user.id, channel.id, `${APP.command} is not a valid command.`);
    return { ok: false, acked: false, ms: null, error: 'not_a_valid_command' };
  }
  // facts/slack §5: the client itself refuses a command in a thread; nothing is sent.
  if (text(body, 'thread_ts') !== undefined) {
    tellFromSlackbot(sim, user.id, channel.id, `${APP.command} is not supported in threads. Sorry!`);
    return { ok: false, acked: false, ms: null, error: 'not_supported_in_threads' };
  }
  const to = { user: user.id, channel: channel.id, original: null };
  const handouts = { trigger_id: handOutTrigger(sim, user.id), response_url: responseUrl(sim, to, null) };
  const delivered = await delivery.deliver('slash_commands', slashCommand(user, channel, typed, handouts));
  const about = `${APP.command} ${typed}`;
  const reply = delivered.acked ? ackBody(delivered.payload) : null;
  if (reply !== null) {
    try {
      answer(sim, to, reply);
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      tellError(sim, user.id, about, cause.error, messagesOf(cause));
    }
  }
  return outcome(sim, delivered, user.id, about, handouts);
};

const messagesOf = (refusal: Refusal): string[] | undefined =>
  (refusal.extra['response_metadata'] as { messages: string[] } | undefined)?.messages;
