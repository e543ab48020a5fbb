import type { Block, Chat, Inbound } from '../../core/ports.ts';

const SORRY = 'Something went wrong on my side. Nothing was changed unless you see it above.';

const section: Block & { readonly text: unknown } = {
  type: 'section',
  text: { type: 'plain_text', text: SORRY, emoji: false },
};

/** Tells the person whose command, click or submission failed, where he is looking. Rejects with ChatError. */
export const tellTrouble = async (chat: Chat, inbound: Inbound): Promise<void> => {
  if (inbound.kind === 'event') return;
  const message = { text: SORRY, blocks: [section] };
  if (inbound.kind !== 'submission' && inbound.responseUrl) return chat.respond(inbound.responseUrl, message);
  if (inbound.kind === 'command' || inbound.kind === 'shortcut') return;
  if (inbound.viewId === null) return;
  const view = {
    type: 'modal',
    title: { type: 'plain_text', text: 'Not done' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [section],
  } as const;
  return chat.updateView(inbound.viewId, view);
};
