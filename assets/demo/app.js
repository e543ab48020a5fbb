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
/** What was typed into inputs and not sent yet, by "view or message/block/action"; an updated view keeps it, as Slack does. */
const drafts = new Map();
/** Ephemerals that were dismissed: Slack forgets them in the client, too. */
const dismissed = new Set();
/** Block ids of required inputs that a submission left empty. */
let missing = [];

const HOME = 'app-home';
/** The rights the demo's configuration gives (src/cli/demo/config.ts); Slack itself knows nothing of them. */
const RIGHTS = { U0MAYA001: 'responder', U0JO00001: 'responder', U0ANA0001: 'approver', U0OPS0001: 'admin' };

const $ = (id) => document.getElementById(id);
const userOf = (id) => state.users.find((user) => user.id === id);
const nameOf = (id) => userOf(id)?.profile.display_name || (id === 'USLACKBOT' ? 'Slackbot' : id);
const isOutside = (user) => user.team_id !== state.app.team;

const rightsOf = (user) => {
  if (isOutside(user)) return 'other workspace';
  return user.is_restricted ? 'guest' : (RIGHTS[user.id] ?? 'no rights');
};

/** Whether a person's client lists this conversation; the simulator refuses the others itself. */
const canSee = (user, channel) => {
  if (channel.members.includes(user.id)) return true;
  if (channel.is_im || channel.is_private) return false;
  return isOutside(user) ? channel.is_ext_shared : !user.is_restricted;
};

const address = (...parts) => `#${parts.filter(Boolean).map(encodeURIComponent).join('/')}`;

// ── Drawing ──────────────────────────────────────────────────────────────────

