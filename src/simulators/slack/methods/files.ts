import { type Args, isObject, nested, required, text } from '../args.ts';
import { LIMITS } from '../blocks/limits.ts';
import { apiFile } from '../files.ts';
import { addMessage } from '../messages.ts';
import { refuse } from '../refusal.ts';
import { APP } from '../seed.ts';
import type { Sim } from '../sim.ts';
import type { StoredFile } from '../types.ts';
import { postableChannel, threadOf } from './lookup.ts';
import { type Method, messageBlocks } from './method.ts';

const on = (scopes: readonly string[], run: Method['run']): Method => ({
  token: 'bot',
  scopes,
  tier: 'T4',
  run,
});

/** Uploads in three steps (facts/slack §7): a URL, the bytes (files.ts), completion with sharing. */
export const FILES: Readonly<Record<string, Method>> = {
  'files.getUploadURLExternal': on(['files:write'], ({ sim, args }) => {
    const bytes = Number(text(args, 'length') ?? 0);
    if (!Number.isInteger(bytes) || bytes <= 0) refuse('missing_argument');
    const altText = text(args, 'alt_txt') ?? '';
    if (altText.length > LIMITS.uploadAltText) refuse('alt_txt_too_large');
    const file: StoredFile = {
      id: sim.ids.next('F'),
      name: text(args, 'filename') ?? refuse('missing_argument'),
      declaredBytes: bytes,
      altText,
      title: '',
      content: null,
      completed: false,
      readyAt: Infinity,
      createdAt: sim.clock.now(),
      shares: [],
    };
    sim.world.files.set(file.id, file);
    return { upload_url: `${sim.url}/upload/${file.id}`, file_id: file.id };
  }),
  'files.completeUploadExternal': on(['files:write'], ({ sim, args }) => {
    const files = completedFiles(sim, args);
    const channels = [text(args, 'channel_id'), ...(text(args, 'channels') ?? '').split(',')].filter(Boolean);
    if (channels.length > 100) refuse('channels_limit_exceeded');
    const targets = channels.map((id) => postableChannel(sim, id));
    const comment = text(args, 'initial_comment') ?? '';
    const blocks = comment === '' ? messageBlocks(sim, args) : undefined;
    const threads = targets.map((channel) => threadOf(channel, args));
    for (const file of files) {
      file.completed = true;
      file.readyAt = sim.clock.now() + sim.fileMs;
    }
    targets.forEach((channel, index) => {
      const threadTs = threads[index] ?? null;
      const fileIds = files.map((file) => file.id);
      const { ts } = addMessage(sim, channel, {
        user: APP.botUser,
        text: comment,
        blocks: blocks ?? [],
        threadTs,
        fileIds,
      });
      for (const file of files) file.shares.push({ channel: channel.id, ts, threadTs });
    });
    // No more than the page shows: where it is shared, files.info says.
    return { files: files.map(({ id, title }) => ({ id, title })) };
  }),
  'files.info': on(['files:read'], ({ sim, args }) => {
    const file = sim.world.files.get(required(args, 'file')) ?? refuse('file_not_found');
    return { file: apiFile(sim, file), comments: [], response_metadata: { next_cursor: '' } };
  }),
};

/** The files named by `files`, each uploaded; titles are taken over. */
const completedFiles = (sim: Sim, args: Args): StoredFile[] => {
  const listed = nested(args, 'files', 'invalid_arguments');
  if (!Array.isArray(listed) || listed.length === 0) return refuse('invalid_arguments');
  return listed.map((entry: unknown) => {
    const { id, title } = isObject(entry) ? entry : {};
    const file = sim.world.files.get(String(id)) ?? refuse('file_not_found');
    if (file.content === null) refuse('file_not_found');
    file.title = typeof title === 'string' && title !== '' ? title : file.name;
    return file;
  });
};
