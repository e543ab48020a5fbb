import { namesIn, STORY } from './judge.ts';
import type { Copy } from './receivers/index.ts';

/** What one receiver holds at the end, counted by host name alone. */
export interface CopiesVerdict {
  readonly visible: ReadonlySet<string>;
  /** Subjects of which the same was said under two ids: no receiver could know the second for a repeat. */
  readonly duplicated: ReadonlySet<string>;
  /** Copies under an id that was there before: what "at least once" allows, and a receiver that heeds the id drops. */
  readonly marked: number;
}

/** Reads what reached a receiver as its operator would: names and words; the id only tells a repeat from a second thing said. */
export const judgeCopies = (copies: readonly Copy[], subjects: ReadonlySet<string>): CopiesVerdict => {
  const visible = new Set<string>();
  const duplicated = new Set<string>();
  const idOf = new Map<string, string>();
  const ids = new Set<string>();
  let marked = 0;
  for (const { id, words } of copies) {
    if (ids.has(id)) marked += 1;
    ids.add(id);
    if (STORY.test(words)) continue;
    for (const name of namesIn(words, subjects)) {
      visible.add(name);
      const said = `${name} ${words}`;
      if ((idOf.get(said) ?? id) !== id) duplicated.add(name);
      idOf.set(said, id);
    }
  }
  return { visible, duplicated, marked };
};
