import type { Path } from '../config/problem.ts';
import type { Label } from '../core/label.ts';
import { glob, selector } from '../core/label-query.ts';
import { nearest } from '../core/nearest.ts';
import type { Settings } from '../core/settings.ts';
import { listed } from '../core/text.ts';

/** A label selector of the configuration. */
export interface Written {
  readonly path: Path;
  /** In the grammar of definitions §0. */
  readonly text: string;
  /** The only PCE whose hosts it is held against; undefined = all. */
  readonly pce?: string | undefined;
}

/** What is wrong with a selector: `message` completes its path to a sentence. */
export interface Complaint {
  readonly message: string;
  readonly hint: string;
}

/** Every selector that decides something, but for `protected`: its shipped list names roles few sites have all of. */
export const selectorsIn = (settings: Settings): Written[] => {
  const { routes, roles } = settings;
  const each = (key: string, texts: readonly string[]): Written[] =>
    texts.map((text, i) => ({ path: [key, i], text }));
  return [
    ...each('high_value', settings.highValue),
    ...each('watch', settings.watch),
    ...each('ephemeral', settings.ephemeral),
    // A zone is written as values of env, as in core/rule-context.
    ...each('zones', settings.zones).map((zone) => ({
      ...zone,
      text: zone.text.includes('=') ? zone.text : `env=${zone.text}`,
    })),
    // The others of `never` are hosts and networks; no name has an `=`.
    ...each('never', settings.never).filter(({ text }) => text.includes('=')),
    ...(settings.custom ?? []).flatMap(({ labels, followed }, i) => [
      ...(labels === undefined ? [] : [{ path: ['custom', i, 'labels'], text: labels }]),
      ...(followed?.labels === undefined
        ? []
        : [{ path: ['custom', i, 'followed_by', 'labels'], text: followed.labels }]),
    ]),
    ...routes.flatMap(({ match }, i) =>
      match.labels === undefined
        ? []
        : [{ path: ['routes', i, 'match', 'labels'], text: match.labels, pce: match.pce }],
    ),
    ...(['viewer', 'analyst', 'responder'] as const).flatMap((role) =>
      (roles[role] ?? []).flatMap(({ labels }, i) =>
        labels === undefined ? [] : [{ path: ['roles', role, i, 'labels'], text: labels }],
      ),
    ),
  ];
};

/** What routes group by, where it is a label key. */
export const groupKeysIn = ({ routes }: Settings): (Written & { readonly key: string })[] =>
  routes.flatMap(({ groupBy, match }, i) =>
    groupBy.flatMap((key, n) =>
      key === 'rule' || key === 'subject'
        ? []
        : [{ path: ['routes', i, 'group_by', n], text: key, key, pce: match.pce }],
    ),
  );

/** Keys and values of a selector that no label has (promise 5: never a selector that quietly matches nothing). */
export const unknownIn = (text: string, known: readonly Label[]): Complaint[] =>
  selector(text).flatMap(({ key, values }) => {
    const wrong = unknownKey(key, known);
    if (wrong !== undefined) return [wrong];
    const existing = [...new Set(known.filter((label) => label.key === key).map(({ value }) => value))];
    return values
      .filter((value) => !existing.some((one) => glob(value, one)))
      .map((value) => ({
        message: `names ${key}=${value}, which no PCE has`,
        hint: meant(
          nearest(value, existing).map((near) => `${key}=${near}`),
          `values of ${key}: ${listed(existing, 8)}`,
        ),
      }));
  });

/** The complaint about a label key that does not exist. */
export const unknownKey = (key: string, known: readonly Label[]): Complaint | undefined => {
  const keys = [...new Set(known.map((label) => label.key))];
  if (keys.includes(key)) return undefined;
  return {
    message: `names the label key ${key}, which no PCE has`,
    hint: meant(nearest(key, keys), keys.length === 0 ? 'no labels at all' : `keys: ${listed(keys, 8)}`),
  };
};

const meant = (near: readonly string[], otherwise: string): string =>
  near.length === 0 ? otherwise : `did you mean ${near.join(' or ')}?`;