/** An element from 'tag.class', attributes (on… = listeners) where there are any, and children; strings become text, null nothing. */
const h = (selector, ...rest) => {
  const [tag, ...classes] = selector.split('.');
  const node = document.createElement(tag);
  node.classList.add(...classes);
  const hasAttributes = rest[0]?.constructor === Object;
  for (const [name, value] of Object.entries(hasAttributes ? rest.shift() : {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...rest.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};

const json = (value) => h('pre.json', JSON.stringify(value, null, 1));

const marks = new WeakMap();

/**
 * Makes `parent` hold these items in this order. An item whose mark did not change keeps its node, so that focus, selection
 * and open menus survive what happens elsewhere. @param items [{key, mark, make}] @returns the nodes that are new
 */
const fill = (parent, items) => {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const made = [];
  const nodes = items.map(({ key, mark, make }) => {
    const had = old.get(key);
    if (had !== undefined && marks.get(had) === mark) return had;
    const node = make();
    node.dataset.key = key;
    marks.set(node, mark);
    if (had === undefined) made.push(node);
    return node;
  });
  const focused = document.activeElement?.closest('[data-key]');
  const control = document.activeElement?.dataset.control;
  let next = parent.firstElementChild;
  for (const node of nodes) {
    if (node === next) next = next.nextElementSibling;
    else parent.insertBefore(node, next);
  }
  for (const node of [...parent.children]) if (!nodes.includes(node)) node.remove();
  if (control && focused?.parentElement === null) {
    const again = nodes.find((node) => node.dataset.key === focused.dataset.key);
    again?.querySelector(`[data-control="${CSS.escape(control)}"]`)?.focus();
  }
  return made;
};

// ── Times ────────────────────────────────────────────────────────────────────

const dateOf = (ts) => new Date(Number(ts) * 1000);
const shown = (options) => (date) => new Intl.DateTimeFormat(undefined, options).format(date);
const clock = shown({ timeStyle: 'short' });
const fullTime = shown({ dateStyle: 'full', timeStyle: 'medium' });
const dayKey = (date) => new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short' }).format(date);

/** "today", "yesterday", "tomorrow", or the date. */
const pretty = (long) => (date) => {
  const near = [0, -1, 1].find((days) => dayKey(new Date(Date.now() + days * 86_400_000)) === dayKey(date));
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  return near === undefined ? long(date) : words.format(near, 'day');
};

const DATES = { date: 'long', date_short: 'medium', date_long: 'full' };
/** Slack's date tokens, in the browser's zone as Slack shows them in the reader's. */
const TOKENS = {
  date_num: dayKey,
  time: clock,
  time_secs: shown({ timeStyle: 'medium' }),
  ...Object.fromEntries(
    Object.entries(DATES).flatMap(([name, dateStyle]) => [
      [name, shown({ dateStyle })],
      [`${name}_pretty`, pretty(shown({ dateStyle }))],
    ]),
  ),
};

/** A date token; a format that is not known here shows its fallback, as an old client does. */
const dateNode = (seconds, format, fallback, url) => {
  const date = dateOf(seconds);
  const isKnown =
    !Number.isNaN(date.getTime()) &&
    !/\{(\w+)\}/g[Symbol.match](format)?.some((token) => !TOKENS[token.slice(1, -1)]);
  if (!isKnown) return fallback ?? format;
  const text = format.replace(/\{(\w+)\}/g, (_, token) => TOKENS[token](date));
  const node = h('time', { datetime: date.toISOString(), title: fullTime(date) }, text);
  return url ? linkNode(url, node) : node;
};

// ── Text: mrkdwn, plain_text, rich_text ──────────────────────────────────────

/** A link; anything but http, https and mailto stays text. */
const linkNode = (url, label) =>
  /^(https?:|mailto:)/i.test(url)
    ? h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label)
    : label;

const mentionNode = (text, isMe) => h('span', { class: isMe ? 'mention me' : 'mention' }, text);

const mentionOf = {
  user: (id) => mentionNode(`@${nameOf(id)}`, id === here.me?.id),
  usergroup: (id) => {
    const group = state.groups.find((one) => one.id === id);
    return mentionNode(`@${group?.handle ?? id}`, group?.users.includes(here.me?.id));
  },
  channel: (id) => mentionNode(`#${state.channels.find((one) => one.id === id)?.name ?? id}`, false),
  broadcast: (range) => mentionNode(`@${range}`, true),
};

const decode = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** The inside of <…>: a mention, a date or a link. */
const tokenNode = (inside) => {
  const [target, ...rest] = inside.split('|');
  const label = rest.length === 0 ? undefined : decode(rest.join('|'));
  const [, sign, id] = /^(@|#|!subteam\^|!(?=here$|channel$|everyone$))(\w+)$/.exec(target) ?? [];
  if (sign === '@') return mentionOf.user(id);
  if (sign === '#') return mentionOf.channel(id);
  if (sign === '!') return mentionOf.broadcast(id);
  if (sign !== undefined) return mentionOf.usergroup(id);
  const [, seconds, format, url] = /^!date\^(\d+)\^([^^]*)(?:\^(.*))?$/.exec(target) ?? [];
  if (seconds !== undefined) return dateNode(seconds, decode(format), label, url);
  return /^(https?:|mailto:)/i.test(target)
    ? linkNode(decode(target), label ?? decode(target))
    : `<${decode(inside)}>`;
};

/** `code`, <token>, a bare address, and *bold* _italic_ ~strike~ standing between characters that are no letters. */
const SPANS =
  /`([^`\n]+)`|<([^<>\n]+)>|(https?:\/\/[^\s<>|]+)|(?<![\p{L}\p{N}])([*_~])(?=\S)((?:<[^<>\n]*>|[^\n<])+?)(?<=\S)\4(?![\p{L}\p{N}])/gu;
const STYLES = { '*': 'b', _: 'i', '~': 's' };

const spans = (text, verbatim) => {
  const nodes = [];
  let from = 0;
  for (const [all, code, token, url, mark, inner] of text.matchAll(SPANS).map((match) => {
    nodes.push(decode(text.slice(from, match.index)));
    from = match.index + match[0].length;
    return match;
  })) {
    if (code) nodes.push(h('code', decode(code)));
    else if (token) nodes.push(tokenNode(token));
    else if (url) nodes.push(verbatim ? decode(all) : linkNode(decode(url), decode(url)));
    else nodes.push(h(STYLES[mark], {}, spans(inner, verbatim)));
  }
  return [...nodes, decode(text.slice(from))];
};

/** Lines that begin with > are quotes. */
const quoted = (text, verbatim) => {
  const runs = [];
  for (const line of text.split('\n')) {
    const isQuote = /^(>|&gt;)/.test(line);
    if (runs.at(-1)?.isQuote !== isQuote) runs.push({ isQuote, lines: [] });
    runs.at(-1).lines.push(isQuote ? line.replace(/^(>|&gt;) ?/, '') : line);
  }
  return runs.map(({ isQuote, lines }) => {
    const nodes = spans(lines.join('\n'), verbatim);
    return isQuote ? h('blockquote', nodes) : nodes;
  });
};

/** Slack's mrkdwn as nodes. @param verbatim bare addresses stay text */
const mrkdwn = (text, verbatim = false) =>
  text
    .split(/```\n?([\s\S]+?)\n?```/)
    .map((piece, at) => (at % 2 === 1 ? h('pre', decode(piece)) : quoted(piece, verbatim)));

/** A text object; plain_text is literal. */
const textNodes = (object) => (object.type === 'mrkdwn' ? mrkdwn(object.text, object.verbatim) : object.text);
const textBox = (object) => h('div.text', textNodes(object));

const INLINE = {
  text: ({ text }) => text,
  link: ({ url, text }) => linkNode(url, text || url),
  user: ({ user_id }) => mentionOf.user(user_id),
  usergroup: ({ usergroup_id }) => mentionOf.usergroup(usergroup_id),
  channel: ({ channel_id }) => mentionOf.channel(channel_id),
  broadcast: ({ range }) => mentionOf.broadcast(range),
  date: ({ timestamp, format, fallback, url }) => dateNode(timestamp, format, fallback, url),
  emoji: ({ name, unicode }) =>
    unicode
      ? String.fromCodePoint(...unicode.split('-').map((hex) => Number.parseInt(hex, 16)))
      : `:${name}:`,
};
const RICH_STYLES = { code: 'code', strike: 's', underline: 'u', italic: 'i', bold: 'b' };

const inline = (element) => {
  const node = INLINE[element.type]?.(element) ?? h('code.json', JSON.stringify(element));
  const styles = Object.keys(RICH_STYLES).filter((style) => element.style?.[style]);
  return styles.reduce((inner, style) => h(RICH_STYLES[style], {}, inner), node);
};

const RICH = {
  rich_text_section: ({ elements }) => h('div', elements.map(inline)),
  rich_text_quote: ({ elements }) => h('blockquote', elements.map(inline)),
  rich_text_preformatted: ({ elements }) => h('pre', elements.map(inline)),
  rich_text_list: ({ style, indent, offset, elements }) =>
    h(
      style === 'ordered' ? 'ol' : 'ul',
      { 'data-indent': indent, start: offset === undefined ? undefined : offset + 1 },
      elements.map((item) => h('li', item.elements.map(inline))),
    ),
};

const richText = ({ elements }) =>
  h(
    'div.text',
    elements.map((element) => RICH[element.type]?.(element) ?? json(element)),
  );

// ── Elements: what can be pressed, chosen and typed ──────────────────────────
// `place` is where a block stands: {target: what /_sim/click needs, id, values: what Slack knows was entered}.

const draftKey = (place, block, element) => `${place.id}/${block.block_id}/${element.action_id}`;

/** Does what a press or a choice does, after the question the element may ask first. */
const act = async (place, block, element, value, control) => {
  const { confirm } = element;
  if (confirm && !window.confirm([confirm.title?.text, confirm.text?.text].filter(Boolean).join('\n\n')))
    return;
  const body = { ...place.target, block_id: block.block_id, action_id: element.action_id };
  await busy(control, post('click', value === undefined ? body : { ...body, value }));
};

/** Keeps what was entered; outside of inputs, and in inputs that ask for it, the app hears of it at once. */
const entered = (place, block, element, value, control) => {
  drafts.set(draftKey(place, block, element), value);
  if (block.type !== 'input' || block.dispatch_action) void act(place, block, element, value, control);
};

/** What a stateful element holds now: typed here, else what Slack knows, else its initial value. */
const held = (place, block, element) => {
  const draft = drafts.get(draftKey(place, block, element));
  if (draft !== undefined) return draft;
  const known = place.values?.[block.block_id]?.[element.action_id] ?? {};
  const options = known.selected_options ?? element.initial_options;
  const option = known.selected_option ?? element.initial_option;
  return option?.value ?? options?.map((one) => one.value) ?? known.value ?? element.initial_value ?? '';
};

const buttonNode = (place, block, element) => {
  const press = (event) => void act(place, block, element, undefined, event.currentTarget);
  const common = {
    'data-control': element.action_id,
    'aria-label': element.accessibility_label,
    onclick: press,
  };
  const label = textNodes(element.text);
  if (element.url === undefined)
    return h('button', { type: 'button', class: element.style, ...common }, label);
  const isWeb = /^https?:/i.test(element.url);
  const link = { href: isWeb ? element.url : undefined, target: '_blank', rel: 'noopener noreferrer' };
  return h('a.button', { ...link, ...common }, label);
};

const overflowNode = (place, block, element) => {
  const choose = (option) => (event) => {
    const menu = event.currentTarget.closest('details');
    menu.open = false;
    menu.firstElementChild.focus();
    void act(place, block, element, option.value, menu);
  };
  return h(
    'details.more',
    h('summary', { 'aria-label': 'More actions', 'data-control': element.action_id }, '⋯'),
    h(
      'div',
      element.options.map((option) =>
        option.url
          ? h(
              'a',
              {
                class: 'button',
                href: option.url,
                target: '_blank',
                rel: 'noopener noreferrer',
                onclick: choose(option),
              },
              option.text.text,
            )
          : h('button', { type: 'button', onclick: choose(option) }, option.text.text),
      ),
    ),
  );
};

const optionNode = (value) => (option) =>
  h('option', { value: option.value, selected: option.value === value }, option.text.text);

const selectNode = (place, block, element, more) => {
  const value = held(place, block, element);
  const change = (event) => entered(place, block, element, event.target.value, event.target);
  return h(
    'select',
    { ...more, 'data-control': element.action_id, onchange: change },
    h('option', { value: '' }, element.placeholder?.text ?? 'Choose…'),
    (element.options ?? []).map(optionNode(value)),
    (element.option_groups ?? []).map((group) =>
      h('optgroup', { label: group.label.text }, group.options.map(optionNode(value))),
    ),
  );
};

/** Radio buttons or checkboxes. */
const choicesNode = (type) => (place, block, element) => {
  const value = [held(place, block, element)].flat();
  const change = (event) => {
    const chosen = [...event.currentTarget.querySelectorAll(':checked')].map((one) => one.value);
    entered(place, block, element, type === 'radio' ? chosen[0] : chosen, event.currentTarget);
  };
  return h(
    'div',
    { onchange: change },
    element.options.map((option, at) =>
      h(
        'label.choice',
        h('input', {
          type,
          name: draftKey(place, block, element),
          value: option.value,
          checked: value.includes(option.value),
          'data-control': `${element.action_id}.${at}`,
        }),
        h(
          'span',
          textNodes(option.text),
          option.description && [h('br'), h('small', textNodes(option.description))],
        ),
      ),
    ),
  );
};

const typedNode = (type) => (place, block, element, more) => {
  const isLong = element.multiline === true;
  const node = h(isLong ? 'textarea' : 'input', {
    ...more,
    type: isLong ? undefined : type,
    rows: isLong ? 4 : undefined,
    maxlength: element.max_length,
    placeholder: element.placeholder?.text,
    'data-control': element.action_id,
    oninput: (event) => drafts.set(draftKey(place, block, element), event.target.value),
    onchange: (event) => entered(place, block, element, event.target.value, event.target),
  });
  node.value = held(place, block, element);
  return node;
};

/** A picture of this workspace's files. Others are not fetched: the page loads nothing from outside. */
const pictureNode = ({ image_url, slack_file, alt_text, title }) => {
  const wanted = slack_file?.id ?? /\/files\/([^/]+)\//.exec(slack_file?.url ?? image_url ?? '')?.[1];
  const file = state.channels
    .flatMap((one) => one.messages.flatMap((message) => message.files))
    .find((one) => one.id === wanted);
  const url =
    file?.url ??
    (wanted && /^https?:\/\/(127\.0\.0\.1|localhost)[:/]/.test(slack_file?.url ?? image_url ?? '')
      ? new URL(slack_file?.url ?? image_url).pathname
      : undefined);
  return h(
    'div.picture',
    title && h('small', textNodes(title)),
    url ? h('img', { src: url, alt: alt_text ?? '' }) : json({ image_url, slack_file, alt_text }),
  );
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
  image: (_place, _block, element) => pictureNode(element),
};

const elementNode = (place, block, element, more = {}) =>
  ELEMENTS[element.type]?.(place, block, element, more) ?? json(element);

// ── Blocks ───────────────────────────────────────────────────────────────────

const cellNode = (tag, cell, { align, is_wrapped } = {}) => {
  const classes = [align, is_wrapped && 'wrapped'].filter(Boolean).join(' ');
  const content = cell.type === 'rich_text' ? richText(cell) : (cell.text ?? json(cell));
  return h(tag, { class: classes || undefined, scope: tag === 'th' ? 'col' : undefined }, content);
};

/** A table in a box of its own that scrolls sideways, so that the page never does. */
const tableNode = ({ rows, column_settings = [], caption }) => {
  const name = caption ?? 'Table';
  return h(
    'div.table',
    { tabindex: 0, role: 'region', 'aria-label': name },
    h(
      'table',
      caption && h('caption', caption),
      rows.map((row, at) =>
        h(
          'tr',
          row.map((cell, column) => cellNode(at === 0 ? 'th' : 'td', cell, column_settings[column] ?? {})),
        ),
      ),
    ),
  );
};

const GROUPS = ['radio_buttons', 'checkboxes'];

const inputNode = (place, block) => {
  const { element, label, hint, optional, block_id } = block;
  const id = `${place.id}-${block_id}`;
  const error = place.errors?.[block_id];
  const isGroup = GROUPS.includes(element.type);
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  const about = {
    id,
    'aria-describedby': described,
    'aria-invalid': error ? 'true' : undefined,
    'aria-required': optional ? undefined : 'true',
  };
  return h(
    isGroup ? 'fieldset' : 'div',
    { class: 'field', 'aria-describedby': isGroup ? described : undefined },
    h(
      isGroup ? 'legend' : 'label',
      { for: isGroup ? undefined : id },
      label.text,
      optional && h('small', ' (optional)'),
    ),
    elementNode(place, block, element, about),
    hint && h('small', { id: `${id}-hint` }, hint.text),
    error && h('p.error', { id: `${id}-error` }, error),
  );
};

const BLOCKS = {
  section: (place, block) => {
    const { text, fields, accessory } = block;
    const words = h('div', text && textBox(text), fields && h('div.fields', fields.map(textBox)));
    return h('div.section', words, accessory && h('div.accessory', elementNode(place, block, accessory)));
  },
  header: (_place, { text }) => h('p.heading', text.text),
  context: (place, block) =>
    h(
      'div.context',
      block.elements.map((one) =>
        one.type === 'image' ? elementNode(place, block, one) : h('span', textNodes(one)),
      ),
    ),
  actions: (place, block) =>
    h(
      'div.actions',
      block.elements.map((element) => elementNode(place, block, element)),
    ),
  divider: () => h('hr'),
  rich_text: (_place, block) => richText(block),
  table: (_place, block) => tableNode(block),
  data_table: (_place, block) => tableNode(block),
  input: inputNode,
  image: (_place, block) => pictureNode(block),
  markdown: (_place, { text }) => h('div.text', text),
};

const blocksNode = (place, blocks) =>
  h(
    'div.blocks',
    blocks.map((block) => BLOCKS[block.type]?.(place, block) ?? json(block)),
  );

// ── Messages ─────────────────────────────────────────────────────────────────

const hueOf = (id) => [...id].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 360, 7);

const avatarNode = (id) => {
  const node = h(
    'div',
    { class: userOf(id)?.is_bot ? 'avatar bot' : 'avatar', 'aria-hidden': 'true' },
    nameOf(id)[0].toUpperCase(),
  );
  node.style.setProperty('--hue', hueOf(id));
  return node;
};

const bylineNode = (from, ts) =>
  h(
    'div.byline',
    h('b', nameOf(from)),
    (userOf(from)?.is_bot || from === 'USLACKBOT') && h('span.tag', 'APP'),
    h('time', { datetime: dateOf(ts).toISOString(), title: fullTime(dateOf(ts)) }, clock(dateOf(ts))),
  );

const fileNode = (file) =>
  h(
    'div.file',
    h('a', { href: file.url, download: file.name }, file.title || file.name),
    /\.(png|jpe?g|gif|svg)$/i.test(file.name) && h('img', { src: file.url, alt: file.title || file.name }),
    file.text !== null && h('details', h('summary', 'Show what is in it'), h('pre', file.text)),
  );

/** Blocks where there are any, else the text: with blocks the text is only the notification. */
const contentNode = (place, { blocks, text }) =>
  blocks.length > 0 ? blocksNode(place, blocks) : h('div.text', mrkdwn(text));

const repliesOf = (channel, ts) =>
  channel.messages.filter((one) => one.thread_ts === ts && one.ts !== ts && !one.deleted);

const threadLink = (channel, ts, ...label) =>
  h('a.replies', { href: address(here.me.name, channel.name, ts), 'data-control': 'thread' }, label);

const repliesLink = (channel, ts, replies) => {
  const last = replies.at(-1);
  return threadLink(
    channel,
    ts,
    replies.length === 1 ? '1 reply' : `${replies.length} replies`,
    h('small', ` · last ${clock(dateOf(last.ts))} from ${nameOf(last.user)}`),
  );
};

const messageNode = (channel, message, inThread) => {
  const { ts, user, thread_ts, broadcast, edited, deleted, attachments, files, reactions } = message;
  const replies = inThread ? [] : repliesOf(channel, ts);
  const root = broadcast && !inThread && channel.messages.find((one) => one.ts === thread_ts);
  if (deleted)
    return h(
      'li.message',
      h('p.note.tombstone', 'This message was deleted. ', repliesLink(channel, ts, replies)),
    );
  return h(
    'li.message',
    broadcast &&
      h('p.note', 'replied to a thread', root && [': ', threadLink(channel, thread_ts, decode(root.text))]),
    avatarNode(user),
    h(
      'div',
      bylineNode(user, ts),
      contentNode({ target: { channel: channel.id, ts }, id: ts }, message),
      edited && h('span.edited', '(edited)'),
      attachments.map(json),
      files.length > 0 && h('div.files', files.map(fileNode)),
      Object.keys(reactions).length > 0 &&
        h(
          'div.reactions',
          Object.entries(reactions).map(([name, users]) => h('span', `:${name}: ${users.length}`)),
        ),
      replies.length > 0 && repliesLink(channel, ts, replies),
    ),
  );
};

const ephemeralNode = (channel, one) => {
  const dismiss = () => {
    dismissed.add(one.ts);
    render();
  };
  return h(
    'li.message.ephemeral',
    h(
      'p.note',
      'Only visible to you · ',
      h('button', { type: 'button', class: 'plain', onclick: dismiss }, 'Dismiss'),
    ),
    avatarNode(one.from),
    h(
      'div',
      bylineNode(one.from, one.ts),
      contentNode({ target: { channel: channel.id, ts: one.ts }, id: one.ts }, one),
    ),
  );
};

const byTs = (a, b) => Number(a.ts) - Number(b.ts);

const ephemeralsOf = (channel, thread) =>
  state.ephemerals
    .filter((one) => one.channel === channel.id && one.user === here.me.id && !one.deleted)
    .filter((one) => one.thread_ts === thread && !dismissed.has(one.ts))
    .map((one) => ({ ...one, ephemeral: true }));

/** Roots, what was also sent to the channel, and deleted roots that still have a thread. */
const inChannel = (channel) =>
  channel.messages
    .filter((one) => one.thread_ts === null || one.thread_ts === one.ts || one.broadcast)
    .filter((one) => !one.deleted || repliesOf(channel, one.ts).length > 0);

const itemsOf = (channel, messages, thread) => {
  let day = '';
  return [...messages, ...ephemeralsOf(channel, thread)].sort(byTs).flatMap((one) => {
    const date = dateOf(one.ts);
    const isNewDay = day !== dayKey(date);
    day = dayKey(date);
    const heading = pretty(shown({ dateStyle: 'full' }))(date);
    const replies = thread === null && !one.ephemeral ? repliesOf(channel, one.ts) : [];
    return [
      ...(isNewDay && thread === null ? [{ key: day, mark: heading, make: () => h('li.day', heading) }] : []),
      {
        key: `${channel.id}/${one.ts}`,
        mark: JSON.stringify([here.me.id, one, replies.length, replies.at(-1)?.ts]),
        make: () =>
          one.ephemeral ? ephemeralNode(channel, one) : messageNode(channel, one, thread !== null),
      },
    ];
  });
};

// ── The parts of the page ────────────────────────────────────────────────────

/** Draws a list of messages; stays at the end when it was there, and goes there for what only this person sees. */
const drawLog = (log, scroller, items, place, empty) => {
  const isElsewhere = log.dataset.place !== place;
  const wasAtEnd = isElsewhere || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
  log.dataset.place = place;
  const nothing = { key: 'empty', mark: empty, make: () => h('li.empty', empty) };
  const made = fill(log, items.length > 0 ? items : [nothing]);
  const isForMe = made.some((node) => node.classList.contains('ephemeral'));
  if (!isElsewhere) for (const node of made) node.classList.add('new');
  if (wasAtEnd || isForMe) scroller.scrollTop = scroller.scrollHeight;
};

/** Says new messages to screen readers with the text they were posted with, as Slack does. */
const announce = (messages, seen) => {
  const fresh = messages.filter((one) => Number(one.ts) > seen && (one.user !== here.me.id || one.ephemeral));
  if (seen > 0 && fresh.length > 0)
    $('announce').textContent = fresh
      .map((one) => `${nameOf(one.from ?? one.user)}: ${decode(one.text)}`)
      .join('. ');
};

const drawChannel = (channel) => {
  const messages = inChannel(channel);
  const place = `${here.me.id}/${channel.id}`;
  const all = [...messages, ...ephemeralsOf(channel, null)].sort(byTs);
  announce(all, readUpTo.get(place) ?? 0);
  readUpTo.set(place, Number(all.at(-1)?.ts ?? 0));
  const empty = 'Nothing has been said here yet. Try /illumio help.';
  drawLog($('messages'), $('scroll'), itemsOf(channel, messages, null), place, empty);
};

const drawThread = () => {
  const { me, channel, thread } = here;
  const root = channel?.messages.find((one) => one.ts === thread);
  $('thread').hidden = root === undefined;
  if (root === undefined) return;
  fill($('thread-title'), [
    {
      key: 'title',
      mark: channel.name,
      make: () => h('span', 'Thread ', h('small', `#${channel.name}`)),
    },
  ]);
  $('thread-close').href = address(me.name, channel.name);
  const items = itemsOf(channel, [...(root.deleted ? [] : [root]), ...repliesOf(channel, thread)], thread);
  drawLog($('replies'), $('thread-scroll'), items, `${me.id}/${thread}`, 'No replies.');
};

