/** Finds values by keys several of them may share. */
export interface Index<T> {
  /** In the order they were added. */
  get(key: string): readonly T[];
  add(value: T): void;
  /** Removes the very object that was added. */
  remove(value: T): void;
}

/** An index by the keys of each value. Nearly every key has one value, which is kept without a set around it. */
export const createIndex = <T extends object>(keysOf: (value: T) => readonly string[]): Index<T> => {
  const entries = new Map<string, T | Set<T>>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return [];
      return entry instanceof Set ? [...entry] : [entry];
    },
    add(value) {
      for (const key of keysOf(value)) {
        const entry = entries.get(key);
        if (entry === undefined) entries.set(key, value);
        else if (entry instanceof Set) entry.add(value);
        else entries.set(key, new Set([entry, value]));
      }
    },
    remove(value) {
      for (const key of keysOf(value)) {
        const entry = entries.get(key);
        if (entry === value) entries.delete(key);
        else if (entry instanceof Set && entry.delete(value) && entry.size === 0) entries.delete(key);
      }
    },
  };
};
