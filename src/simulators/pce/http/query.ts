import { parseTime } from '../clock.ts';
import { invalid, Refusal } from './answer.ts';

/** Checks one parameter's text and gives its value; throws a refusal (406) when the text is no such value. */
export type Reader<T> = (text: string, name: string) => T;

/** Any text. */
export const text: Reader<string> = (value) => value;

/** `true` or `false`; Python's `True` and `False` too, which is what illumio-py sends for a bool. */
export const flag: Reader<boolean> = (value, name) => {
  const lower = value.toLowerCase();
  if (lower !== 'true' && lower !== 'false') throw invalid(`${name} must be true or false`);
  return lower === 'true';
};

/** A whole number ≥ 0. */
export const count: Reader<number> = (value, name) => {
  if (!/^\d+$/.test(value)) throw invalid(`${name} must be a non-negative integer`);
  return Number(value);
};

/** An RFC 3339 time with a zone, as epoch ms; otherwise 406 `invalid_timestamp` (facts §2.1). */
export const time: Reader<number> = (value, name) => {
  const ms = parseTime(value);
  if (ms === undefined)
    throw new Refusal(406, 'invalid_timestamp', `${name}: ${value} is not a valid timestamp`);
  return ms;
};

/** One of `values`. */
export const oneOf =
  <const T extends string>(...values: readonly T[]): Reader<T> =>
  (value, name) => {
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw invalid(`${name} must be one of ${values.join(', ')}`);
    return found;
  };

/** A JSON text: an array of arrays of strings, outer OR, inner AND (facts §4.1, `labels`). */
export const labelSets: Reader<readonly (readonly string[])[]> = (value, name) => {
  const parsed = parseJson(value, name);
  const isSet = (entry: unknown): entry is string[] =>
    Array.isArray(entry) && entry.every((href) => typeof href === 'string');
  if (!Array.isArray(parsed) || !parsed.every(isSet)) {
    throw invalid(`${name} must be an array of arrays of label hrefs`);
  }
  return parsed;
};

/**
 * The parameters of a call, read by the table `readers`; an unknown name or a bad value is 406.
 * Of a repeated parameter the last one counts.
 */
export const readQuery = <Readers extends Readonly<Record<string, Reader<unknown>>>>(
  query: URLSearchParams,
  readers: Readers,
): { readonly [Name in keyof Readers]?: ReturnType<Readers[Name]> } => {
  const values: Record<string, unknown> = {};
  for (const [name, value] of query) {
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (!reader) throw invalid(`unknown parameter ${name}`);
    values[name] = reader(value, name);
  }
  return values as { readonly [Name in keyof Readers]?: ReturnType<Readers[Name]> };
};

const parseJson = (value: string, name: string): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    throw invalid(`${name} is not valid JSON`);
  }
};