/** The app's Home of this person; the app is told that it was opened. */
const drawHome = () => {
  const view = state.homes.find((one) => one.user === here.me.id);
  const place = view && {
    target: { view_id: view.id },
    id: view.id,
    values: view.state.values,
    errors: view.errors,
  };
  const nothing = 'The app shows nothing on its Home tab.';
  fill($('home'), [
    {
      key: view?.id ?? 'none',
      mark: view?.hash ?? '',
      make: () => (view ? blocksNode(place, view.blocks) : h('p', nothing)),
    },
  ]);
};

const unreadIn = (channel) => {
  const seen = readUpTo.get(`${here.me.id}/${channel.id}`) ?? 0;
  const fresh = inChannel(channel).filter((one) => Number(one.ts) > seen && one.user !== here.me.id);
  const groups = state.groups.filter((one) => one.users.includes(here.me.id)).map((one) => one.id);
  const mine = (one) =>
    one.kind === 'user' || one.kind === 'usergroup' ? [here.me.id, ...groups].includes(one.id) : true;
  const named = state.mentions.filter(
    (one) => one.channel === channel.id && Number(one.ts) > seen && mine(one),
  );
  return { fresh: fresh.length, named: named.length };
};

const sideItem = (key, href, isHere, label, note, { fresh = 0, named = 0 } = {}) => ({
  key,
  mark: JSON.stringify([href, isHere, label, note, fresh > 0, named]),
  make: () =>
    h(
      'li',
      h(
        'a',
        { href, 'aria-current': isHere && 'true', class: fresh > 0 && 'unread', 'data-control': 'go' },
        h('span', label),
        note && h('small', note),
        fresh > 0 &&
          h(
            'span',
            { class: named > 0 ? 'dot count' : 'dot' },
            named > 0 ? `${named}` : null,
            h('span.unseen', named > 0 ? ' mentions' : 'unread'),
          ),
      ),
    ),
});

