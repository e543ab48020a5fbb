import { type Dict, list } from './foreign.ts';
import { inOrder, type Label, parseLabels } from './label.ts';
import { matchesLabels, mentions } from './label-query.ts';
import type { RuleContext, Watch } from './rule.ts';

/** What was put on and taken off a label set. */
export interface LabelDelta {
  readonly added: readonly Label[];
  readonly removed: readonly Label[];
}

type Known = (href: string) => Label | undefined;

/**
 * Reads the change of a `labels` attribute: `{created, deleted}`, or `{before, after}` as lists (facts §2.2). undefined when the set
 * did not change.
 */
export const labelDelta = (change: Dict | undefined, known: Known): LabelDelta | undefined => {
  if (change === undefined) return undefined;
  const put = parseLabels([...list(change['created']), ...list(change['after'])], known);
  const taken = parseLabels([...list(change['deleted']), ...list(change['before'])], known);
  const added = without(put, taken);
  const removed = without(taken, put);
  return added.length + removed.length === 0 ? undefined : { added, removed };
};

const without = (labels: readonly Label[], others: readonly Label[]): Label[] => {
  const hrefs = new Set(others.map(({ href }) => href));
  return labels.filter(({ href }) => !hrefs.has(href));
};

/**
 * The whole set before and after, given a set that was read before, after or in between: the keys that changed are taken from the
 * delta, all others from the set.
 */
const bothSides = (
  set: readonly Label[],
  { added, removed }: LabelDelta,
): { readonly before: readonly Label[]; readonly after: readonly Label[] } => {
  const keys = new Set([...added, ...removed].map(({ key }) => key));
  const kept = set.filter(({ key }) => !keys.has(key));
  return { before: [...kept, ...removed], after: [...kept, ...added] };
};

/** `env=dev → env=prod, + role=db` */
export const deltaText = ({ added, removed }: LabelDelta): string => {
  const old = new Map(removed.map((label) => [label.key, label]));
  const fresh = inOrder(added).map((label) => {
    const before = old.get(label.key);
    old.delete(label.key);
    return before === undefined ? `+ ${name(label)}` : `${name(before)} → ${name(label)}`;
  });
  return [...fresh, ...inOrder([...old.values()]).map((label) => `− ${name(label)}`)].join(', ');
};

const name = ({ key, value }: Label): string => `${key}=${value}`;

/** Why a change of labels matters (definitions §3 label-changed). */
export interface Hit {
  /** gained: reach was won; lost: protection was lost; crossed: from one zone to another; changed: one value of a watched key for another. */
  readonly direction: 'gained' | 'lost' | 'crossed' | 'changed';
  /** The selector, the quarantine label, or `other → env=prod*`. */
  readonly what: string;
  /** A high-value label gained, or the quarantine key: also told when automation did it. */
  readonly grave: boolean;
}

/**
 * What of the change is watched.
 * - `host`: a machine's set; selectors are held against the whole set, and it may cross a zone border.
 * - `arrival`: a machine that was not there before crosses nothing.
 * - `carrier`: a label, group or profile that many machines carry; a selector is concerned by any of its terms.
 */
export const hitsOf = (
  delta: LabelDelta,
  set: readonly Label[],
  of: 'host' | 'arrival' | 'carrier',
  context: RuleContext,
): Hit[] => {
  const { before, after } = bothSides(set, delta);
  const hits = context.watches.flatMap((watch) => watched(watch, delta, before, after, of));
  for (const key of context.quarantineKeys) {
    const added = delta.added.find((label) => label.key === key);
    const removed = delta.removed.find((label) => label.key === key);
    const label = added ?? removed;
    if (label === undefined) continue;
    const direction = removed === undefined ? 'gained' : added === undefined ? 'lost' : 'changed';
    hits.push({ direction, what: name(label), grave: true });
  }
  const [from, to] = [context.zone(before), context.zone(after)];
  if (of !== 'arrival' && from !== to)
    hits.push({ direction: 'crossed', what: `${from} → ${to}`, grave: false });
  return hits;
};

const watched = (
  { name: what, query, highValue }: Watch,
  { added, removed }: LabelDelta,
  before: readonly Label[],
  after: readonly Label[],
  of: 'host' | 'arrival' | 'carrier',
): Hit[] => {
  const touches = (labels: readonly Label[]): boolean => mentions(query, labels);
  const held = of === 'carrier' ? touches(removed) : of === 'host' && matchesLabels(query, before);
  const holds = of === 'carrier' ? touches(added) : matchesLabels(query, after);
  if (holds && !held) return [{ direction: 'gained', what, grave: highValue }];
  if (held && !holds) return [{ direction: 'lost', what, grave: false }];
  const changed = held && (touches(added) || touches(removed));
  return changed ? [{ direction: 'changed', what, grave: false }] : [];
};
