import type {
  ActionsBlock,
  Button,
  ContextBlock,
  DividerBlock,
  HeaderBlock,
  MrkdwnElement,
  Overflow,
  PlainTextElement,
  RichTextBlock,
  RichTextElement,
  SectionBlock,
  TableBlock,
} from '@slack/types';
import type { Block, Message } from '../core/ports.ts';
import type { Part } from '../core/text.ts';
import { clip, clipMarkup, escaped, isInstant, literal, type Markup, utc } from './escape.ts';

export { bold, channel, clip, code, esc, joined, type Markup, md, mention, time } from './escape.ts';

/**
 * Every limit a view may meet, in characters or items: facts/slack §3 (docs.slack.dev Block Kit reference and the types of
 * @slack/types 3.2; the stricter number where sources differ).
 */
export const LIMITS = {
  /** messages.md: what a phone shows of a notification. */
  push: 120,
  /** chat.update refuses more, chat.postMessage advises it. */
  messageText: 4_000,
  messageBlocks: 50,
  /** bolt-js#2509: msg_blocks_too_long from about 13,200 characters of JSON on. */
  messageJson: 13_000,
  /** section, plain_text and mrkdwn objects; no number is documented for rich_text, so the same. */
  text: 3_000,
  header: 150,
  contextElements: 10,
  actionsElements: 25,
  buttonText: 75,
  buttonValue: 2_000,
  url: 3_000,
  overflowOptions: 5,
  optionText: 75,
  optionValue: 75,
  tableRows: 100,
  tableColumns: 20,
  /** Ours: three columns fit a phone, and a hundred such rows stay below `messageJson` only when cells are short. */
  cell: 100,
} as const;

/** A line's elements: core text parts, or elements of Slack's own such as a link. */
export type Inline = Part | RichTextElement;

/** Rendered as it stands: no emoji, no markup, no mention. */
export const plainText = (text: string, most: number = LIMITS.text): PlainTextElement => ({
  type: 'plain_text',
  text: clip(text, most) || '–',
  emoji: false,
});

/** `verbatim` keeps Slack from linking bare addresses and @here-like words; only explicit tokens of `md` work. */
export const mrkdwn = (text: Markup): MrkdwnElement => ({
  type: 'mrkdwn',
  text: clipMarkup(text, LIMITS.text) || '–',
  verbatim: true,
});

export const section = (text: Markup): SectionBlock => ({ type: 'section', text: mrkdwn(text) });

/** A section with a button beside its text. */
export const sectionWith = (text: Markup, accessory: Button): SectionBlock => ({
  ...section(text),
  accessory,
});

export const header = (text: string): HeaderBlock => ({
  type: 'header',
  text: plainText(text, LIMITS.header),
});

/** Small grey text under a message; each argument is one element. */
export const context = (...elements: readonly Markup[]): ContextBlock => ({
  type: 'context',
  elements: elements.slice(0, LIMITS.contextElements).map(mrkdwn),
});

export const divider = (): DividerBlock => ({ type: 'divider' });

/** A line of literal text, bold text and times that each reader sees in his own zone; every further argument is a new line. */
export const richText = (...lines: readonly (readonly Inline[])[]): RichTextBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: richElements(lines) }],
});

/** A bulleted list, one item per line. */
export const bullets = (...lines: readonly (readonly Inline[])[]): RichTextBlock => ({
  type: 'rich_text',
  elements: [
    {
      type: 'rich_text_list',
      style: 'bullet',
      elements: lines.map((line) => ({ type: 'rich_text_section', elements: richElements([line]) })),
    },
  ],
});

/** Literal text in a fixed-width box, its line breaks kept: things to copy. */
export const preformatted = (lines: readonly string[]): RichTextBlock => ({
  type: 'rich_text',
  elements: [
    {
      type: 'rich_text_preformatted',
      elements: [
        { type: 'text', text: literal(lines.map((line) => clip(line, 300)).join('\n'), LIMITS.text) || '–' },
      ],
    },
  ],
});

/** A time as an element with its day, for things that may not be of today. @param ms epoch milliseconds */
export const day = (ms: number): RichTextElement => dateElement(ms, '{date_short_pretty} {time}');

/** Literal text in a fixed-width font within a line: a command to copy. */
export const codeText = (text: string): RichTextElement => ({
  type: 'text',
  text: clip(text, 300) || '–',
  style: { code: true },
});

/** A link to a page of ours; anything but http(s) becomes plain text. */
export const link = (url: string, text: string): RichTextElement =>
  /^https?:\/\//i.test(url) && url.length <= LIMITS.url
    ? { type: 'link', url, text: clip(text, 150) || '–' }
    : { type: 'text', text: clip(text, 150) || '–' };

/**
 * A table: the first row are the headers. A cell that is a time or bold becomes rich text, everything else stays literal.
 * Rows are padded to the headers' number; rows above the limit are left out, so callers say how many there were.
 * @param numeric indices of the columns that stand right
 */
