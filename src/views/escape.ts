/**
 * Text in Slack's mrkdwn in which everything foreign is escaped. Only this file makes it, so that no view can put an unescaped
 * string into a block by mistake (facts/slack §4).
 */
export interface Markup {
  readonly mrkdwn: string;
}

/** Our own words with values put in: a string is foreign and escaped, Markup stays as it is. */
export const md = (
  words: TemplateStringsArray,
  ...values: readonly (string | number | Markup)[]
): Markup => ({
  mrkdwn: words
    .map((word, at) => {
      const value = values[at];
      if (value === undefined) return word;
      return word + (typeof value === 'object' ? value.mrkdwn : escaped(String(value), LONGEST));
    })
    .join(''),
});

/** Foreign text, cleaned, cut by code points, then escaped: the result is at most that long and loses no half of an entity. */
export const esc = (text: string, most: number = LONGEST): Markup => ({ mrkdwn: escaped(text, most) });

export const bold = (text: string, most: number = 300): Markup => around('*', text, most);

/** In a fixed-width font; a backtick would end it and is shown as an apostrophe. */
export const code = (text: string, most: number = 300): Markup =>
  around('`', text.replaceAll('`', "'"), most);

/** A time that each reader sees in his own zone. @param ms epoch milliseconds */
export const time = (ms: number, format = '{time}'): Markup => ({
  mrkdwn: isInstant(ms)
    ? `<!date^${Math.floor(ms / 1_000)}^${format}|${utc(ms, format)}>`
    : 'an unknown time',
});

/** What stands for a time where no date token works, with the parts that its format asks for. @param ms an instant */
export const utc = (ms: number, format: string): string => {
  const iso = new Date(ms).toISOString();
  const day = format.includes('{date') ? `${iso.slice(0, 10)} ` : '';
  return `${day}${iso.slice(11, format.includes('{time_secs}') ? 19 : 16)} UTC`;
};

/** Names a person (U…, W…) or a user group (S…) by an id out of our configuration; anything else stays literal text. */
export const mention = (id: string): Markup => {
  if (/^[UW][A-Z0-9]{2,20}$/.test(id)) return { mrkdwn: `<@${id}>` };
  if (/^S[A-Z0-9]{2,20}$/.test(id)) return { mrkdwn: `<!subteam^${id}>` };
  return esc(id, 100);
};

/** A channel by its id, shown by its name. */
export const channel = (id: string): Markup =>
  /^[CG][A-Z0-9]{2,20}$/.test(id) ? { mrkdwn: `<#${id}>` } : esc(id, 100);

export const joined = (parts: readonly (Markup | string)[], separator = ' · '): Markup => ({
  mrkdwn: parts.map((part) => md`${part}`.mrkdwn).join(separator),
});

/**
 * Literal text as plain_text, rich_text and raw cells take it: control characters, bidirectional and zero-width marks and lone
 * surrogates are gone, line breaks are blanks, and it is at most that many UTF-16 units long, cut between code points.
 */
export const clip = (text: string, most: number): string =>
  literal(cleaned(text, most).replace(BREAKS, ' '), most);

/** As clip, but line breaks stay: for text of ours that has lines. */
export const literal = (text: string, most: number): string => fitted([...cleaned(text, most)], most);

/** As clip, and escaped: for the top-level text of a message, which is mrkdwn. */
export const escaped = (text: string, most: number): string =>
  fitted(
    [...cleaned(text, most).replace(BREAKS, ' ')].map((char) => ENTITIES[char] ?? char),
    most,
  );

/** Markup cut to a length without opening a token or an entity that it does not close. */
export const clipMarkup = ({ mrkdwn }: Markup, most: number): string =>
  mrkdwn.length <= most ? mrkdwn : fitted(mrkdwn.match(TOKENS) ?? [], most);

/** True for a time Slack can show: its date tokens take seconds from 1970 on. */
export const isInstant = (ms: number): boolean => Number.isFinite(ms) && ms >= 0 && ms < 1e14;

/** A section's text. */
const LONGEST = 3_000;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const TOKENS = /<[^<>]*>|&(?:amp|lt|gt);|[\s\S]/gu;
const BREAKS = /[\n\r\u2028\u2029]+/g;
/** Format characters (Cf) are the bidirectional and zero-width ones, tag characters too, with which text can lie about itself. */
const INVISIBLE = /(?![\n\r\t])[\p{Cc}\p{Cf}]/gu;
const LONE = /\p{Cs}/gu;

/** Looks at no more than could be shown, so that a megabyte of foreign text costs nothing. */
const cleaned = (text: string, most: number): string =>
  text
    .slice(0, 4 * most + 1)
    .replace(INVISIBLE, '')
    .replaceAll('\t', ' ')
    .replace(LONE, '\uFFFD');

/** As many pieces as fit, with … in place of the rest. */
const fitted = (pieces: readonly string[], most: number): string => {
  let length = 0;
  let room = 0;
  for (const [at, piece] of pieces.entries()) {
    length += piece.length;
    if (length < most) room = at + 1;
    if (length > most) return `${pieces.slice(0, room).join('').trimEnd()}…`;
  }
  return pieces.join('');
};

const around = (mark: string, text: string, most: number): Markup => {
  const inside = escaped(text, most).trim();
  return { mrkdwn: inside === '' ? '–' : `${mark}${inside}${mark}` };
};
