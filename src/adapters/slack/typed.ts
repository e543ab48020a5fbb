import { type Dict, dict, list } from '../../core/foreign.ts';

/**
 * The words a person typed, out of the text Slack sends for a message (facts/slack §4): links are what they show, ids of people and
 * channels stand alone, entities are characters again.
 */
export const typedText = (text: string): string =>
  text
    .replace(/<([^<>|]*)\|([^<>]*)>/g, (_, target: string, label: string) =>
      /^[#@!]/.test(target) ? target.replace(/^[#@!]/, '') : label,
    )
    .replace(/<([^<>]*)>/g, (_, target: string) => target.replace(/^(?:[#@!]|mailto:|https?:\/\/)/, ''))
    .replace(/&(amp|lt|gt);/g, (_, name: string) => ENTITIES[name] ?? '');

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>' };

/** What follows the bot's name in a message that names it: `hey <@U…> workload web-01` → `workload web-01`. */
export const askedOf = (bot: string, text: string): string => {
  const at = text.indexOf(`<@${bot}`);
  const end = at < 0 ? -1 : text.indexOf('>', at);
  return typedText(end < 0 ? text : text.slice(end + 1)).trim();
};

/** Longer messages are read up to here: hosts stand where people look. */
const MOST_TEXT = 20_000;

/** Everything a message says: its text, and the texts of its blocks and attachments, a line each. */
export const saidIn = (message: Dict): string => {
  const lines = new Set<string>();
  let length = 0;
  const walk = (value: unknown, key: string): void => {
    if (length > MOST_TEXT) return;
    if (typeof value === 'string') {
      if (!READ.has(key)) return;
      const line = typedText(value);
      if (!lines.has(line)) length += line.length;
      lines.add(line);
      return;
    }
    for (const one of list(value)) walk(one, key);
    for (const [name, inner] of Object.entries(dict(value))) walk(inner, name);
  };
  for (const part of ['text', 'blocks', 'attachments']) walk(message[part], part);
  return [...lines].join('\n').slice(0, MOST_TEXT);
};

/** Fields of messages, blocks and old attachments that people read; anything else is an id or a setting. */
const READ: ReadonlySet<string> = new Set([
  'text',
  'title',
  'pretext',
  'value',
  'fallback',
  'footer',
  'author_name',
  'alt_text',
  'url',
  'title_link',
]);