const channelNote = (channel) =>
  [channel.is_private && 'private', channel.is_ext_shared && 'shared', channel.is_archived && 'archived']
    .filter(Boolean)
    .join(', ');

const drawSide = () => {
  const { me, channel: current } = here;
  const visible = state.channels.filter((channel) => canSee(me, channel));
  const item = (channel) => {
    const isHere = channel === current;
    const label = channel.is_im ? `${nameOf(state.app.bot_user)} messages` : `# ${channel.name}`;
    return sideItem(
      channel.id,
      address(me.name, channel.name),
      isHere,
      label,
      channelNote(channel),
      isHere ? {} : unreadIn(channel),
    );
  };
  fill($('channels'), visible.filter((one) => !one.is_im).map(item));
  const home = sideItem(
    HOME,
    address(me.name, HOME),
    current === null,
    `${nameOf(state.app.bot_user)} home`,
    '',
  );
  fill($('apps'), isOutside(me) ? [] : [home, ...visible.filter((one) => one.is_im).map(item)]);
  const people = state.users.filter((user) => !user.is_bot && !user.deleted);
  fill(
    $('people'),
    people.map((user) =>
      sideItem(
        user.id,
        address(user.name, current?.name ?? HOME),
        user === me,
        user.real_name,
        rightsOf(user),
      ),
    ),
  );
  const bot = state.connections > 0 ? 'The bot is connected.' : 'No bot is connected.';
  $('about').textContent = `A simulated Slack on this machine; nothing leaves it. ${bot}`;
};

