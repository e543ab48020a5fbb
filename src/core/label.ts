import { type Dict, dict, list, text } from './foreign.ts';

/** A key/value on a workload. `href` is what the PCE identifies it by. */
export interface Label {
  readonly href: string;
  readonly key: string;
  readonly value: string;
}

/**
 * Labels out of a PCE body. Before 22.3 rows carry only hrefs (facts §4.2): `known` fills in key and value, and a label nobody
 * knows is kept under the key `?`, so that it is neither lost from a count nor mistaken for absent.
 */
export const parseLabels = (value: unknown, known?: (href: string) => Label | undefined): Label[] => {
  const labels: Label[] = [];
  for (const row of list(value)) {
    const label: Dict = dict(row);
    const href = text(label['href']);
    if (href === undefined) continue;
    const key = text(label['key']);
    const name = text(label['value']);
    labels.push(
      key !== undefined && name !== undefined
        ? { href, key, value: name }
        : (known?.(href) ?? { href, key: '?', value: href }),
    );
  }
  return labels;
};

/** The PCE's four classic keys first and in its own order, then the rest by name: how people read a label set. */
const ORDER = ['app', 'env', 'loc', 'role'];

/** The labels in reading order. */
export const inOrder = (labels: readonly Label[]): Label[] => {
  const rank = (key: string): number => {
    const at = ORDER.indexOf(key);
    return at < 0 ? ORDER.length : at;
  };
  return [...labels].sort(
    (a, b) => rank(a.key) - rank(b.key) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  );
};

/** `app=shop env=prod role=web`; `no labels` when there are none. */
export const labelText = (labels: readonly Label[]): string =>
  inOrder(labels)
    .map(({ key, value }) => `${key}=${value}`)
    .join(' ') || 'no labels';

/** True when both hold exactly the same labels, by href, in any order. */
export const sameLabels = (a: readonly Label[], b: readonly Label[]): boolean => {
  const hrefs = new Set(a.map(({ href }) => href));
  return hrefs.size === new Set(b.map(({ href }) => href)).size && b.every(({ href }) => hrefs.has(href));
};
