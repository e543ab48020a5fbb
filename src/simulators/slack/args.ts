import { refuse, refuseWith } from './refusal.ts';
import type { Json } from './types.ts';

/** The arguments of a Web API call, as sent: form values are strings, JSON bodies keep their types. */
export type Args = Json;

/**
 * Reads a request body as Slack does: form-encoded (nested values as JSON strings, facts/slack §1), multipart is
 * not accepted here, JSON is. Query parameters count too, the body wins.
 */
export const parseArgs = (contentType: string, body: Buffer, query: URLSearchParams): Args => {
  const fromQuery = Object.fromEntries(query);
  if (body.length === 0) return fromQuery;
  if (contentType.startsWith('application/json')) return { ...fromQuery, ...parseJsonBody(body) };
  return { ...fromQuery, ...Object.fromEntries(new URLSearchParams(body.toString('utf8'))) };
};

const parseJsonBody = (body: Buffer): Json => {
  const value = tryJson(body.toString('utf8'));
  return isObject(value) ? value : refuse('invalid_json');
};

/** The text of an argument; numbers and booleans of JSON bodies become text; undefined when absent. */
export const text = (args: Args, name: string): string | undefined => {
  const value = args[name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** An argument that must be there and not empty, else `invalid_arguments` with Slack's explanation. */
export const required = (args: Args, name: string): string => {
  const value = text(args, name);
  if (value === undefined || value === '') {
    return refuseWith('invalid_arguments', [`[ERROR] missing required field: ${name}`]);
  }
  return value;
};

/** "true", "1" and true are true, as the wire has them ("false" is not). */
export const flag = (args: Args, name: string): boolean => ['true', '1'].includes(text(args, name) ?? '');

/** A whole number within [min, max], or the fallback when absent; `invalid_limit` otherwise. */
export const limit = (args: Args, fallback: number, max: number): number => {
  const raw = text(args, 'limit');
  if (raw === undefined || raw === '') return fallback;
  const value = Number(raw);
  return Number.isInteger(value) && value >= 1 ? Math.min(value, max) : refuse('invalid_limit');
};

/** A nested argument: parsed when it came as a JSON string; undefined when absent; refused when not JSON. */
export const nested = (args: Args, name: string, error: string): unknown => {
  const value = args[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') return value;
  const parsed = tryJson(value);
  return parsed === undefined ? refuse(error) : parsed;
};

/** The value of a JSON text, undefined when it is none. */
export const tryJson = (source: string): unknown => {
  try {
    return JSON.parse(source) as unknown;
  } catch {
    return undefined;
  }
};

/** A JSON object: not null, not an array. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