/** Why nothing can be written here; undefined when it can. */
const closedBecause = (channel) => {
  if (channel?.is_archived) return `#${channel.name} is archived.`;
  // manifest.yml: messages_tab_read_only_enabled
  return channel?.is_im ? 'Sending messages to this app has been turned off.' : undefined;
};

const drawComposer = (form, place) => {
  const why = closedBecause(here.channel);
  form.hidden = here.channel === null;
  fill(
    form.querySelector('p') ?? form.appendChild(h('p')),
    why ? [{ key: 'why', mark: why, make: () => h('span', why) }] : [],
  );
  form.querySelector('p').hidden = why === undefined;
  for (const control of form.querySelectorAll('input, button')) control.hidden = why !== undefined;
  form.querySelector('input').placeholder = place;
};

// ── Modals ───────────────────────────────────────────────────────────────────

/** The view the dialog shows; another id or hash is drawn anew. */
let shownView = null;

const drawModal = () => {
  const dialog = $('modal');
  const view = state.views.find((one) => one.user === here.me.id && one.type === 'modal' && one.top);
  if (view?.id !== shownView?.id) missing = [];
  const mark = view && JSON.stringify([view.id, view.hash, view.errors, missing]);
  if (mark === shownView?.mark) return;
  shownView = view ? { id: view.id, mark } : null;
  if (view === undefined) return dialog.close();
  const empty = Object.fromEntries(missing.map((block) => [block, 'Please fill this in.']));
  const errors = { ...view.errors, ...empty };
  const place = { target: { view_id: view.id }, id: view.id, values: view.state.values, errors };
  $('modal-title').textContent = view.title;
  const body = dialog.querySelector('.body');
  body.replaceChildren(blocksNode(place, view.blocks));
  dialog
    .querySelector('footer')
    .replaceChildren(
      h('button', { type: 'button', onclick: () => dialog.close() }, view.close ?? 'Close'),
      ...(view.submit ? [h('button', { type: 'submit', class: 'primary' }, view.submit)] : []),
    );
  if (!dialog.open) dialog.showModal();
  const first =
    body.querySelector('[aria-invalid="true"]') ?? body.querySelector('input, select, textarea, button');
  (first ?? dialog.querySelector('footer button:last-child')).focus();
};

