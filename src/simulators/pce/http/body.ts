import type { JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import { invalid, Refusal } from './answer.ts';

/** The bytes of a call's body as JSON; undefined when there are none. Throws 400 when they are no JSON. */
export const parseBody = (bytes: Buffer): unknown => {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Refusal(400, 'bad_request_error', 'The request body is not valid JSON');
  }
};

/** `body` as an object that has no key outside `allowed`; else 406. */
export const objectWith = (body: unknown, allowed: readonly string[]): JsonObject => {
  if (!isObject(body)) throw invalid('the body must be an object');
  const unknown = Object.keys(body).find((key) => !allowed.includes(key));
  if (unknown !== undefined) throw invalid(`unknown or read-only property ${unknown}`);
  return body;
};

/** `value` as an array of at most `most` items; else 406. */
export const arrayOfAtMost = (value: unknown, most: number, name: string): readonly unknown[] => {
  if (!Array.isArray(value)) throw invalid(`${name} must be an array`);
  if (value.length > most) throw invalid(`${name} may have at most ${most} items`);
  return value;
};

/** The `href` of a reference `{href}`; 406 when `value` is anything else. */
export const hrefOf = (value: unknown, name: string): string => {
  const href = isObject(value) && Object.keys(value).length === 1 ? value['href'] : undefined;
  if (typeof href !== 'string') throw invalid(`${name} must be {href}`);
  return href;
};

/** The text at `key`: undefined when absent, 406 when it is no string or longer than 255 characters (facts §1). */
export const optionalText = (body: JsonObject, key: string): string | undefined => {
  const value = body[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.length > 255)
    throw invalid(`${key} must be a string of at most 255 characters`);
  return value;
};

/** The value at `key`: undefined when absent, 406 when it is not one of `values`. */
export const optionalOneOf = <const T extends string>(
  body: JsonObject,
  key: string,
  values: readonly T[],
): T | undefined => {
  const value = body[key];
  if (value === undefined) return undefined;
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(`${key} must be one of ${values.join(', ')}`);
  return found;
};
