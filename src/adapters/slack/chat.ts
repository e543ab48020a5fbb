import { dict, text } from '../../core/foreign.ts';
import { type Chat, ChatError, type Clock } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import type { Api } from './api.ts';
import type { Channels } from './channels.ts';
import { find } from './find.ts';
import type { Identity } from './identity.ts';
import { contentArgs, postArgs } from './message.ts';
import type { Pacer } from './pacer.ts';
import type { People } from './people.ts';
import { respond } from './respond.ts';
import { createUploads, upload } from './upload.ts';

/** What the parts of the adapter share. */
export interface ChatDeps {
  readonly settings: SlackSettings;
  readonly api: Api;
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly identity: () => Promise<Identity>;
  readonly people: People;
  readonly channels: Channels;
}

/** The port `Chat` over the Web API. What each failure means is the table in errors.ts. */
export const createChat = (deps: ChatDeps): Chat => {
  const { api, pacer, people, channels } = deps;
  const uploads = createUploads(deps.settings, api);

  /** A refusal slows its own channel down, and a channel that is gone is looked up anew. */
  const noting = async <T>(channel: string, call: 'post' | 'edit', done: Promise<T>): Promise<T> => {
    try {
      return await done;
    } catch (cause) {
      if (cause instanceof ChatError && cause.retryAfterMs !== undefined) {
        pacer.refused(channel, call, cause.retryAfterMs);
      }
      if (cause instanceof ChatError && cause.code === 'no-channel') channels.drop(channel);
      throw cause;
    }
  };

  return {
    slot: (channel, call) => pacer.slot(channel, call),
    claim: (channel) =>
      channels.known(channel)?.external === false ? pacer.claim(channel, 'post') : undefined,
    post: async (to, message) => {
      const args = postArgs(to, message);
      const answer = await noting(to.channel, 'post', api('chat.postMessage', args, { repeatable: false }));
      const ts = text(answer['ts']);
      if (ts === undefined) throw new ChatError('unclear', 'answer_without_ts');
      return ts;
    },
    edit: async (at, message) => {
      const args = { channel: at.channel, ts: at.ts, ...contentArgs(message) };
      await noting(at.channel, 'edit', api('chat.update', args, { repeatable: true }));
    },
    find: (where, keys) => find(deps, where, keys),
    remove: async (at) => {
      await api('chat.delete', { channel: at.channel, ts: at.ts }, { repeatable: true }).catch(
        (cause: unknown) => {
          if (cause instanceof ChatError && cause.slack === 'message_not_found') return;
          throw cause;
        },
      );
    },
    ephemeral: async (to, message) => {
      const thread = to.thread === undefined ? {} : { thread_ts: to.thread };
      const args = { channel: to.channel, user: to.user, ...thread, ...contentArgs(message) };
      await api('chat.postEphemeral', args, { repeatable: false });
    },
    respond: (url, message) => respond(deps.settings, url, message),
    openView: async (triggerId, view) => {
      const answer = await api('views.open', { trigger_id: triggerId, view }, { repeatable: false });
      const id = text(dict(answer['view'])['id']);
      if (id === undefined) throw new ChatError('unclear', 'answer_without_view');
      return id;
    },
    updateView: async (viewId, view) => {
      await api('views.update', { view_id: viewId, view }, { repeatable: true });
    },
    publish: async (user, view) => {
      await api('views.publish', { user_id: user, view }, { repeatable: true });
    },
    profile: (person) => people.profile(person),
    groupMembers: (group) => people.groupMembers(group),
    channel: (id) => channels.channel(id),
    permalink: async (at) => {
      try {
        const args = { channel: at.channel, message_ts: at.ts };
        return text((await api('chat.getPermalink', args, { repeatable: true }))['permalink']);
      } catch (cause) {
        if (cause instanceof ChatError && (cause.code === 'no-message' || cause.code === 'no-channel')) {
          return undefined;
        }
        throw cause;
      }
    },
    direct: async (user) => {
      const answer = await api('conversations.open', { users: user }, { repeatable: true });
      const id = text(dict(answer['channel'])['id']);
      if (id === undefined) throw new ChatError('unclear', 'answer_without_channel');
      return id;
    },
    upload: (to, file) => upload(deps.settings, api, to, file),
    uploads: {
      ...uploads,
      share: (to, file, message) => noting(to.channel, 'post', uploads.share(to, file, message)),
    },
  };
};
