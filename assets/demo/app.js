/**
 * The demo's page: shows the simulated workspace as one person sees it, and does what that person could do.
 * It only reads GET /_sim/state and posts to /_sim/…; what it cannot draw as Slack would, it shows as JSON.
 * Foreign text becomes text nodes, never HTML. Where you are is in the address: #person/channel/thread.
 */

// ── What is known ────────────────────────────────────────────────────────────

/** The newest answer of /_sim/state. */
let state;
/** Where the page is: the person (a user), the channel or null for the app's Home, the ts of the open thread. */
let here = { me: undefined, channel: null, thread: null };
/** The newest ts each person has seen, by "person/channel". */
const readUpTo = new Map();
/** What was entered and not sent yet, by "view or message/block/action"; an updated view keeps it, as in Slack. */
const drafts = new Map();
/** Ephemerals that were dismissed: Slack's client forgets them, too. */
const dismissed = new Set();

const HOME = 'app-home';
/** The rights that the demo's configuration gives (src/cli/demo/config.ts): Slack knows nothing of them. */
const RIGHTS = { U0MAYA001: 'responder', U0JO00001: 'responder', U0ANA0001: 'approver', U0OPS0001: 'admin' };

const $ = (id) => document.getElementById(id);
const userOf = (id) => state.users.find((user) => user.id === id);
const nameOf = (id) => userOf(id)?.profile.display_name || (id === 'USLACKBOT' ? 'Slackbot' : id);
const isOutside = (user) => user.team_id !== state.app.team;
const people = () => state.users.filter((user) => !user.is_bot && !user.deleted);
const byTs = (a, b) => Number(a.ts) - Number(b.ts);

const rightsOf = (user) => {
  if (isOutside(user)) return 'other workspace';
  return user.is_restricted ? 'guest' : (RIGHTS[user.id] ?? 'no rights');
};

/** Whether a person's client lists this conversation; the simulator itself refuses the others. */
const canSee = (user, channel) => {
  if (channel.members.includes(user.id)) return true;
  if (channel.is_im || channel.is_private) return false;
  return isOutside(user) ? channel.is_ext_shared : !user.is_restricted;
};

const address = (...parts) => `#${parts.filter(Boolean).map(encodeURIComponent).join('/')}`;

// ── Drawing ──────────────────────────────────────────────────────────────────

