import type { Placed } from './blocks/walk.ts';
import { APP } from './seed.ts';
import type { Sim } from './sim.ts';
import type { Channel, Json, User, View } from './types.ts';
import { apiView } from './views.ts';

/** The person of a payload; `team_id` is the home team, `team` below the app's workspace (facts/slack §5.2). */
const person = (user: User): Json => ({
  id: user.id,
  username: user.name,
  name: user.name,
  team_id: user.homeTeam,
});

const common = (user: User): Json => ({
  user: person(user),
  api_app_id: APP.app,
  token: 'sim-verification-token',
  team: { id: APP.team, domain: APP.domain },
  enterprise: null,
  is_enterprise_install: false,
});

/** A slash command (fixtures/slack/app-backend/SlashCommandPayload.json). Slack sends strings only. */
export const slashCommand = (
  user: User,
  channel: Channel,
  text: string,
  handouts: { trigger_id: string; response_url: string },
): Json => ({
  token: 'sim-verification-token',
  team_id: APP.team,
  team_domain: APP.domain,
  channel_id: channel.id,
  channel_name: channel.kind === 'im' ? 'directmessage' : channel.name,
  user_id: user.id,
  user_name: user.name,
  command: APP.command,
  text,
  api_app_id: APP.app,
  is_enterprise_install: 'false',
  ...handouts,
});

/** A click or choice (fixtures/slack/app-backend/BlockActionPayload.json); `where` tells message from view. */
export const blockActions = (user: User, action: Json, triggerId: string, where: Json): Json => ({
  type: 'block_actions',
  ...common(user),
  trigger_id: triggerId,
  actions: [action],
  ...where,
});

/** A message shortcut (fixtures/slack/app-backend/MessageShortcutPayload.json). */
export const messageAction = (
  user: User,
  channel: Channel,
  callbackId: string,
  message: Json,
  handouts: Json,
): Json => ({
  type: 'message_action',
  ...common(user),
  action_ts: message['ts'],
  callback_id: callbackId,
  channel: { id: channel.id, name: channel.name },
  message_ts: message['ts'],
  message,
  ...handouts,
});

/** Something typed into an external select of a view (docs.slack.dev/reference/interaction-payloads/block_suggestion): no trigger, nothing can be opened. */
export const blockSuggestion = (user: User, view: View, { block, element }: Placed, typed: string): Json => ({
  type: 'block_suggestion',
  ...common(user),
  container: { type: 'view', view_id: view.id },
  action_id: element['action_id'],
  block_id: block['block_id'],
  value: typed,
  view: apiView(view),
});

/** A submitted modal (fixtures/slack/app-backend/ViewSubmissionPayload.json). */
export const viewSubmission = (user: User, view: View, triggerId: string): Json => ({
  type: 'view_submission',
  ...common(user),
  trigger_id: triggerId,
  view: apiView(view),
  response_urls: [],
});

/** A closed modal (fixtures/slack/app-backend/ViewClosedPayload.json). */
export const viewClosed = (user: User, view: View, isCleared: boolean): Json => ({
  type: 'view_closed',
  ...common(user),
  view: apiView(view),
  is_cleared: isCleared,
});

/** An Events API callback around an inner event (fixtures/slack/events/*.json). */
export const eventCallback = (sim: Sim, event: Json, eventId?: string): Json => {
  if (event['type'] === 'app_rate_limited')
    return { token: 'sim-verification-token', team_id: APP.team, api_app_id: APP.app, ...event };
  return {
    token: 'sim-verification-token',
    team_id: APP.team,
    api_app_id: APP.app,
    event: { event_ts: sim.ids.ts(), ...event },
    type: 'event_callback',
    event_id: eventId ?? sim.ids.next('Ev'),
    event_time: Math.floor(sim.clock.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: APP.team,
        user_id: APP.botUser,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: sim.world.channels.get(String(event['channel']))?.extShared ?? false,
    event_context: '4-sim',
  };
};
