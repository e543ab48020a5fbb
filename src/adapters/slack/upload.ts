import { text } from '../../core/foreign.ts';
import { ChatError } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import { readText } from './answer.ts';
import type { Api } from './api.ts';
import { chatError, httpError } from './errors.ts';
import { mayCall } from './hosts.ts';

/**
 * Uploads in three steps (facts/slack §7) with the raw bytes sent by us: the SDK's filesUploadV2 also sends the bot token to the
 * upload URL. Nothing is visible before the last step, so only there a lost answer is 'unclear'.
 */
export const upload = async (
  settings: SlackSettings,
  api: Api,
  to: { readonly channel: string; readonly thread?: string },
  file: { readonly name: string; readonly title: string; readonly content: string },
): Promise<void> => {
  const bytes = Buffer.from(file.content, 'utf8');
  if (bytes.length === 0) throw new ChatError('refused-content', 'empty file');
  const place = await api(
    'files.getUploadURLExternal',
    { filename: file.name, length: bytes.length },
    { repeatable: true },
  );
  const [url, id] = [text(place['upload_url']), text(place['file_id'])];
  if (url === undefined || id === undefined) throw new ChatError('unavailable', 'no upload_url');
  await sendBytes(settings, url, bytes);
  await api(
    'files.completeUploadExternal',
    {
      files: [{ id, title: file.title }],
      channel_id: to.channel,
      ...(to.thread === undefined ? {} : { thread_ts: to.thread }),
    },
    { repeatable: false },
  );
};

const sendBytes = async (settings: SlackSettings, url: string, bytes: Buffer): Promise<void> => {
  if (!mayCall(url, settings.apiUrl)) throw new ChatError('refused', 'upload_url is not on a host of Slack');
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes),
      redirect: 'error',
      signal: AbortSignal.timeout(settings.requestTimeoutMs),
    });
    await readText(answer);
    if (!answer.ok) throw httpError(answer.status, true);
  } catch (cause) {
    throw chatError(cause, true);
  }
};
