/** An object of a JSON document. */
export type JsonObject = Record<string, unknown>;

/** True for `{…}`, false for arrays, null and everything else. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The string at `key`, or undefined when there is none. */
export const textAt = (value: unknown, key: string): string | undefined => {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === 'string' ? found : undefined;
};
