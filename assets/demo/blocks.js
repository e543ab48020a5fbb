import { h, json, NEW_TAB } from './dom.js';
import { externalNode } from './external.js';
import { richText, textBox, words } from './mrkdwn.js';
import { busy, post } from './sim.js';

/** Slack's blocks as nodes, and what can be pressed, chosen and typed in them. What cannot be drawn as Slack would is shown as JSON. */

/** What was entered and not sent yet, by "view or message/block/action"; an updated view keeps it, as in Slack. */
export const drafts = new Map();

// ── Elements ───────────────────────────────────────────────────────────────────

// An element is drawn from `at`: {place, block, element}. A place is {id, target: what /_sim/click needs to find it,
// values: what Slack knows was entered, errors: by block id}.

export const draftKey = ({ place, block, element }) => `${place.id}/${block.block_id}/${element.action_id}`;

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

/** A list that the app fills while somebody types. */
const typeaheadNode = (many) => (at, about) =>
  externalNode(many, at, about, draftKey(at), (control, value) => enter(at, control, value));

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
  external_select: typeaheadNode(false),
  multi_external_select: typeaheadNode(true),
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

export const closeMenu = (menu) => {
  menu.open = false;
  menu.querySelector('summary').focus();
};

// ── Blocks ─────────────────────────────────────────────────────────────────────

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

export const blocksNode = (place, blocks) => {
  const nodes = blocks.map((block) => BLOCKS[block.type]?.(place, block) ?? json(block));
  return h('div.blocks', nodes);
};
