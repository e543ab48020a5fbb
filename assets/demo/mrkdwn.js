import { h, json, NEW_TAB } from './dom.js';
import { here, nameOf, state } from './sim.js';

/** Slack's texts as nodes: mrkdwn, plain_text, rich_text, and the times in them. */

// ── Times ──────────────────────────────────────────────────────────────────────

export const dateOf = (ts) => new Date(Number(ts) * 1000);
export const shown = (options) => (date) => new Intl.DateTimeFormat(undefined, options).format(date);
export const clock = shown({ timeStyle: 'short' });
const fullTime = shown({ dateStyle: 'full', timeStyle: 'medium' });
const isoDay = (date) => new Intl.DateTimeFormat('sv-SE').format(date);

/** "today", "yesterday", "tomorrow", or the date. */
export const pretty = (dateStyle) => (date) => {
  const near = [0, -1, 1].find((days) => isoDay(new Date(Date.now() + days * 86_400_000)) === isoDay(date));
  if (near === undefined) return shown({ dateStyle })(date);
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(near, 'day');
};

/** Slack's date tokens, in the browser's zone as Slack shows them in the reader's. */
const DATES = {
  date_num: isoDay,
  date: shown({ dateStyle: 'long' }),
  date_short: shown({ dateStyle: 'medium' }),
  date_long: shown({ dateStyle: 'full' }),
  date_pretty: pretty('long'),
  date_short_pretty: pretty('medium'),
  date_long_pretty: pretty('full'),
  time: clock,
  time_secs: shown({ timeStyle: 'medium' }),
};

export const timeNode = (date, text) =>
  h('time', { datetime: date.toISOString(), title: fullTime(date) }, text);

/** A date token; one with a format that is not known here shows its fallback, as an old client does. */
const dateNode = (seconds, format, fallback, url) => {
  const tokens = format.match(/\{\w+\}/g) ?? [];
  if (!tokens.every((token) => Object.hasOwn(DATES, token.slice(1, -1)))) return fallback ?? format;
  const date = dateOf(seconds);
  const node = timeNode(
    date,
    format.replace(/\{(\w+)\}/g, (_, token) => DATES[token](date)),
  );
  return url ? linkNode(url, node) : node;
};

// ── Text: mrkdwn, plain_text, rich_text ────────────────────────────────────────

/** A link; anything but http, https and mailto stays text. */
const linkNode = (url, label) =>
  /^(https?:|mailto:)/i.test(url) ? h('a', { href: url, ...NEW_TAB }, label) : label;

const mention = (text, isMe = false) => h(isMe ? 'span.mention.me' : 'span.mention', text);

const MENTIONS = {
  '@': (id) => mention(`@${nameOf(id)}`, id === here.me?.id),
  '#': (id) => mention(`#${state.channels.find((one) => one.id === id)?.name ?? id}`),
  '!': (range) => mention(`@${range}`, true),
  '!subteam^': (id) => {
    const group = state.groups.find((one) => one.id === id);
    return mention(`@${group?.handle ?? id}`, group?.users.includes(here.me?.id));
  },
};

