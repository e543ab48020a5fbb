const GONE = Symbol('gone');

/**
 * A map that costs little to copy, for states that are replaced at every commit: a large base that copies share, and what has changed
 * since. It behaves as a Map does, its order too. Only the newest copy may be changed, and only by who made it.
 */
export interface Table<V> extends ReadonlyMap<string, V> {
  set(key: string, value: V): void;
  delete(key: string): void;
  /** For indices that are kept from one copy to the next: rows of `base` count unless `changed` names them. */
  parts(): TableParts<V>;
}

export interface TableParts<V> {
  readonly base: ReadonlyMap<string, V>;
  /** Keys set or deleted since; what they hold now is in the table. */
  readonly changed: ReadonlyMap<string, unknown>;
}

/** A copy that can be changed. The given map must not change any more. */
export const tableOf = <V>(map: ReadonlyMap<string, V>): Table<V> => {
  if (!isTable(map)) return new Overlay(map, new Map(), map.size);
  const { base, changed } = map.parts() as { base: ReadonlyMap<string, V>; changed: Changes<V> };
  // A copy costs as much as has changed, and folding as much as there is: the root keeps both small.
  if (changed.size <= Math.max(32, 2 * Math.sqrt(base.size)))
    return new Overlay(base, new Map(changed), map.size);
  return new Overlay(folded(base, changed), new Map(), map.size);
};

/** The two parts of a table; a plain map is all base. */
export const partsOf = <V>(map: ReadonlyMap<string, V>): TableParts<V> =>
  isTable(map) ? map.parts() : { base: map, changed: NOTHING };

const NOTHING: ReadonlyMap<string, unknown> = new Map();

const isTable = <V>(map: ReadonlyMap<string, V>): map is Table<V> => map instanceof Overlay;

type Changes<V> = ReadonlyMap<string, V | typeof GONE>;

/** One map of both. A Map copies a Map at once, several times faster than what is handed out entry by entry. */
const folded = <V>(base: ReadonlyMap<string, V>, changed: Changes<V>): Map<string, V> => {
  const map = new Map(base);
  for (const [key, value] of changed) {
    if (value === GONE) map.delete(key);
    else map.set(key, value);
  }
  return map;
};

/** A class, because a State's tables are iterated with `for … of` and read on every path: methods on a prototype cost nothing per copy. */
class Overlay<V> implements Table<V> {
  #base: ReadonlyMap<string, V>;
  #changed: Map<string, V | typeof GONE>;
  size: number;

  constructor(base: ReadonlyMap<string, V>, changed: Map<string, V | typeof GONE>, size: number) {
    this.#base = base;
    this.#changed = changed;
    this.size = size;
  }

  parts(): TableParts<V> {
    return { base: this.#base, changed: this.#changed };
  }

  get(key: string): V | undefined {
    const value = this.#changed.get(key);
    if (value === GONE) return undefined;
    return value === undefined ? this.#base.get(key) : value;
  }

  has(key: string): boolean {
    const value = this.#changed.get(key);
    return value === undefined && !this.#changed.has(key) ? this.#base.has(key) : value !== GONE;
  }

  set(key: string, value: V): void {
    if (!this.has(key)) {
      this.size += 1;
      if (this.#base.has(key)) this.#fold();
    }
    this.#changed.set(key, value);
  }

  delete(key: string): void {
    if (!this.has(key)) return;
    this.size -= 1;
    if (this.#base.has(key)) this.#changed.set(key, GONE);
    else this.#changed.delete(key);
  }

  /** A key that was deleted and comes back stands at the end, as in a Map: the base must forget where it stood. */
  #fold(): void {
    this.#base = folded(this.#base, this.#changed);
    this.#changed = new Map();
  }

  *entries(): MapIterator<[string, V]> {
    for (const [key, value] of this.#base) {
      const now = this.#changed.get(key);
      if (now === undefined) yield [key, value];
      else if (now !== GONE) yield [key, now];
    }
    for (const [key, value] of this.#changed) if (value !== GONE && !this.#base.has(key)) yield [key, value];
  }

  *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  forEach(callback: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this);
  }
}
