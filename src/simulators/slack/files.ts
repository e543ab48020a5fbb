import { APP } from './seed.ts';
import type { Sim } from './sim.ts';
import type { Json, StoredFile } from './types.ts';

const TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  txt: 'text/plain',
  md: 'text/markdown',
  json: 'application/json',
  html: 'text/html',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  pdf: 'application/pdf',
  gz: 'application/gzip',
};

const extension = (file: StoredFile): string => file.name.split('.').at(-1)?.toLowerCase() ?? '';

/** The MIME type Slack would find, by the name. */
export const mimeType = (file: StoredFile): string => TYPES[extension(file)] ?? 'application/octet-stream';

/** The text of a text file, for tests that look for a name in it; null of others. */
export const fileText = (file: StoredFile): string | null => {
  const isText = /^text\/|json|svg/.test(mimeType(file));
  return isText && file.content !== null ? file.content.toString('utf8') : null;
};

/**
 * Takes the bytes of step 2, raw or as one multipart part (what filesUploadV2 sends, facts/slack §7).
 * The answer's text is Slack's: `OK - <bytes>`. A second upload to the same URL replaces the first.
 */
export const receiveUpload = (sim: Sim, file: StoredFile, contentType: string, body: Buffer): string => {
  file.content = contentType.startsWith('multipart/form-data') ? firstPart(contentType, body) : body;
  sim.changes.bump();
  return `OK - ${file.content.length}`;
};

/** The content of the first part of a multipart body. */
const firstPart = (contentType: string, body: Buffer): Buffer => {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1] ?? '';
  const start = body.indexOf('\r\n\r\n') + 4;
  const end = body.indexOf(`\r\n--${boundary}`, start);
  return body.subarray(start, end === -1 ? body.length : end);
};

/** A file as files.info shows it: type and thumbnails only once processed (facts/slack §7). */
export const apiFile = (sim: Sim, file: StoredFile): Json => {
  const ready = sim.clock.now() >= file.readyAt;
  const url = `${sim.url}/files/${file.id}/${encodeURIComponent(file.name)}`;
  const type = mimeType(file);
  return {
    id: file.id,
    created: Math.floor(file.createdAt / 1000),
    timestamp: Math.floor(file.createdAt / 1000),
    name: file.name,
    title: file.title === '' ? file.name : file.title,
    mimetype: ready ? type : '',
    filetype: ready ? extension(file) : '',
    user: APP.botUser,
    user_team: APP.team,
    size: file.content?.length ?? 0,
    mode: 'hosted',
    alt_txt: file.altText,
    is_public: file.shares.length > 0,
    url_private: url,
    url_private_download: url,
    permalink: url,
    ...(ready && type.startsWith('image/') ? { thumb_64: url, thumb_360: url } : {}),
    channels: file.shares.map((share) => share.channel).filter((id) => id.startsWith('C')),
    groups: [],
    ims: file.shares.map((share) => share.channel).filter((id) => id.startsWith('D')),
    shares: sharesOf(sim, file),
  };
};

/** `shares.public` and `shares.private`, by channel. */
const sharesOf = (sim: Sim, file: StoredFile): Json => {
  const shares: Record<string, Record<string, Json[]>> = {};
  for (const { channel, ts, threadTs } of file.shares) {
    const known = sim.world.channels.get(channel);
    const family = known?.kind === 'public' ? 'public' : 'private';
    const entry = {
      ts,
      channel_name: known?.name,
      team_id: APP.team,
      share_user_id: APP.botUser,
      ...(threadTs ? { thread_ts: threadTs } : {}),
    };
    const byChannel = shares[family] ?? {};
    shares[family] = { ...byChannel, [channel]: [...(byChannel[channel] ?? []), entry] };
  }
  return shares;
};