export const decode = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
export const encode = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The inside of <…>: a mention, a date or a link. */
const tokenNode = (inside) => {
  const [target, ...rest] = inside.split('|');
  const label = rest.length === 0 ? undefined : decode(rest.join('|'));
  const [, sign, id] = /^(@|#|!subteam\^|!(?=here$|channel$|everyone$))(\w+)$/.exec(target) ?? [];
  if (sign !== undefined) return MENTIONS[sign](id);
  const [, seconds, format, url] = /^!date\^(\d{1,12})\^([^^]*)(?:\^(.*))?$/.exec(target) ?? [];
  if (seconds !== undefined) return dateNode(seconds, decode(format), label, url);
  const isLink = /^(https?:|mailto:)/i.test(target);
  return isLink ? linkNode(decode(target), label ?? decode(target)) : `<${decode(inside)}>`;
};

/** `code`, <token>, a bare address, and *bold* _italic_ ~strike~ where no letter stands outside of the marks. */
const SPANS =
  /`([^`\n]+)`|<([^<>\n]+)>|(https?:\/\/[^\s<>|]+)|(?<![\p{L}\p{N}])([*_~])(?=\S)((?:<[^<>\n]*>|[^\n<])+?)(?<=\S)\4(?![\p{L}\p{N}])/gu;
const STYLES = { '*': 'b', _: 'i', '~': 's' };

const spans = (text, verbatim) => {
  const nodes = [];
  let from = 0;
  for (const { 0: all, 1: code, 2: token, 3: url, 4: mark, 5: inner, index } of text.matchAll(SPANS)) {
    nodes.push(decode(text.slice(from, index)));
    from = index + all.length;
    if (code) nodes.push(h('code', decode(code)));
    else if (token) nodes.push(tokenNode(token));
    else if (url) nodes.push(verbatim ? decode(url) : linkNode(decode(url), decode(url)));
    else nodes.push(h(STYLES[mark], spans(inner, verbatim)));
  }
  return [...nodes, decode(text.slice(from))];
};

const QUOTE = /^(>|&gt;) ?/;

/** Lines that begin with > are a quote, together with their neighbours. */
const paragraphs = (text, verbatim) => {
  const runs = [];
  for (const line of text.split('\n')) {
    const isQuote = QUOTE.test(line);
    if (runs.at(-1)?.isQuote !== isQuote) runs.push({ isQuote, lines: [] });
    runs.at(-1).lines.push(isQuote ? line.replace(QUOTE, '') : line);
  }
  return runs.map(({ isQuote, lines }) => {
    const nodes = spans(lines.join('\n'), verbatim);
    return isQuote ? h('blockquote', nodes) : nodes;
  });
};

/** Slack's mrkdwn as nodes. @param verbatim bare addresses stay text */
export const mrkdwn = (text, verbatim = false) => {
  const pieces = text.split(/```\n?([\s\S]+?)\n?```/);
  return pieces.map((piece, at) => (at % 2 === 1 ? h('pre', decode(piece)) : paragraphs(piece, verbatim)));
};

/** A text object; plain_text is literal. */
export const words = (object) =>
  object.type === 'mrkdwn' ? mrkdwn(object.text, object.verbatim) : object.text;
export const textBox = (object) => h('div.text', words(object));

const fromHex = (unicode) =>
  String.fromCodePoint(...unicode.split('-').map((hex) => Number.parseInt(hex, 16)));

const INLINE = {
  text: ({ text }) => text,
  link: ({ url, text }) => linkNode(url, text || url),
  user: ({ user_id }) => MENTIONS['@'](user_id),
  usergroup: ({ usergroup_id }) => MENTIONS['!subteam^'](usergroup_id),
  channel: ({ channel_id }) => MENTIONS['#'](channel_id),
  broadcast: ({ range }) => MENTIONS['!'](range),
  date: ({ timestamp, format, fallback, url }) => dateNode(timestamp, format, fallback, url),
  emoji: ({ name, unicode }) => (unicode ? fromHex(unicode) : `:${name}:`),
};
const INLINE_STYLES = { code: 'code', strike: 's', underline: 'u', italic: 'i', bold: 'b' };

const inline = (element) => {
  const node = INLINE[element.type]?.(element) ?? h('code.json', JSON.stringify(element));
  const styles = Object.keys(INLINE_STYLES).filter((style) => element.style?.[style]);
  return styles.reduce((inner, style) => h(INLINE_STYLES[style], inner), node);
};

const listNode = ({ style, indent, offset = 0, elements }) => {
  const items = elements.map((item) => h('li', item.elements.map(inline)));
  return style === 'ordered'
    ? h('ol', { 'data-indent': indent, start: offset + 1 }, items)
    : h('ul', { 'data-indent': indent }, items);
};

const RICH = {
  rich_text_section: ({ elements }) => h('div', elements.map(inline)),
  rich_text_quote: ({ elements }) => h('blockquote', elements.map(inline)),
  rich_text_preformatted: ({ elements }) => h('pre', elements.map(inline)),
  rich_text_list: listNode,
};

export const richText = ({ elements }) => {
  const parts = elements.map((element) => RICH[element.type]?.(element) ?? json(element));
  return h('div.text', parts);
};
