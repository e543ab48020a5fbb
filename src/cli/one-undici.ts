/**
 * Loads modules that import undici, without node's own copy of it. undici looks at the global `Headers` once while it is loaded, to know a
 * stranger's cookies by; node takes that for the first use of its fetch and loads all of its own undici, parser included. Measured: 20 to
 * 50 ms and some 3 MB (docs/performance.md). So there is none for as long as the loading takes.
 */
export const withOneUndici = async <T>(load: () => Promise<T>): Promise<T> => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'Headers');
  if (own === undefined) return load();
  Reflect.deleteProperty(globalThis, 'Headers');
  try {
    return await load();
  } finally {
    Object.defineProperty(globalThis, 'Headers', own);
  }
};
