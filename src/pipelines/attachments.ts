import type { Reply } from '../core/command.ts';
import type { Chat, Renderer } from '../core/ports.ts';
import { md, message, section } from '../views/parts.ts';

type Answer = Extract<Reply, { kind: 'answer' }>;

export interface AttachmentDeps {
  readonly chat: Pick<Chat, 'slot' | 'upload' | 'uploads'>;
  readonly renderer: Renderer;
}

/**
 * Puts an answer's files and picture into a thread, after the answer itself: nobody waits for a chart. Where no picture can be drawn
 * nothing is put in its place: its words are in the answer. Rejects with ChatError.
 */
export const attach = async (
  to: { readonly channel: string; readonly thread: string },
  { files = [], picture }: Pick<Answer, 'files' | 'picture'>,
  { chat, renderer }: AttachmentDeps,
): Promise<void> => {
  for (const file of files) await chat.upload(to, file);
  if (picture === undefined) return;
  const { name, title, svg, alt, lines } = picture;
  const content = await renderer.png(svg);
  if (content === undefined) return;
  const id = await chat.uploads.put({ name, title, content, altText: alt });
  await chat.slot(to.channel, 'post');
  const words = lines.join('\n');
  await chat.uploads.share(to, { id, title }, message(words, [section(md`${words}`)]));
};
