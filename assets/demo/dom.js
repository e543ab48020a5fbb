/** Making and keeping elements. Foreign text becomes text nodes, never HTML. */

export const $ = (id) => document.getElementById(id);

/** An element from 'tag.class', attributes if any (on… = listeners) and children: text, nodes, lists; null and false are left out. */
export const h = (selector, ...rest) => {
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

export const json = (value) => h('pre.json', JSON.stringify(value, null, 1));
export const NEW_TAB = { target: '_blank', rel: 'noopener noreferrer' };
const marks = new WeakMap();

/**
 * Makes `parent` hold these items in this order. An item whose mark did not change keeps its node, so that focus, selection
 * and open menus survive what happens elsewhere. @param items [{key, mark, make}] @returns the nodes that are new
 */
export const fill = (parent, items) => {
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
