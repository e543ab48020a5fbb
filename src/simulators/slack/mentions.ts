import { objectsIn } from './blocks/walk.ts';
import type { Json, Mention } from './types.ts';

/** What a posted message says, as far as mentions can hide in it. */
export interface Said {
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly attachments: readonly Json[];
  readonly linkNames: boolean;
}

type Found = Pick<Mention, 'kind' | 'id' | 'source'>;

/**
 * The mentions that notify somebody when this is posted (facts/slack §4): in mrkdwn the forms `<@U…>`,
 * `<!subteam^S…>` and `<!channel|here|everyone>`, in a text object that is not `verbatim` also the bare @here words,
 * in rich_text the user, usergroup and broadcast elements. plain_text, rich_text text, raw cells and escaped text
 * notify nobody, and the top-level text does not when there are blocks.
 */
export const mentionsIn = (said: Said): Found[] => [
  ...(said.blocks.length === 0 ? inMrkdwn(said.text, said.linkNames) : []),
  ...[...objectsIn(said.blocks)].flatMap(inObject),
  ...said.attachments.flatMap(inAttachment),
];

const inObject = (value: Json): Found[] => {
  const text = typeof value['text'] === 'string' ? value['text'] : '';
  switch (value['type']) {
    case 'mrkdwn':
      return inMrkdwn(text, value['verbatim'] !== true);
    case 'markdown':
      return inMrkdwn(text, true);
    case 'user':
      return found('user', value['user_id'], value);
    case 'usergroup':
      return found('usergroup', value['usergroup_id'], value);
    case 'broadcast':
      return found(value['range'] as Found['kind'], value['range'], value);
    default:
      return [];
  }
};

/** Legacy attachments: their texts are mrkdwn, they may hold blocks. */
const inAttachment = (attachment: Json): Found[] => [
  ...['pretext', 'text'].flatMap((name) => inMrkdwn(String(attachment[name] ?? ''), false)),
  ...[...objectsIn(attachment['blocks'])].flatMap(inObject),
];

const found = (kind: Found['kind'], id: unknown, element: Json): Found[] => [
  { kind, id: String(id), source: JSON.stringify(element) },
];

const inMrkdwn = (text: string, bareWords: boolean): Found[] => [
  ...matches(text, /<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/g, () => 'user'),
  ...matches(text, /<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>/g, () => 'usergroup'),
  ...matches(text, /<!(channel|here|everyone)(?:\|[^>]*)?>/g, (id) => id as Found['kind']),
  ...(bareWords
    ? matches(text, /(?<![\w.<@!])@(channel|here|everyone)\b/g, (id) => id as Found['kind'])
    : []),
];

const matches = (text: string, pattern: RegExp, kind: (id: string) => Found['kind']): Found[] =>
  [...text.matchAll(pattern)].map(([source, id = '']) => ({ kind: kind(id), id, source }));