/** An element from 'tag.class', attributes if any (on… = listeners) and children: text, nodes, lists; null and false are left out. */
const h = (selector, ...rest) => {
  const [tag, ...classes] = selector.split('.');
  const node = document.createElement(tag);
  const attributes = rest[0]?.constructor === Object ? rest.shift() : {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  if (classes.length > 0) node.classList.add(...classes);
  node.append(...rest.flat(9).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
};

const json = (value) => h('pre.json', JSON.stringify(value, null, 1));
const NEW_TAB = { target: '_blank', rel: 'noopener noreferrer' };
const marks = new WeakMap();

/**
 * Makes `parent` hold these items in this order. An item whose mark did not change keeps its node, so that focus, selection
 * and open menus survive what happens elsewhere. @param items [{key, mark, make}] @returns the nodes that are new
 */
const fill = (parent, items) => {
  const focused = { control: document.activeElement?.dataset.control };
  focused.key =
    parent.contains(document.activeElement) && document.activeElement.closest('[data-key]')?.dataset.key;
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const nodes = items.map(({ key, mark, make }) => {
    if (old.has(key) && marks.get(old.get(key)) === mark) return old.get(key);
    const node = make();
    node.dataset.key = key;
    marks.set(node, mark);
    return node;
  });
  for (const node of old.values()) if (!nodes.includes(node)) node.remove();
  for (const [at, node] of nodes.entries())
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null);
  const redrawn = nodes.find((node) => node.dataset.key === focused.key && node !== old.get(focused.key));
  if (focused.control) redrawn?.querySelector(`[data-control="${CSS.escape(focused.control)}"]`)?.focus();
  return nodes.filter((node) => !old.has(node.dataset.key));
};

// ── Times ────────────────────────────────────────────────────────────────────

const dateOf = (ts) => new Date(Number(ts) * 1000);
const shown = (options) => (date) => new Intl.DateTimeFormat(undefined, options).format(date);
const clock = shown({ timeStyle: 'short' });
const fullTime = shown({ dateStyle: 'full', timeStyle: 'medium' });
const isoDay = (date) => new Intl.DateTimeFormat('sv-SE').format(date);

/** "today", "yesterday", "tomorrow", or the date. */
const pretty = (dateStyle) => (date) => {
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

const timeNode = (date, text) => h('time', { datetime: date.toISOString(), title: fullTime(date) }, text);

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

// ── Text: mrkdwn, plain_text, rich_text ──────────────────────────────────────

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

const decode = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const encode = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

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
const mrkdwn = (text, verbatim = false) => {
  const pieces = text.split(/```\n?([\s\S]+?)\n?```/);
  return pieces.map((piece, at) => (at % 2 === 1 ? h('pre', decode(piece)) : paragraphs(piece, verbatim)));
};

/** A text object; plain_text is literal. */
const words = (object) => (object.type === 'mrkdwn' ? mrkdwn(object.text, object.verbatim) : object.text);
const textBox = (object) => h('div.text', words(object));

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

const richText = ({ elements }) => {
  const parts = elements.map((element) => RICH[element.type]?.(element) ?? json(element));
  return h('div.text', parts);
};

// ── Elements: what can be pressed, chosen and typed ──────────────────────────
// An element is drawn from `at`: {place, block, element}. A place is {id, target: what /_sim/click needs to find it,
// values: what Slack knows was entered, errors: by block id}.

const draftKey = ({ place, block, element }) => `${place.id}/${block.block_id}/${element.action_id}`;

/** Does what a press or a choice does, after the question that the element may ask first. */
const act = (at, control, value) => {
  const { confirm, action_id } = at.element;
  if (confirm && !window.confirm(`${confirm.title?.text ?? ''}\n\n${confirm.text?.text ?? ''}`)) return;
  const body = { ...at.place.target, block_id: at.block.block_id, action_id, value };
  void busy(control, post('click', body));
};

/** Keeps what was entered; outside of inputs, and in inputs that ask for it, the app hears of it at once. */
const enter = (at, control, value) => {
  drafts.set(draftKey(at), value);
  if (at.block.type !== 'input' || at.block.dispatch_action) act(at, control, value);
};

/** What an element holds: what was entered here, else what Slack knows, else its initial value. */
const held = (at) => {
  const { place, block, element } = at;
  const known = place.values?.[block.block_id]?.[element.action_id] ?? {};
  const option = known.selected_option ?? element.initial_option;
  const options = known.selected_options ?? element.initial_options;
  const value = option?.value ?? options?.map((one) => one.value) ?? known.value ?? element.initial_value;
  return drafts.get(draftKey(at)) ?? value ?? '';
};

const buttonNode = (at) => {
  const { action_id, accessibility_label, style, text, url } = at.element;
  const onclick = ({ currentTarget }) => act(at, currentTarget);
  const common = { onclick, 'data-control': action_id, 'aria-label': accessibility_label };
  if (url === undefined) return h('button', { type: 'button', class: style, ...common }, text.text);
  return h('a.button', { href: /^https?:/i.test(url) ? url : null, ...NEW_TAB, ...common }, text.text);
};

const overflowNode = (at) => {
  const menu = h('details.more', {
    ontoggle: () => menu.lastElementChild.scrollIntoView({ block: 'nearest' }),
  });
  const choose = (value) => () => {
    closeMenu(menu);
    act(at, menu, value);
  };
  const items = at.element.options.map(({ text, value, url }) => {
    const onclick = choose(value);
    return url
      ? h('a.button', { href: url, ...NEW_TAB, onclick }, text.text)
      : h('button', { type: 'button', onclick }, text.text);
  });
  const label = { 'aria-label': 'More actions', 'data-control': at.element.action_id };
  menu.append(h('summary', label, '⋯'), h('div', items));
  return menu;
};

const selectNode = (at, about) => {
  const { action_id, placeholder, options = [], option_groups = [] } = at.element;
  const chosen = held(at);
  const optionNode = ({ text, value }) => h('option', { value, selected: value === chosen }, text.text);
  const groups = option_groups.map((group) =>
    h('optgroup', { label: group.label.text }, group.options.map(optionNode)),
  );
  const onchange = ({ target }) => enter(at, target, target.value);
  const none = h('option', { value: '' }, placeholder?.text ?? 'Choose…');
  return h(
    'select',
    { ...about, onchange, 'data-control': action_id },
    none,
    options.map(optionNode),
    groups,
  );
};

/** Radio buttons or checkboxes. */
const choicesNode = (type) => (at) => {
  const chosen = [held(at)].flat();
  const name = draftKey(at);
  const onchange = ({ currentTarget }) => {
    const values = [...currentTarget.querySelectorAll(':checked')].map((one) => one.value);
    enter(at, currentTarget, type === 'radio' ? values[0] : values);
  };
  const choices = at.element.options.map(({ text, value, description }) => {
    const checked = chosen.includes(value);
    const box = h('input', { type, name, value, checked, 'data-control': `${name}/${value}` });
    return h(
      'label.choice',
      box,
      h('span', words(text), description && [h('br'), h('small', words(description))]),
    );
  });
  return h('div', { onchange }, choices);
};

const typedNode = (type) => (at, about) => {
  const { action_id, multiline, max_length, placeholder } = at.element;
  const common = {
    ...about,
    maxlength: max_length,
    placeholder: placeholder?.text,
    'data-control': action_id,
  };
  const node = multiline ? h('textarea', { ...common, rows: 4 }) : h('input', { ...common, type });
  node.value = held(at);
  node.addEventListener('input', () => drafts.set(draftKey(at), node.value));
  node.addEventListener('change', () => enter(at, node, node.value));
  return node;
};

/** A picture out of this workspace's files; any other is not fetched, since the page loads nothing from outside. */
const pictureNode = ({ image_url, slack_file, alt_text, title }) => {
  const source = slack_file?.url ?? image_url ?? `/files/${slack_file?.id}/image`;
  const url = new URL(source, location.href);
  const isHere = ['127.0.0.1', 'localhost'].includes(url.hostname) && url.pathname.startsWith('/files/');
  const image = isHere
    ? h('img', { src: url.pathname, alt: alt_text ?? '' })
    : json({ image: source, alt_text });
  return h('div.picture', title && h('small', words(title)), image);
};

const ELEMENTS = {
  button: buttonNode,
  overflow: overflowNode,
  static_select: selectNode,
  radio_buttons: choicesNode('radio'),
  checkboxes: choicesNode('checkbox'),
  plain_text_input: typedNode('text'),
  number_input: typedNode('number'),
  email_text_input: typedNode('email'),
  url_text_input: typedNode('url'),
  image: ({ element }) => pictureNode(element),
};

const elementNode = (place, block, element, about = {}) =>
  ELEMENTS[element.type]?.({ place, block, element }, about) ?? json(element);

// ── Blocks ───────────────────────────────────────────────────────────────────

/** A table in a box of its own that scrolls sideways, so that the page never does. */
const tableNode = ({ rows, column_settings = [], caption }) => {
  const cellNode = (isHead) => (cell, column) => {
    const { align, is_wrapped } = column_settings[column] ?? {};
    const content = cell.type === 'rich_text' ? richText(cell) : (cell.text ?? json(cell));
    const attributes = {
      class: `${align ?? 'left'}${is_wrapped ? ' wrapped' : ''}`,
      scope: isHead ? 'col' : null,
    };
    return h(isHead ? 'th' : 'td', attributes, content);
  };
  const lines = rows.map((row, at) => h('tr', row.map(cellNode(at === 0))));
  const box = { tabindex: 0, role: 'region', 'aria-label': caption ?? 'Table' };
  return h('div.table', box, h('table', caption && h('caption', caption), lines));
};

const inputNode = (place, block) => {
  const { element, label, hint, optional, block_id } = block;
  const id = `${place.id}-${block_id}`;
  const error = place.errors?.[block_id];
  const isGroup = ['radio_buttons', 'checkboxes'].includes(element.type);
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || null;
  const about = { id, 'aria-describedby': described, 'aria-invalid': Boolean(error) && 'true' };
  return h(
    isGroup ? 'fieldset.field' : 'div.field',
    h(
      isGroup ? 'legend' : 'label',
      { for: isGroup ? null : id },
      label.text,
      optional && h('small', ' (optional)'),
    ),
    elementNode(place, block, element, { ...about, 'aria-required': !optional && 'true' }),
    hint && h('small', { id: `${id}-hint` }, hint.text),
    error && h('p.error', { id: `${id}-error` }, error),
  );
};

const sectionNode = (place, block) => {
  const { text, fields, accessory } = block;
  const said = h('div', text && textBox(text), fields && h('div.fields', fields.map(textBox)));
  return h('div.section', said, accessory && h('div.accessory', elementNode(place, block, accessory)));
};

const contextNode = (place, block) => {
  const parts = block.elements.map((one) =>
    one.type === 'image' ? elementNode(place, block, one) : h('span', words(one)),
  );
  return h('div.context', parts);
};

const actionsNode = (place, block) => {
  const elements = block.elements.map((element) => elementNode(place, block, element));
  return h('div.actions', elements);
};

const BLOCKS = {
  section: sectionNode,
  header: (_place, { text }) => h('p.heading', text.text),
  context: contextNode,
  actions: actionsNode,
  divider: () => h('hr'),
  rich_text: (_place, block) => richText(block),
  table: (_place, block) => tableNode(block),
  data_table: (_place, block) => tableNode(block),
  input: inputNode,
  image: (_place, block) => pictureNode(block),
  markdown: (_place, { text }) => h('div.text', text),
};

const blocksNode = (place, blocks) => {
  const nodes = blocks.map((block) => BLOCKS[block.type]?.(place, block) ?? json(block));
  return h('div.blocks', nodes);
};

// ── Messages ─────────────────────────────────────────────────────────────────

const isApp = (id) => userOf(id)?.is_bot || id === 'USLACKBOT';

const avatarNode = (id) => {
  const attributes = { class: isApp(id) && 'bot', 'aria-hidden': 'true' };
  const node = h('div.avatar', attributes, nameOf(id)[0].toUpperCase());
  node.style.setProperty(
    '--hue',
    [...id].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 360, 7),
  );
  return node;
};

const bylineNode = (from, ts) =>
  h(
    'div.byline',
    h('b', nameOf(from)),
    isApp(from) && h('span.tag', 'APP'),
    timeNode(dateOf(ts), clock(dateOf(ts))),
  );

const fileNode = ({ url, name, title, text }) =>
  h(
    'div.file',
    h('a', { href: url, download: name }, title || name),
    /\.(png|jpe?g|gif|svg)$/i.test(name) && h('img', { src: url, alt: title || name }),
    text !== null && h('details', h('summary', 'Show what is in it'), h('pre', text)),
  );

/** Blocks where there are any, else the text: beside blocks the text is only the notification. */
const contentNode = (channel, { ts, blocks, text }) =>
  blocks.length > 0
    ? blocksNode({ id: ts, target: { channel: channel.id, ts } }, blocks)
    : h('div.text', mrkdwn(text));

const repliesOf = (channel, ts) =>
  channel.messages.filter((one) => one.thread_ts === ts && one.ts !== ts && !one.deleted);

const threadLink = (channel, ts, ...label) => {
  const href = address(here.me.name, channel.name, ts);
  return h('a.replies', { href, 'data-control': 'thread' }, label);
};

const repliesLink = (channel, ts) => {
  const replies = repliesOf(channel, ts);
  const last = replies.at(-1);
  if (last === undefined) return null;
  const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
  return threadLink(
    channel,
    ts,
    count,
    h('small', ` · last ${clock(dateOf(last.ts))} from ${nameOf(last.user)}`),
  );
};

const broadcastNote = (channel, threadTs) => {
  const root = channel.messages.find((one) => one.ts === threadTs);
  return h('p.note', 'replied to a thread', root && [': ', threadLink(channel, threadTs, decode(root.text))]);
};

const messageNode = (channel, message, inThread) => {
  const { ts, user, thread_ts, broadcast, edited, deleted, attachments, files, reactions } = message;
  if (deleted) return h('li.message', h('p.note', 'This message was deleted. ', repliesLink(channel, ts)));
  const reacted = Object.entries(reactions).map(([name, users]) => h('span', `:${name}: ${users.length}`));
  const body = [
    bylineNode(user, ts),
    contentNode(channel, message),
    edited && h('span.edited', '(edited)'),
    attachments.map(json),
    files.map(fileNode),
    reacted.length > 0 && h('div.reactions', reacted),
    !inThread && repliesLink(channel, ts),
  ];
  const note = broadcast && !inThread && broadcastNote(channel, thread_ts);
  return h('li.message', note, avatarNode(user), h('div', body));
};

const ephemeralNode = (channel, one) => {
  const onclick = () => {
    dismissed.add(one.ts);
    render();
  };
  const note = h(
    'p.note',
    'Only visible to you · ',
    h('button.plain', { type: 'button', onclick }, 'Dismiss'),
  );
  const body = h('div', bylineNode(one.from, one.ts), contentNode(channel, one));
  return h('li.message.ephemeral', note, avatarNode(one.from), body);
};

/** What only this person sees in a channel (thread null) or a thread. */
const ephemeralsOf = (channel, thread) =>
  state.ephemerals
    .filter((one) => one.channel === channel.id && one.user === here.me.id && one.thread_ts === thread)
    .filter((one) => !one.deleted && !dismissed.has(one.ts))
    .map((one) => ({ ...one, ephemeral: true }));

/** What a channel shows: roots, what was also sent to the channel, and deleted roots that still have a thread. */
const inChannel = (channel) =>
  channel.messages
    .filter((one) => one.thread_ts === null || one.thread_ts === one.ts || one.broadcast)
    .filter((one) => !one.deleted || repliesOf(channel, one.ts).length > 0);

/** Messages as items of a log, in a channel with a heading before each day. */
const logItems = (channel, messages, inThread) => {
  let day = '';
  return messages.toSorted(byTs).flatMap((one) => {
    const replies = inThread ? [] : repliesOf(channel, one.ts);
    const make = () => (one.ephemeral ? ephemeralNode(channel, one) : messageNode(channel, one, inThread));
    const item = {
      key: one.ts,
      mark: JSON.stringify([here.me.id, one, replies.length, replies.at(-1)?.ts]),
      make,
    };
    const heading = pretty('full')(dateOf(one.ts));
    if (inThread || heading === day) return [item];
    day = heading;
    return [{ key: heading, mark: '', make: () => h('li.day', heading) }, item];
  });
};

// ── The parts of the page ────────────────────────────────────────────────────

/** Draws messages; stays at the end when it was there, and goes there for what only this person sees. */
const drawLog = (log, place, items, empty) => {
  const scroller = log.parentElement;
  const isElsewhere = log.dataset.place !== place;
  const wasAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
  log.dataset.place = place;
  const made = fill(
    log,
    items.length > 0 ? items : [{ key: '', mark: empty, make: () => h('li.empty', empty) }],
  );
  if (!isElsewhere) for (const node of made) node.classList.add('new');
  const isForMe = made.some((node) => node.matches('.ephemeral'));
  if (isElsewhere || wasAtEnd || isForMe) scroller.scrollTop = scroller.scrollHeight;
};

/** Says new messages to screen readers with the text they were posted with, as Slack does. */
const announce = (messages, seen) => {
  const fresh = messages.filter(
    (one) => Number(one.ts) > seen && one.user !== (one.ephemeral ? '' : here.me.id),
  );
  const said = fresh.map((one) => `${nameOf(one.from ?? one.user)}: ${decode(one.text)}`);
  if (seen > 0 && said.length > 0) $('announce').textContent = said.join('. ');
};

const drawChannel = () => {
  const { me, channel } = here;
  const place = `${me.id}/${channel.id}`;
  const messages = [...inChannel(channel), ...ephemeralsOf(channel, null)].sort(byTs);
  announce(messages, readUpTo.get(place) ?? 0);
  readUpTo.set(place, Number(messages.at(-1)?.ts ?? 0));
  drawLog($('messages'), place, logItems(channel, messages, false), 'Nothing has been said here yet.');
};

const drawThread = () => {
  const { me, channel, thread } = here;
  const root = channel?.messages.find((one) => one.ts === thread);
  $('thread').hidden = root === undefined;
  if (root === undefined) return;
  $('thread-title').textContent = `Thread in #${channel.name}`;
  const messages = [root, ...repliesOf(channel, thread), ...ephemeralsOf(channel, thread)];
  drawLog($('replies'), `${me.id}/${thread}`, logItems(channel, messages, true), '');
};

const inView = (view, errors) => ({
  id: view.id,
  target: { view_id: view.id },
  values: view.state.values,
  errors,
});

const drawHome = () => {
  const view = state.homes.find((one) => one.user === here.me.id);
  const nothing = 'The app shows nothing on its Home tab.';
  const make = () => (view ? blocksNode(inView(view, view.errors), view.blocks) : h('p', nothing));
  fill($('home'), [{ key: view?.id ?? '', mark: view?.hash ?? '', make }]);
};

const isUnread = (channel) => {
  const seen = readUpTo.get(`${here.me.id}/${channel.id}`) ?? 0;
  return inChannel(channel).some((one) => Number(one.ts) > seen && one.user !== here.me.id);
};

const sideItem = (href, isHere, label, note, unread = false) => ({
  key: href,
  mark: JSON.stringify([isHere, label, note, unread]),
  make: () => {
    const dot = unread && h('span.dot', h('span.unseen', 'unread'));
    return h('li', h('a', { href, 'aria-current': isHere && 'true' }, label, h('span.side-note', note), dot));
  },
});

const channelItem = (channel) => {
  const isHere = channel === here.channel;
  const notes = { private: channel.is_private, shared: channel.is_ext_shared, archived: channel.is_archived };
  const note = Object.keys(notes)
    .filter((name) => notes[name])
    .join(', ');
  return sideItem(
    address(here.me.name, channel.name),
    isHere,
    titleOf(channel),
    note,
    !isHere && isUnread(channel),
  );
};

const titleOf = (channel) => {
  if (channel === null) return `${nameOf(state.app.bot_user)} home`;
  return channel.is_im ? `${nameOf(state.app.bot_user)} messages` : `# ${channel.name}`;
};

const drawSide = () => {
  const { me, channel } = here;
  const visible = state.channels.filter((one) => canSee(me, one));
  const home = sideItem(address(me.name, HOME), channel === null, titleOf(null), '');
  fill($('channels'), visible.filter((one) => !one.is_im).map(channelItem));
  fill($('apps'), isOutside(me) ? [] : [home, ...visible.filter((one) => one.is_im).map(channelItem)]);
  const personItem = (user) =>
    sideItem(address(user.name, channel?.name ?? HOME), user === me, user.real_name, rightsOf(user));
  fill($('people'), people().map(personItem));
  const bot = state.connections > 0 ? 'The bot is connected.' : 'No bot is connected.';
  $('about').textContent = `A simulated Slack on this machine; nothing leaves it. ${bot}`;
};

/** Why nothing can be written here, if so. */
const closedBecause = (channel) => {
  if (channel?.is_archived) return `#${channel.name} is archived.`;
  // manifest.yml: messages_tab_read_only_enabled.
  return channel?.is_im ? 'Sending messages to this app has been turned off.' : '';
};

const drawComposer = (form, placeholder) => {
  const why = closedBecause(here.channel);
  form.hidden = here.channel === null;
  for (const control of form.querySelectorAll('input, button')) control.hidden = why !== '';
  form.querySelector('p').textContent = why;
  form.querySelector('input').placeholder = placeholder;
};

// ── Modals ───────────────────────────────────────────────────────────────────

/** What the dialog shows: a view's id, a mark of what is drawn, the block ids of required inputs that were left empty. */
const NO_MODAL = { id: undefined, mark: undefined, missing: [] };
let modal = NO_MODAL;
/** The view that the person has just closed, which the state may still have. */
let closedView;

const drawModal = () => {
  const dialog = $('modal');
  const view = state.views.find((one) => one.user === here.me.id && one.type === 'modal' && one.top);
  if (view?.id === modal.id && view === undefined) return;
  if (view === undefined) {
    modal = NO_MODAL;
    return dialog.close();
  }
  const missing = view.id === modal.id ? modal.missing : [];
  const mark = JSON.stringify([view.hash, view.errors, missing]);
  if (view.id === closedView || (view.id === modal.id && mark === modal.mark)) return;
  modal = { id: view.id, mark, missing };
  const left = Object.fromEntries(missing.map((block) => [block, 'Please fill this in.']));
  const body = dialog.querySelector('.body');
  const submit = view.submit && h('button.primary', { type: 'submit' }, view.submit);
  const close = h('button', { type: 'button', onclick: () => dialog.close() }, view.close ?? 'Close');
  $('modal-title').textContent = view.title;
  body.replaceChildren(blocksNode(inView(view, { ...view.errors, ...left }), view.blocks));
  dialog.querySelector('footer').replaceChildren(...[close, submit].filter(Boolean));
  if (!dialog.open) dialog.showModal();
  const field = body.querySelector('[aria-invalid]') ?? body.querySelector('input, select, textarea, button');
  (field ?? close).focus();
};

const submitModal = async (event) => {
  event.preventDefault();
  const view = state.views.find((one) => one.id === modal.id);
  if (!view?.submit) return;
  const values = {};
  for (const block of view.blocks.filter(({ type }) => type === 'input')) {
    const value = drafts.get(draftKey({ place: view, block, element: block.element }));
    if (value !== undefined) values[block.block_id] = { [block.element.action_id]: value };
  }
  const work = post('submit', { view_id: view.id, values });
  const answer = await busy($('modal').querySelector('[type=submit]'), work);
  modal.missing = answer.error === 'missing_required' ? answer.fields : [];
  drawModal();
};

/** What is being filled in is no longer missing. */
const clearError = ({ target }) => {
  const field = target.closest('.field');
  field?.querySelector('.error')?.remove();
  field?.querySelector('[aria-invalid]')?.removeAttribute('aria-invalid');
};

/** Escape, ✕ and the close button all close the dialog. Was it not the app who closed the view, then it may want to know. */
const modalClosed = () => {
  if (modal === NO_MODAL) return;
  closedView = modal.id;
  modal = NO_MODAL;
  void post('close', { view_id: closedView });
};

// ── Doing things ─────────────────────────────────────────────────────────────

const say = (sentence) => {
  const close = h('button.plain', { type: 'button', onclick: () => say('') }, 'Dismiss');
  $('trouble').replaceChildren(sentence, close);
  $('trouble').hidden = sentence === '';
};

/** Posts as the present person; what cannot be done is said in the simulator's own sentence. */
const post = async (route, body) => {
  say('');
  const request = { method: 'POST', body: JSON.stringify({ user: here.me.id, ...body }) };
  const response = await fetch(`/_sim/${route}`, request).catch(() => undefined);
  const answer = (await response?.json().catch(() => undefined)) ?? {
    ok: false,
    error: 'the demo does not answer',
  };
  if (!response?.ok) say(`That cannot be done: ${answer.error}.`);
  return answer;
};

/** Marks a control while its work is under way. */
const busy = async (control, work) => {
  control?.setAttribute('aria-busy', 'true');
  const answer = await work;
  control?.removeAttribute('aria-busy');
  return answer;
};

const WHY = {
  operation_timeout: 'the app did not answer within 3 seconds',
  dispatch_failed: 'the app is not connected',
};
let toldUntil = 0;

/** Says what Slack would tell this person of an app that did not answer, or answered what cannot be shown. */
const tellErrors = () => {
  for (const { at, user, about, error, messages = [] } of state.errors) {
    if (at <= toldUntil || user !== here.me.id) continue;
    toldUntil = at;
    const why = WHY[error] ?? 'Slack cannot show what the app answered';
    say(`“${about}” failed: ${why} (${[error, ...messages].join('; ')}).`);
  }
};

/** What a client makes of typed text: escaped, with @names as mentions. */
const asSent = (text) =>
  encode(text).replace(/(?<![\w@])@([\w.-]*\w)/g, (all, name) => {
    const user = state.users.find((one) => one.name === name);
    const group = state.groups.find((one) => one.handle === name);
    if (user) return `<@${user.id}>`;
    return group ? `<!subteam^${group.id}>` : all;
  });

const send = (text, thread) => {
  const { command } = state.app;
  const channel = here.channel.id;
  const [, name, rest] = /^(\/\S*)\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined)
    return post('message', { channel, text: asSent(text), thread_ts: thread ?? undefined });
  if (name !== command) return say(`${name} is not a command of this workspace. Try ${command} help.`);
  return thread
    ? say(`${name} is not supported in threads. Sorry!`)
    : post('command', { channel, text: rest });
};

