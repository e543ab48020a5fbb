import { boolean, list, number, object, oneOf, type Shape, string, variant } from './check.ts';
import { LIMITS } from './limits.ts';

const style = object({
  fields: { bold: boolean, italic: boolean, strike: boolean, code: boolean, underline: boolean },
});
const MANY = 10_000;
const styled = (fields: Shape['fields'], ...required: string[]): Shape => ({
  fields: { ...fields, style },
  required,
});

/** Elements of a section or quote. `text` is literal: nothing in it is parsed (facts/slack §4). */
const INLINE: Readonly<Record<string, Shape>> = {
  text: styled({ text: string(MANY) }, 'text'),
  link: styled({ url: string(LIMITS.url), text: string(MANY, 0), unsafe: boolean }, 'url'),
  emoji: styled({ name: string(LIMITS.id), unicode: string(LIMITS.id), url: string(LIMITS.url) }, 'name'),
  user: styled({ user_id: string(LIMITS.id, 1, /^[UW][A-Z0-9]{2,}$/) }, 'user_id'),
  usergroup: styled({ usergroup_id: string(LIMITS.id, 1, /^S[A-Z0-9]{2,}$/) }, 'usergroup_id'),
  channel: styled({ channel_id: string(LIMITS.id, 1, /^[CDG][A-Z0-9]{2,}$/) }, 'channel_id'),
  team: styled({ team_id: string(LIMITS.id) }, 'team_id'),
  broadcast: styled({ range: oneOf('here', 'channel', 'everyone') }, 'range'),
  color: styled({ value: string(9) }, 'value'),
  date: styled(
    {
      timestamp: number(0, 1e11),
      format: string(LIMITS.id),
      url: string(LIMITS.url),
      fallback: string(LIMITS.text),
    },
    'timestamp',
    'format',
  ),
};

const { text, link } = INLINE as { text: Shape; link: Shape };
const inline = list(variant(INLINE), MANY, 0);
const section: Shape = { fields: { elements: inline }, required: ['elements'] };
const border = oneOf(0, 1);

/** The `rich_text` block: sections, lists of sections, quotes and preformatted text. */
export const RICH_TEXT: Shape = {
  fields: {
    elements: list(
      variant({
        rich_text_section: section,
        rich_text_quote: { fields: { elements: inline, border }, required: ['elements'] },
        rich_text_preformatted: {
          fields: { elements: list(variant({ text, link }), MANY, 0), border, language: string(LIMITS.id) },
          required: ['elements'],
        },
        rich_text_list: {
          fields: {
            elements: list(variant({ rich_text_section: section }), MANY),
            style: oneOf('bullet', 'ordered'),
            indent: number(0, 8),
            offset: number(0, MANY),
            border,
          },
          required: ['elements', 'style'],
        },
      }),
      MANY,
    ),
  },
  required: ['elements'],
};

/** A rich_text object as a value: an input's initial value or a table cell. */
export const richText = variant({
  rich_text: { ...RICH_TEXT, fields: { ...RICH_TEXT.fields, block_id: string(LIMITS.id) } },
});
