import { SCOPES } from '../adapters/slack/manifest.ts';
import type { Connected } from '../app.ts';
import type { Chat, ChatError } from '../core/ports.ts';
import type { Settings, SlackSettings } from '../core/settings.ts';
import { counted } from '../core/text.ts';
import { attempt, type Check, fails, holds, type Outcome, skipped } from './doctor-check.ts';
import { checkPeople } from './doctor-people.ts';
import { checkPlaces } from './doctor-places.ts';

/** Everything about Slack; without a token of the right workspace its channels and people are not looked at. */
export const checkSlack = async (
  world: Pick<Connected, 'chat' | 'probe'>,
  settings: Settings,
): Promise<readonly Check[]> => {
  const bot = await botChecks(world, settings.slack);
  const usable = bot.every(({ id, ok }) => ok === true || id === 'slack.scopes');
  return [
    ...bot,
    await inboundCheck(world, settings.slack),
    ...(usable
      ? [...(await checkPlaces(world.chat, settings)), ...(await checkPeople(world, settings))]
      : [{ id: 'slack.channels', ...skipped('not looked at: the bot token cannot be used') }]),
  ];
};

const botChecks = async ({ probe }: Pick<Connected, 'probe'>, slack: SlackSettings): Promise<Check[]> => {
  let team = skipped('not looked at: the bot token cannot be used');
  let scopes = team;
  const token = await attempt(
    async () => {
      const bot = await probe.botToken();
      if (bot.bot === undefined)
        return fails(
          'it is not the token of a bot',
          'Copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions.',
        );
      team = teamOutcome(bot.team, bot.teamName, slack.team);
      scopes = scopesOutcome(bot.scopes);
      return holds('accepted');
    },
    (error) =>
      refusal(
        error as ChatError,
        slack,
        'Install the app and copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions into slack.bot_token.',
      ),
  );
  return [
    { id: 'slack.bot-token', ...token },
    { id: 'slack.team', ...team },
    { id: 'slack.scopes', ...scopes },
  ];
};

const refusal = ({ code, slack: word }: ChatError, { apiUrl }: SlackSettings, fix: string): Outcome =>
  code === 'refused'
    ? fails(`Slack refuses it: ${word}`, fix)
    : fails(
        `Slack does not answer: ${word}`,
        `Check proxy and firewall from this machine: curl -v ${apiUrl}api.test`,
      );

const teamOutcome = (team: string, name: string, wanted: string): Outcome =>
  team === wanted
    ? holds(`${name} (${team})`)
    : fails(
        `the token is of workspace ${name} (${team}), slack.team says ${wanted}`,
        `Set slack.team to ${team}, or install the app in ${wanted} and use the token of that installation.`,
      );

const scopesOutcome = (given: readonly string[] | undefined): Outcome => {
  if (given === undefined) return skipped('Slack did not say which scopes the token has');
  const missing = SCOPES.filter(({ scope }) => !given.includes(scope));
  const lost = missing.map((one) =>
    'without' in one ? `${one.scope} is missing: ${one.without}` : `${one.scope} is missing, to ${one.why}`,
  );
  if (missing.every((one) => 'without' in one))
    return holds(lost.join('; ') || `all ${counted(SCOPES.length, 'scope')}`);
  return fails(
    lost.join('; '),
    'Add them under OAuth & Permissions (or paste what `illumio-chatops manifest` prints under App Manifest), and reinstall the app.',
  );
};

/** How clicks and commands come in. */
const inboundCheck = async ({ probe }: Pick<Connected, 'probe'>, slack: SlackSettings): Promise<Check> => {
  if (slack.mode === 'http')
    return {
      id: 'slack.signing-secret',
      ...skipped('only a request of Slack’s shows whether it is right and reaches the bot'),
    };
  const outcome = await attempt(
    async () => {
      await probe.appToken();
      return holds('accepted, Socket Mode can be opened');
    },
    (error) =>
      refusal(
        error as ChatError,
        slack,
        'Make an app-level token (xapp-…) with connections:write under Basic Information, put it into slack.app_token, and switch Socket Mode on.',
      ),
  );
  return { id: 'slack.app-token', ...outcome };
};

/** Posts in every channel that can be used and takes it away again; whoever looks at the channel at that moment sees it. */
export const checkPosting = async (chat: Chat, channels: readonly string[]): Promise<Check[]> => {
  const checks: Check[] = [];
  for (const channel of channels)
    checks.push({ id: `slack.post.${channel}`, ...(await postAndRemove(chat, channel)) });
  return checks;
};

const postAndRemove = (chat: Chat, channel: string): Promise<Outcome> =>
  attempt(
    async () => {
      const text = 'A test by `illumio-chatops doctor --post`; it is removed at once.';
      await chat.slot(channel, 'post');
      const ts = await chat.post({ channel, key: `doctor.${channel}` }, { text, blocks: [] });
      await chat.remove({ channel, ts });
      return holds('a message was posted and removed');
    },
    (error) =>
      fails(
        `no message could be posted and removed: ${(error as ChatError).slack}`,
        'Look whether the channel lets apps post (channel settings → posting permissions), and remove the test message if it stands there.',
      ),
  );
