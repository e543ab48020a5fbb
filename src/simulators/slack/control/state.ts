import type { Delivery } from '../delivery.ts';
import { fileText } from '../files.ts';
import { filesOf } from '../messages.ts';
import { apiChannel } from '../methods/conversations.ts';
import { apiUser } from '../methods/people.ts';
import { APP } from '../seed.ts';
import type { Sim } from '../sim.ts';
import type { Channel, Ephemeral, Json, Message, View } from '../types.ts';
import { stackOf } from '../views.ts';

/** A copy of everything that can be seen, as design §8 "Simulators" lists it, plus what the demo page draws with. */
export const stateOf = (sim: Sim, delivery: Delivery): Json => ({
  now: sim.clock.now(),
  change: sim.changes.current(),
  app: {
    team: APP.team,
    bot_user: APP.botUser,
    bot_id: APP.bot,
    app_id: APP.app,
    command: APP.command,
    shortcuts: APP.shortcuts,
  },
  connections: delivery.hub.size(),
  request_url: sim.requestUrl,
  scopes: sim.world.scopes,
  channels: [...sim.world.channels.values()].map((channel) => channelState(sim, channel)),
  users: [...sim.world.users.values()].map((user) => apiUser(sim, user)),
  groups: [...sim.world.groups.values()].map((group) => ({ ...group })),
  ephemerals: sim.world.ephemerals.map(ephemeralState),
  views: [...sim.world.views.values()].map((view) =>
    viewState(view, stackOf(sim, view.user).at(-1) === view),
  ),
  homes: [...sim.world.homes.values()].map((view) => viewState(view, true)),
  calls: [...sim.world.calls],
  acks: [...sim.world.acks],
  mentions: [...sim.world.mentions],
  errors: [...sim.world.errors],
});

const channelState = (sim: Sim, channel: Channel): Json => ({
  ...apiChannel(channel, true),
  name: channel.name,
  members: [...channel.members],
  messages: channel.messages.map((message) => messageState(sim, message)),
});

const messageState = (sim: Sim, message: Message): Json => ({
  ts: message.ts,
  thread_ts: message.threadTs,
  broadcast: message.broadcast,
  user: message.user,
  bot_id: message.botId,
  text: message.text,
  blocks: message.blocks,
  attachments: message.attachments,
  metadata: message.metadata,
  edited: message.edited,
  updates: message.updates,
  deleted: message.deleted,
  pinned: message.pinned,
  reactions: Object.fromEntries(message.reactions),
  files: filesOf(sim, message).map((file) => ({
    id: file.id,
    name: file.name,
    title: file.title,
    text: fileText(file),
    url: `/files/${file.id}/${encodeURIComponent(file.name)}`,
  })),
});

const ephemeralState = (one: Ephemeral): Json => ({
  ts: one.ts,
  at: one.at,
  channel: one.channel,
  user: one.user,
  from: one.from,
  thread_ts: one.threadTs,
  text: one.text,
  blocks: one.blocks,
  deleted: one.deleted,
});

const viewState = (view: View, top: boolean): Json => ({
  id: view.id,
  user: view.user,
  type: view.type,
  callback_id: view.body['callback_id'] ?? '',
  title: plain(view.body['title']),
  submit: plain(view.body['submit']),
  close: plain(view.body['close']),
  private_metadata: view.body['private_metadata'] ?? '',
  blocks: view.body['blocks'],
  state: { values: { ...view.values } },
  hash: view.hash,
  root: view.root,
  previous: view.previous,
  top,
  errors: view.errors,
});

/** The text of a plain_text object, null when absent. */
const plain = (value: unknown): string | null => (value as { text?: string } | undefined)?.text ?? null;
