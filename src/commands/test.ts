import type { Command, CommandDeps } from '../core/command.ts';
import { type ChannelInfo, ChatError } from '../core/ports.ts';
import { testAlert, testDone } from '../views/test-alert.ts';
import { nearestText, type Problem, problem } from './problem.ts';
import { parseWords } from './words.ts';

/** Posts a test alert the way a real one is posted, and says what became of it. */
export const test: Command = {
  id: 'test',
  summary: 'post a test alert in a channel and say whether it arrived',
  usage: '/illumio test [channel]',
  examples: ['/illumio test', '/illumio test #soc-alerts', '/illumio status'],
  role: 'responder',
  scope: 'own',
  async run(given, asker, deps) {
    const parsed = parseWords(given, { id: 'test', example: '/illumio test' }, []);
    if (!parsed.ok) return parsed.problem;
    const [asked, extra] = parsed.words;
    if (extra !== undefined)
      return problem(`test takes one channel; I read "${extra}" too.`, '/illumio test');
    const { chat, clock, settings } = deps;
    try {
      const channel = await channelOf(asked ?? settings.channels.fallthrough, deps);
      if ('kind' in channel) return channel;
      if (channel.external)
        return problem(`#${channel.name} is shared with another organisation: no alert is posted there.`);
      await chat.slot(channel.id, 'post');
      const at = clock.now();
      await chat.post(
        { channel: channel.id, key: `test.${asker.profile.person.user}.${at}` },
        testAlert(asker.profile.name, at),
      );
      return { kind: 'answer', message: testDone(channel.id) };
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      return problem(
        `The test alert did not arrive: ${WHY[error.code] ?? 'Slack refuses it'} (${error.slack}).`,
      );
    }
  },
};

const WHY: Readonly<Partial<Record<ChatError['code'], string>>> = {
  unclear: 'Slack gave no answer, so look whether it is there',
  'rate-limited': 'Slack wants fewer messages just now',
  unavailable: 'Slack does not answer',
  'no-channel': 'the channel is gone or archived, or the bot is not in it. Invite it with /invite',
};

/** A channel by its id, or by the name of one the configuration uses: Slack lets a bot look up ids only. */
const channelOf = async (asked: string, { chat, settings }: CommandDeps): Promise<ChannelInfo | Problem> => {
  const [, id] = /^(?:<#)?([CG][A-Z0-9]{2,20})(?:\|[^>]*)?>?$/.exec(asked) ?? [];
  if (id !== undefined) return chat.channel(id);
  const { fallthrough, fallback, admin, announce, share } = settings.channels;
  const ids = new Set([
    fallthrough,
    fallback,
    admin,
    ...(announce === undefined ? [] : [announce]),
    ...share,
    ...settings.routes.map(({ channel }) => channel),
  ]);
  const wanted = asked.replace(/^#/, '');
  const names: string[] = [];
  for (const one of ids) {
    const info = await chat.channel(one).catch(unknownChannel);
    if (info?.name === wanted) return info;
    if (info !== undefined) names.push(info.name);
  }
  return problem(
    `None of the channels in the configuration is called "${wanted}".${nearestText(wanted, names)} A channel's id works too.`,
    '/illumio test',
  );
};

/** A channel that is gone has no name to compare. */
const unknownChannel = (error: unknown): undefined => {
  if (error instanceof ChatError) return undefined;
  throw error;
};
