import { h } from './dom.js';
import { post } from './sim.js';

/**
 * A list whose lines the app offers while somebody types: what was chosen stands above the box and goes with a press. Slack asks the app
 * from `min_query_length` characters on; what it does not offer cannot be chosen.
 */

/** What was chosen, as options, by the key of the element's draft; an updated view keeps it, as in Slack. */
const picked = new Map();

const optionsOf = (one) => [one.selected_options ?? one.selected_option ?? []].flat().filter(Boolean);

/** What is chosen in an element: here, else what Slack knows, else from the start. @param key of its draft */
const chosenIn = ({ place, block, element }, key) => {
  const initial = element.initial_options ?? element.initial_option ?? [];
  const known = place.values?.[block.block_id]?.[element.action_id];
  return picked.get(key) ?? (known ? optionsOf(known) : [initial].flat());
};

/**
 * @param many whether several can be chosen
 * @param at the element and where it stands: {place, block, element}
 * @param keep takes what is now chosen: a value, or a list of them
 */
export const externalNode = (many, at, about, key, keep) => {
  const { action_id, placeholder, max_selected_items, min_query_length = 3 } = at.element;
  const listId = `${about.id ?? key}-list`;
  const box = h('input', {
    ...about,
    type: 'text',
    role: 'combobox',
    autocomplete: 'off',
    placeholder: placeholder?.text,
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': listId,
    'data-control': action_id,
  });
  const list = h('ul.choices', { id: listId, role: 'listbox', hidden: true });
  const chips = h('div.chips');
  let asked = 0;

  const show = (lines) => {
    list.replaceChildren(...lines);
    list.hidden = lines.length === 0;
    box.setAttribute('aria-expanded', String(!list.hidden));
    mark(list.querySelector('[role=option]'));
  };
  const mark = (line) => {
    for (const one of list.querySelectorAll('[aria-selected=true]'))
      one.setAttribute('aria-selected', 'false');
    line?.setAttribute('aria-selected', 'true');
    line?.scrollIntoView({ block: 'nearest' });
    if (line) box.setAttribute('aria-activedescendant', line.id);
    else box.removeAttribute('aria-activedescendant');
  };
  const change = (options) => {
    picked.set(key, options);
    const values = options.map(({ value }) => value);
    keep(box, many ? values : (values[0] ?? ''));
    drawChips();
  };
  const drawChips = () => {
    const chosen = chosenIn(at, key);
    const chip = (option) => {
      const onclick = () => {
        change(chosenIn(at, key).filter(({ value }) => value !== option.value));
        box.focus();
      };
      const label = `Remove ${option.text.text}`;
      return h(
        'button.chip',
        { type: 'button', onclick, 'aria-label': label },
        option.text.text,
        h('span', '✕'),
      );
    };
    chips.replaceChildren(...chosen.map(chip));
    box.hidden = chosen.length >= (many ? (max_selected_items ?? Number.POSITIVE_INFINITY) : 1);
  };
  const pick = (option) => {
    const rest = many ? chosenIn(at, key).filter(({ value }) => value !== option.value) : [];
    box.value = '';
    asked += 1;
    show([]);
    change([...rest, option]);
    if (!box.hidden) box.focus();
    else chips.lastElementChild?.focus();
  };
  const lineOf = (option, n) => {
    const line = h(
      'li',
      { id: `${listId}-${n}`, role: 'option', 'aria-selected': 'false', onclick: () => pick(option) },
      option.text.text,
    );
    // The box keeps the focus, so that the list is still there when the press ends.
    line.addEventListener('mousedown', (event) => event.preventDefault());
    return line;
  };
  const ask = async () => {
    asked += 1;
    const mine = asked;
    const typed = box.value;
    if (typed.length < min_query_length) return show([]);
    const where = { ...at.place.target, block_id: at.block.block_id, action_id };
    const { options = [] } = await post('suggest', { ...where, value: typed });
    if (mine !== asked) return;
    show(options.length > 0 ? options.map(lineOf) : [h('li.none', 'No results')]);
  };
  const onKey = (event) => {
    const lines = [...list.querySelectorAll('[role=option]')];
    const at = lines.findIndex((line) => line.getAttribute('aria-selected') === 'true');
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && lines.length > 0) mark(lines[(at + step + lines.length) % lines.length]);
    else if (event.key === 'Enter') lines[at]?.click();
    else if (event.key === 'Escape' && !list.hidden) show([]);
    else return;
    event.preventDefault();
  };
  box.addEventListener('input', () => void ask());
  box.addEventListener('keydown', onKey);
  box.addEventListener('blur', () => show([]));
  drawChips();
  return h('div.external', chips, box, list);
};
