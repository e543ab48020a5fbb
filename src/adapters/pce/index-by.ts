/** Finds values by keys several of them may share. */
export interface Index<T> {
  /** In the order they were added. */
  get(key: string): readonly T[];
  add(value: T): void;
  /** Removes the very object that was added. */
  remove(value: T): void;
}

/** An index by the keys of each value. Nearly every key has one value, which is kept without an array around it. */
export const createIndex = <T extends object>(keysOf: (value: T) => readonly string[]): Index<T> => {
  const entries = new Map<string, T | T[]>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return [];
      return Array.isArray(entry) ? entry : [entry];
    },
    add(value) {
      for (const key of keysOf(value)) {
        const entry = entries.get(key);
        if (entry === undefined) entries.set(key, value);
        else entries.set(key, Array.isArray(entry) ? [...entry, value] : [entry, value]);
      }
    },
    remove(value) {
      for (const key of keysOf(value)) {
        const entry = entries.get(key);
        if (entry === value) entries.delete(key);
        else if (Array.isArray(entry))
          entries.set(
            key,
            entry.filter((other) => other !== value),
          );
      }
    },
  };
};
