import type { Block, Message } from '../../src/core/ports.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Every object in a block, itself first. */
function* objects(value: unknown): Generator<Json> {
  if (Array.isArray(value)) for (const one of value) yield* objects(one);
  else if (isObject(value)) {
    yield value;
    for (const one of Object.values(value)) yield* objects(one);
  }
}

/** The tokens a view may form; everything else in angle brackets would be foreign text at work. */
const TOKEN =
  /<(?:https?:\/\/[^<>|\s]+\|open in PCE|@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|#[CG][A-Z0-9]+|!date\^\d+\^[^<>|^]+\|[^<>|]+)>/g;

/** What Slack would do with text that is mrkdwn and should not be. */
const unescaped = (mrkdwn: string): string[] => {
  const rest = mrkdwn.replace(TOKEN, '').replace(/&(?:amp|lt|gt);/g, '');
  return /[<>&]/.test(rest) ? [`unescaped text: ${rest.slice(0, 60)}`] : [];
};

const TYPES = ['section', 'header', 'context', 'divider', 'actions', 'rich_text', 'table', 'input', 'image'];

const long = (what: string, value: unknown, most: number, least = 1): string[] =>
  typeof value === 'string' && value.length >= least && value.length <= most
    ? []
    : [
        `${what} has ${typeof value === 'string' ? value.length : typeof value} of ${least}..${most} characters`,
      ];

const many = (what: string, value: unknown, most: number, least = 1): string[] => {
  const length = list(value).length;
  return length >= least && length <= most ? [] : [`${what}: ${length} of ${least}..${most} items`];
};

/** What Slack would refuse about one object of a block (facts/slack §3), restated here without the views' own table. */
const objectProblems = (value: Json): string[] => {
  switch (value['type']) {
    case 'mrkdwn':
      return [
        ...long('mrkdwn', value['text'], 3_000),
        ...unescaped(String(value['text'])),
        ...(value['verbatim'] === true ? [] : ['mrkdwn is not verbatim']),
      ];
    case 'plain_text':
      return [
        ...long('plain_text', value['text'], 3_000),
        ...(value['emoji'] === false ? [] : ['plain_text shows emoji']),
      ];
    case 'button':
      return [
        ...long('button text', (value['text'] as Json)['text'], 75),
        ...long('action_id', value['action_id'], 255),
        ...(value['url'] === undefined ? long('button value', value['value'], 2_000) : []),
      ];
    case 'overflow':
      return [
        ...many('overflow', value['options'], 5),
        ...list(value['options'])
          .filter(isObject)
          .flatMap((option) => [
            ...long('option text', (option['text'] as Json)['text'], 75),
            ...long('option value', option['value'], 75),
          ]),
      ];
    case 'header':
      return long('header', (value['text'] as Json)['text'], 150);
    case 'context':
      return many('context', value['elements'], 10);
    case 'actions': {
      const ids = list(value['elements'])
        .filter(isObject)
        .map((one) => one['action_id']);
      return [
        ...many('actions', value['elements'], 25),
        ...(new Set(ids).size === ids.length ? [] : ['action_id twice in one block']),
      ];
    }
    case 'text':
      return long('rich text', value['text'], 3_000);
    case 'raw_text':
      return long('cell', value['text'], 3_000);
    case 'date':
      return Number.isInteger(value['timestamp']) && Number(value['timestamp']) >= 0
        ? long('date format', value['format'], 255)
        : ['a date without a timestamp'];
    case 'table':
      return [
        ...many('table', value['rows'], 100),
        ...list(value['rows']).flatMap((row) => many('row', row, 20)),
        ...(new Set(list(value['rows']).map((row) => list(row).length)).size === 1
          ? []
          : ['rows of unequal length']),
      ];
    default:
      return [];
  }
};

/** Everything Slack would refuse, or that would let foreign text act; [] is good. */
export const problemsIn = (blocks: readonly Block[]): string[] => [
  ...many('blocks', blocks, 50, 0),
  ...(JSON.stringify(blocks).length <= 13_000 ? [] : [`${JSON.stringify(blocks).length} characters of JSON`]),
  ...(blocks.filter(({ type }) => type === 'table').length <= 1 ? [] : ['more than one table']),
  ...blocks.flatMap(({ type }) => (TYPES.includes(type) ? [] : [`unknown block ${type}`])),
  ...[...objects(blocks)].flatMap(objectProblems),
];

export const problemsOf = (message: Message): string[] => [
  ...long('text', message.text, 4_000),
  ...unescaped(message.text),
  ...problemsIn(message.blocks),
];

const decoded = (mrkdwn: string): string =>
  mrkdwn
    .replace(/<!date\^\d+\^[^|]+\|([^>]+)>/g, '$1')
    .replace(/<([@#])([A-Z0-9]+)>/g, '$1$2')
    .replace(/<!subteam\^(S[A-Z0-9]+)>/g, '@$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

const inline = (element: unknown): string => {
  if (!isObject(element)) return '';
  if (Array.isArray(element['elements'])) {
    const parts = element['elements'].map(inline);
    return element['type'] === 'rich_text_list'
      ? parts.map((part) => `• ${part}`).join('\n')
      : parts.join('');
  }
  if (element['type'] === 'date') return String(element['fallback']);
  if (element['type'] === 'user') return `@${element['user_id']}`;
  if (element['type'] === 'channel') return `#${element['channel_id']}`;
  if (element['type'] === 'usergroup') return `@${element['usergroup_id']}`;
  return String(element['text'] ?? '');
};

const lines = (block: Json): string[] => {
  const text = (value: unknown): string => {
    const { type, text: said } = value as Json;
    return type === 'mrkdwn' ? decoded(String(said)) : isObject(said) ? text(said) : String(said ?? '');
  };
  switch (block['type']) {
    case 'section':
    case 'header':
      return [text(block['text'])];
    case 'context':
      return [list(block['elements']).map(text).join(' · ')];
    case 'actions':
      return [
        list(block['elements'])
          .filter(isObject)
          .map((one) =>
            one['type'] === 'overflow'
              ? `[More: ${list(one['options']).map(text).join(', ')}]`
              : `[${text(one['text'])}]`,
          )
          .join(' '),
      ];
    case 'rich_text':
      return list(block['elements']).map(inline);
    case 'table':
      return list(block['rows']).map((row) =>
        list(row)
          .map((cell) => inline(cell))
          .join(' | '),
      );
    default:
      return [];
  }
};

/** What a person reads, a line per block line, cells parted by ` | `. A message without blocks shows its text. */
export const shown = ({ text, blocks }: Message): string =>
  blocks.length === 0 ? decoded(text) : blocks.flatMap((block) => lines(block as unknown as Json)).join('\n');

/** The values and action ids of the buttons of a message. */
export const buttonsOf = ({ blocks }: Message): { action: string; value: string; text: string }[] =>
  [...objects(blocks)]
    .filter(({ type }) => type === 'button')
    .map((one) => ({
      action: String(one['action_id']),
      value: String(one['value']),
      text: String((one['text'] as Json)['text']),
    }));
