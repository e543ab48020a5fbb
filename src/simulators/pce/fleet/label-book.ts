/** A label: one value of one dimension (facts §5). */
export interface Label {
  readonly href: string;
  readonly key: string;
  value: string;
  readonly createdAt: number;
  updatedAt: number;
  deleted: boolean;
}

/** A label dimension, the key of labels (facts §5). */
export interface Dimension {
  readonly href: string;
  readonly key: string;
  readonly displayName: string;
}

/** All labels and dimensions. */
export interface LabelBook {
  readonly dimensions: readonly Dimension[];
  /** Deleted ones too, in the order they were made. */
  all(): readonly Label[];
  byHref(href: string): Label | undefined;
  /** The label that stands for exactly this key and value, not deleted. */
  find(key: string, value: string): Label | undefined;
  /** Makes one, with the next integer id. */
  create(key: string, value: string, now: number): Label;
  /** The existing one, else a new one. */
  ensure(key: string, value: string, now: number): Label;
}

/** The four default keys and the site's own one (facts §5). */
const DIMENSIONS: readonly (readonly [key: string, name: string])[] = [
  ['role', 'Role'],
  ['app', 'Application'],
  ['env', 'Environment'],
  ['loc', 'Location'],
  ['Quarantine', 'Quarantine'],
];

/** A book with the dimensions role, app, env, loc, Quarantine and no label; `org` turns a path into an org href. */
export const createLabelBook = (org: (path: string) => string, uuid: () => string): LabelBook => {
  const labels: Label[] = [];
  const index = new Map<string, Label>();
  const book: LabelBook = {
    dimensions: DIMENSIONS.map(([key, displayName]) => ({
      href: org(`/label_dimensions/${uuid()}`),
      key,
      displayName,
    })),
    all: () => labels,
    byHref: (href) => index.get(href),
    find: (key, value) =>
      labels.find((label) => label.key === key && label.value === value && !label.deleted),
    create: (key, value, now) => {
      const href = org(`/labels/${labels.length + 1}`);
      const label = { href, key, value, createdAt: now, updatedAt: now, deleted: false };
      labels.push(label);
      index.set(href, label);
      return label;
    },
    ensure: (key, value, now) => book.find(key, value) ?? book.create(key, value, now),
  };
  return book;
};

/** Labels as `{key: value}`, the form of /_sim/state. */
export const asMap = (labels: readonly Label[]): Record<string, string> =>
  Object.fromEntries(labels.map((label) => [label.key, label.value]));

/** Labels as the API gives them inline since 22.3; before that only the href (facts §4.2). */
export const asRefs = (labels: readonly Label[], inline = true): readonly Record<string, string>[] =>
  labels.map(({ href, key, value }) => (inline ? { href, key, value } : { href }));