export const table = (
  headers: readonly string[],
  rows: readonly (readonly Part[])[],
  numeric: readonly number[] = [],
): TableBlock => {
  const titles = headers.slice(0, LIMITS.tableColumns);
  return {
    type: 'table',
    column_settings: titles.map((_, at) => ({ align: numeric.includes(at) ? 'right' : 'left' })),
    rows: [titles, ...rows.slice(0, LIMITS.tableRows - 1)].map((row) =>
      titles.map((_, at) => cell(row[at] ?? '')),
    ),
  };
};

export const actions = (...elements: readonly (Button | Overflow)[]): ActionsBlock => ({
  type: 'actions',
  elements: elements.slice(0, LIMITS.actionsElements),
});

/**
 * A button. `action` is the action's id, `value` an id that is looked up again.
 * Throws when the value does not fit: a cut reference could be another target.
 */
export const button = (spec: {
  readonly action: string;
  readonly value: string;
  readonly text: string;
  readonly style?: 'primary' | 'danger';
  /** Read out by screen readers where `text` alone says too little. */
  readonly label?: string;
}): Button => ({
  type: 'button',
  action_id: spec.action,
  text: plainText(spec.text, LIMITS.buttonText),
  value: fits(spec.value, LIMITS.buttonValue),
  ...(spec.style === undefined ? {} : { style: spec.style }),
  ...(spec.label === undefined ? {} : { accessibility_label: clip(spec.label, LIMITS.buttonText) }),
});

/**
 * A button that asks a question as if the clicker had typed it. `at` tells several in one block apart.
 * @param words what stands after /illumio
 */
export const askButton = (words: string, text: string, at: string | number = '', label?: string): Button =>
  button({
    action: at === '' ? ASK : `${ASK}.${at}`,
    value: words,
    text,
    ...(label === undefined ? {} : { label }),
  });

/** The action of an `askButton`, before the part that tells several apart. */
export const ASK = 'ask';

/** A button that opens a page in the browser. */
export const linkButton = (action: string, text: string, url: string): Button => ({
  type: 'button',
  action_id: action,
  text: plainText(text, LIMITS.buttonText),
  url: fits(url, LIMITS.url),
});

/** The "More" menu: one to five options, chosen by value. Throws when a value or their number does not fit. */
export const overflow = (
  action: string,
  options: readonly { readonly text: string; readonly value: string }[],
): Overflow => {
  if (options.length < 1 || options.length > LIMITS.overflowOptions)
    throw new RangeError(`An overflow menu takes 1 to ${LIMITS.overflowOptions} options`);
  return {
    type: 'overflow',
    action_id: action,
    options: options.map(({ text, value }) => ({
      text: plainText(text, LIMITS.optionText),
      value: fits(value, LIMITS.optionValue),
    })),
  };
};

/** A message: `text` is what the phone's notification and screen readers say; it is escaped here. */
export const message = (text: string, blocks: readonly Block[], most: number = LIMITS.push): Message => ({
  text: escaped(text, most) || '–',
  blocks: blocks.slice(0, LIMITS.messageBlocks),
});

const richElements = (lines: readonly (readonly Inline[])[]): RichTextElement[] => {
  const elements: RichTextElement[] = [];
  let room: number = LIMITS.text;
  const say = (text: string, style?: { bold: true }): void => {
    const shown = literal(text, room);
    room -= shown.length;
    if (shown !== '') elements.push({ type: 'text', text: shown, ...(style && { style }) });
  };
  for (const [at, line] of lines.entries()) {
    if (at > 0) say('\n');
    for (const part of line) {
      if (typeof part === 'string') say(clip(part, LIMITS.text));
      else if ('type' in part) elements.push(part);
      else if ('time' in part) elements.push(dateElement(part.time, '{time}'));
      else say(clip(part.bold, LIMITS.text), { bold: true });
    }
  }
  return elements.length > 0 ? elements : [{ type: 'text', text: '–' }];
};

/** rich_text has a date element of its own (@slack/types 3.2), so times need no markup; its fallback is for old clients. */
const dateElement = (ms: number, format: string): RichTextElement =>
  isInstant(ms)
    ? { type: 'date', timestamp: Math.floor(ms / 1_000), format, fallback: utc(ms, format) }
    : { type: 'text', text: 'an unknown time' };

const cell = (part: Part): TableBlock['rows'][number][number] =>
  typeof part === 'string'
    ? { type: 'raw_text', text: clip(part, LIMITS.cell) || '–' }
    : richText(['bold' in part ? { bold: clip(part.bold, LIMITS.cell) } : part]);

const fits = (value: string, most: number): string => {
  if (value.length > most) throw new RangeError(`A value of ${value.length} characters does not fit ${most}`);
  return value;
};