/** A box for messages and commands; the arrow keys bring back what was sent from it. */
const composer = (form, threadOf) => {
  const box = form.querySelector('input');
  const sent = [];
  let at = 0;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (text === '') return;
    if (sent.at(-1) !== text) sent.push(text);
    at = sent.length;
    box.value = '';
    void busy(form.querySelector('button'), send(text, threadOf()));
  });
  box.addEventListener('keydown', (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step === undefined || at + step < 0 || at + step > sent.length) return;
    event.preventDefault();
    at += step;
    box.value = sent[at] ?? '';
  });
};

// ── Going places, and keeping up ─────────────────────────────────────────────

/** Reads the address. Who or what is not there becomes the first that is. */
const locate = () => {
  const [person, place, thread] = location.hash.slice(1).split('/').map(decodeURIComponent);
  const me = people().find((user) => user.name === person) ?? people()[0];
  if (place === HOME && !isOutside(me)) return { me, channel: null, thread: null };
  const visible = state.channels.filter((channel) => canSee(me, channel));
  const channel = visible.find((one) => one.name === place) ?? visible[0] ?? null;
  return { me, channel, thread: channel?.name === place ? thread : undefined };
};

const render = () => {
  here = locate();
  const { me, channel } = here;
  document.title = `${titleOf(channel)} – ${me.real_name} – Illumio ChatOps demo`;
  $('title').textContent = titleOf(channel);
  $('whoami').textContent = `${me.real_name}, ${rightsOf(me)}`;
  $('messages').hidden = channel === null;
  $('home').hidden = channel !== null;
  drawSide();
  if (channel === null) drawHome();
  else drawChannel();
  drawThread();
  drawComposer($('composer'), channel ? `Message #${channel.name}, or ${state.app.command} help` : '');
  drawComposer($('thread-composer'), 'Reply…');
  drawModal();
  tellErrors();
};