const submitModal = async (event) => {
  event.preventDefault();
  const view = state.views.find((one) => one.id === shownView?.id);
  if (view?.submit == null) return;
  const values = {};
  for (const { type, block_id, element } of view.blocks) {
    const value = type === 'input' ? drafts.get(draftKey(view, { block_id }, element)) : undefined;
    if (value !== undefined) values[block_id] = { [element.action_id]: value };
  }
  const answer = await busy(
    $('modal').querySelector('[type=submit]'),
    post('submit', { view_id: view.id, values }),
  );
  missing = answer.error === 'missing_required' ? answer.fields : [];
  drawModal();
};

/** Escape, ✕ and the close button all close the dialog; when Slack did not close it, the person did, and the app may want to know. */
const modalClosed = () => {
  const closed = shownView;
  shownView = null;
  if (closed !== null) void post('close', { view_id: closed.id });
};

// ── Doing things ─────────────────────────────────────────────────────────────

const say = (sentence) => {
  const close = h('button', { type: 'button', class: 'plain', onclick: () => say('') }, 'Dismiss');
  $('trouble').replaceChildren(h('span', sentence), close);
  $('trouble').hidden = sentence === '';
};

/** Posts as the present person; a request that cannot be done is said in the simulator's own sentence. */
const post = async (route, body) => {
  try {
    const response = await fetch(`/_sim/${route}`, {
      method: 'POST',
      body: JSON.stringify({ user: here.me.id, ...body }),
    });
    const answer = await response.json();
    say(response.ok ? '' : `That cannot be done: ${answer.error}.`);
    return answer;
  } catch {
    say('The demo does not answer. Is it still running?');
    return { ok: false };
  }
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
    say(
      `“${about}” failed: ${WHY[error] ?? 'Slack cannot show what the app answered'} (${[error, ...messages].join('; ')}).`,
    );
  }
};

