import { fetch } from 'undici';
import { dict, list, text } from '../../core/foreign.ts';
import { type Chat, ChatError, type Upload } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import { readText } from './answer.ts';
import type { Api } from './api.ts';
import { chatError, httpError } from './errors.ts';
import { mayCall } from './hosts.ts';

/** An alternative text may be so long (facts/slack §7). */
const ALT_TEXT_MOST = 1_000;

/**
 * Uploads in three steps (facts/slack §7) with the raw bytes sent by us: the SDK's filesUploadV2 also sends the bot token to the
 * upload URL. Nothing is visible before the last step, so only there a lost answer is 'unclear'.
 */
export const createUploads = (settings: SlackSettings, api: Api): Chat['uploads'] => ({
  async put(file) {
    const bytes = typeof file.content === 'string' ? Buffer.from(file.content, 'utf8') : file.content;
    if (bytes.length === 0) throw new ChatError('refused-content', 'empty file');
    const place = await api(
      'files.getUploadURLExternal',
      {
        filename: file.name,
        length: bytes.length,
        ...(file.altText === undefined ? {} : { alt_txt: file.altText.slice(0, ALT_TEXT_MOST) }),
      },
      { repeatable: true },
    );
    const [url, id] = [text(place['upload_url']), text(place['file_id'])];
    if (url === undefined || id === undefined) throw new ChatError('unavailable', 'no upload_url');
    await sendBytes(settings, url, bytes);
    return id;
  },
  share: (to, file, message) => complete(api, to, file, { blocks: message.blocks }),
  async shares(id) {
    try {
      const answer = await api('files.info', { file: id }, { repeatable: true });
      const { public: open, private: closed } = dict(dict(answer['file'])['shares']);
      return [open, closed].flatMap((family) =>
        Object.entries(dict(family)).flatMap(([channel, places]) =>
          list(places).flatMap((place) => {
            const ts = text(dict(place)['ts']);
            return ts === undefined ? [] : [{ channel, ts }];
          }),
        ),
      );
    } catch (err) {
      if (err instanceof ChatError && (err.slack === 'file_not_found' || err.slack === 'file_deleted'))
        return [];
      throw err;
    }
  },
});

/** All three steps at once. */
export const upload = async (
  settings: SlackSettings,
  api: Api,
  to: { readonly channel: string; readonly thread?: string },
  file: Upload,
): Promise<void> => {
  const id = await createUploads(settings, api).put(file);
  await complete(api, to, { id, title: file.title }, {});
};

const complete = async (
  api: Api,
  to: { readonly channel: string; readonly thread?: string },
  { id, title }: { readonly id: string; readonly title: string },
  beside: Record<string, unknown>,
): Promise<void> => {
  await api(
    'files.completeUploadExternal',
    {
      files: [{ id, title }],
      channel_id: to.channel,
      ...(to.thread === undefined ? {} : { thread_ts: to.thread }),
      ...beside,
    },
    { repeatable: false },
  );
};

const sendBytes = async (settings: SlackSettings, url: string, bytes: Uint8Array): Promise<void> => {
  if (!mayCall(url, settings.apiUrl)) throw new ChatError('refused', 'upload_url is not on a host of Slack');
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(bytes),
      redirect: 'error',
      signal: AbortSignal.timeout(settings.requestTimeoutMs),
    });
    await readText(answer);
    if (!answer.ok) throw httpError(answer.status, true);
  } catch (cause) {
    throw chatError(cause, true);
  }
};
