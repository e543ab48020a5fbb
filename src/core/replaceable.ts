/** A value that others hold while it is replaced: whoever reads a property of the view reads the newest one. */
export interface Replaceable<T extends object> {
  readonly view: T;
  replace(next: T): void;
}

/** For what is read at each use. What a holder copied out of it stays as it was. */
export const replaceable = <T extends object>(first: T): Replaceable<T> => {
  let now = first;
  const view = new Proxy({} as T, {
    get: (_, key) => Reflect.get(now, key),
    has: (_, key) => Reflect.has(now, key),
    ownKeys: () => Reflect.ownKeys(now),
    getOwnPropertyDescriptor: (_, key) => {
      const own = Reflect.getOwnPropertyDescriptor(now, key);
      return own && { ...own, configurable: true };
    },
  });
  return {
    view,
    replace(next) {
      now = next;
    },
  };
};