const MENTIONABLE = /(?<![\w@])@([\w.-]+)/g;

/** What a client makes of typed text: escaped, with @names as mentions. */
const asSent = (text) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(MENTIONABLE, (all, name) => {
      const user = state.users.find((one) => one.name === name);
      const group = state.groups.find((one) => one.handle === name);
      if (user) return `<@${user.id}>`;
      return group ? `<!subteam^${group.id}>` : all;
    });

const send = (text, thread) => {
  const channel = here.channel.id;
  const [, name, rest] = /^(\/\S*)\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined)
    return post('message', { channel, text: asSent(text), ...(thread && { thread_ts: thread }) });
  if (name !== state.app.command)
    return say(`${name} is not a command of this workspace. Try ${state.app.command} help.`);
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
  box.addEventListener('keydown', ({ key }) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (step === undefined || sent[at + step] === undefined) return;
    at += step;
    box.value = sent[at];
  });
};

// ── Going places, and keeping up ─────────────────────────────────────────────

/** Reads the address. Who or what is not there becomes the first that is. */
const locate = () => {
  const [person, place, thread] = location.hash.slice(1).split('/').map(decodeURIComponent);
  const people = state.users.filter((user) => !user.is_bot && !user.deleted);
  const me = people.find((user) => user.name === person) ?? people[0];
  const visible = state.channels.filter((channel) => canSee(me, channel));
  const isHome = place === HOME && !isOutside(me);
  const channel = isHome ? null : (visible.find((one) => one.name === place) ?? visible[0] ?? null);
  return { me, channel, thread: channel?.name === place && thread ? thread : null };
};