const showMenu = (isOpen) => {
  document.body.classList.toggle('menu-open', isOpen);
  $('menu').setAttribute('aria-expanded', String(isOpen));
  if (isOpen) $('side').querySelector('a').focus();
};

/** Goes where the address says; the app hears when its Home is opened. */
const go = () => {
  const before = here;
  showMenu(false);
  say('');
  render();
  const wasHome = before.channel === null && before.me === here.me;
  if (here.channel === null && !wasHome) void post('home', {});
  if (here.thread && here.thread !== before.thread) $('thread-scroll').focus();
};

const get = (path) =>
  fetch(`/_sim/${path}`)
    .then((response) => response.json())
    .catch(() => undefined);

/** Draws every change; when the demo is gone, says so and waits for it to come back. */
const follow = async () => {
  let isGone = false;
  for (;;) {
    const fresh = await get('state');
    if (fresh === undefined) {
      isGone = true;
      say('The demo has stopped. This page goes on when it runs again.');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      continue;
    }
    state = fresh;
    toldUntil ||= state.now;
    if (isGone || here.me === undefined) go();
    else render();
    isGone = false;
    await get(`changes?since=${state.change}`);
  }
};

const closeMenu = (menu) => {
  menu.open = false;
  menu.querySelector('summary').focus();
};

const closeThread = () => {
  location.hash = address(here.me.name, here.channel.name);
};

const onEscape = () => {
  const menu = document.querySelector('details.more[open]');
  if (menu !== null) closeMenu(menu);
  else if (document.body.classList.contains('menu-open')) {
    showMenu(false);
    $('menu').focus();
  } else if (here.thread) closeThread();
};

document.addEventListener('click', ({ target }) => {
  for (const menu of document.querySelectorAll('details.more[open]'))
    if (!menu.contains(target)) menu.open = false;
});
document.addEventListener('keydown', ({ key }) => key === 'Escape' && !$('modal').open && onEscape());
$('menu').addEventListener('click', () => showMenu(!document.body.classList.contains('menu-open')));
$('thread-close').addEventListener('click', closeThread);
$('modal').addEventListener('close', modalClosed);
$('modal-form').addEventListener('submit', submitModal);
$('modal-form').addEventListener('input', clearError);
$('modal-close').addEventListener('click', () => $('modal').close());
window.addEventListener('hashchange', () => state && go());
composer($('composer'), () => undefined);
composer($('thread-composer'), () => here.thread);
void follow();