const render = () => {
  here = locate();
  const { me, channel } = here;
  document.title = `${channel === null ? 'Home' : channel.name} – ${me.real_name} – Illumio ChatOps demo`;
  $('title').textContent =
    channel === null
      ? `${nameOf(state.app.bot_user)} home`
      : channel.is_im
        ? 'illumio messages'
        : `# ${channel.name}`;
  $('whoami').textContent = `${me.real_name}, ${rightsOf(me)}`;
  $('messages').hidden = channel === null;
  $('home').hidden = channel !== null;
  drawSide();
  if (channel === null) drawHome();
  else drawChannel(channel);
  drawThread();
  drawComposer($('composer'), channel && `Message #${channel.name}, or ${state.app.command} help`);
  drawComposer($('thread-composer'), 'Reply…');
  drawModal();
  tellErrors();
};

const showMenu = (isOpen) => {
  document.body.classList.toggle('menu-open', isOpen);
  $('menu').setAttribute('aria-expanded', String(isOpen));
};

const moved = () => {
  const wasHome = here.channel === null && here.me;
  showMenu(false);
  say('');
  render();
  if (here.channel === null && wasHome !== here.me) void post('home', {});
};

const get = async (path) => (await fetch(`/_sim/${path}`)).json();
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Draws every change; when the demo is gone, says so and waits for it to come back. */
const follow = async () => {
  for (;;) {
    try {
      state = await get('state');
      const isFirst = here.me === undefined;
      if (isFirst) {
        toldUntil = state.now;
        moved();
      } else render();
      let change = state.change;
      while (change === state.change) change = (await get(`changes?since=${state.change}`)).change;
    } catch (cause) {
      if (!(cause instanceof TypeError && /fetch|network/i.test(cause.message))) throw cause;
      say('The demo has stopped. This page goes on when it runs again.');
      await pause(1500);
    }
  }
};

const closeMenus = (event) => {
  for (const menu of document.querySelectorAll('details.more[open]'))
    if (!menu.contains(event.target)) menu.open = false;
};

const leave = (event) => {
  if (event.key !== 'Escape' || $('modal').open) return;
  const menu = document.querySelector('details.more[open]');
  if (menu) {
    menu.open = false;
    menu.firstElementChild.focus();
  } else if (document.body.classList.contains('menu-open')) {
    showMenu(false);
    $('menu').focus();
  } else if (here.thread) location.hash = $('thread-close').hash;
};

$('menu').addEventListener('click', () => showMenu(!document.body.classList.contains('menu-open')));
$('modal').addEventListener('close', modalClosed);
$('modal').querySelector('form').addEventListener('submit', submitModal);
$('modal')
  .querySelector('[data-close]')
  .addEventListener('click', () => $('modal').close());
document.addEventListener('click', closeMenus);
document.addEventListener('keydown', leave);
window.addEventListener('hashchange', () => state && moved());
composer($('composer'), () => null);
composer($('thread-composer'), () => here.thread);
void follow();
