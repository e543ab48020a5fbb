import { isObject } from '../args.ts';
import type { Json } from '../types.ts';

/** Where the blocks are to be shown; what is allowed differs (facts/slack §3 "Surfaces"). */
export type Surface = 'message' | 'modal' | 'home';

/** What a check knows and where it reports. `fileReady` tells whether a `slack_file` id may be shown. */
export interface Context {
  readonly surface: Surface;
  readonly problems: string[];
  readonly fileReady: (id: string) => boolean;
}

/** Looks at one value at a JSON pointer and reports what Slack would refuse; never throws. */
export type Check = (value: unknown, at: string, context: Context) => void;

/** Reports one problem in the wording of Slack's `response_metadata.messages` (facts/slack §1). */
export const report = (context: Context, at: string, message: string): void => {
  context.problems.push(`[ERROR] ${message} [json-pointer:${at}]`);
};

/** A string of min..max UTF-16 units. */
export const string =
  (max: number, min = 1, pattern?: RegExp): Check =>
  (value, at, context) => {
    if (typeof value !== 'string') return report(context, at, 'must be a string');
    if (value.length < min) report(context, at, `must be more than ${min - 1} characters`);
    if (value.length > max) report(context, at, `must be less than ${max + 1} characters`);
    if (pattern !== undefined && !pattern.test(value))
      report(context, at, `must match pattern: ${pattern.source}`);
  };

export const boolean: Check = (value, at, context) => {
  if (typeof value !== 'boolean') report(context, at, 'must be a boolean');
};

/** A whole or fractional number within [min, max]. */
export const number =
  (min: number, max: number, whole = true): Check =>
  (value, at, context) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || (whole && !Number.isInteger(value))) {
      return report(context, at, 'must be a number');
    }
    if (value < min || value > max) report(context, at, `must be between ${min} and ${max}`);
  };

export const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value, at, context) => {
    if (!allowed.includes(value)) report(context, at, `must be one of: ${allowed.join(', ')}`);
  };

/** An array of min..max items, each checked at its own pointer. */
export const list =
  (item: Check, max: number, min = 1): Check =>
  (value, at, context) => {
    if (!Array.isArray(value)) return report(context, at, 'must be an array');
    if (value.length < min) report(context, at, `no fewer than ${min} items allowed`);
    if (value.length > max) report(context, at, `no more than ${max} items allowed`);
    for (const [index, entry] of value.entries()) item(entry, `${at}/${index}`, context);
  };

/** The keys an object may have, those it must have (`required`), and what must hold between them (`also`). */
export interface Shape {
  readonly fields: Readonly<Record<string, Check>>;
  readonly required?: readonly string[];
  readonly also?: (value: Json, at: string, context: Context) => void;
}

/** An object of that shape: an unknown key is refused, as Slack refuses it. */
export const object =
  ({ fields, required = [], also }: Shape): Check =>
  (value, at, context) => {
    if (!isObject(value)) return report(context, at, 'must be an object');
    for (const name of required) {
      if (value[name] === undefined) report(context, at, `missing required field: ${name}`);
    }
    for (const [name, entry] of Object.entries(value)) {
      const check = fields[name];
      if (check === undefined) report(context, at, `invalid additional property: ${name}`);
      else if (entry !== undefined) check(entry, `${at}/${name}`, context);
    }
    also?.(value, at, context);
  };

/** An object told apart by its `type`: an unknown or here not allowed type is refused. */
export const variant = (shapes: Readonly<Record<string, Shape>>): Check => {
  const checks = new Map(
    Object.entries(shapes).map(([type, shape]) => [
      type,
      object({ ...shape, fields: { type: () => undefined, ...shape.fields } }),
    ]),
  );
  return (value, at, context) => {
    if (!isObject(value)) return report(context, at, 'must be an object');
    const check = typeof value['type'] === 'string' ? checks.get(value['type']) : undefined;
    if (check === undefined)
      return report(context, `${at}/type`, `unsupported type: ${String(value['type'])}`);
    check(value, at, context);
  };
};

/** Exactly one of the named keys must be there. */
export const exactlyOne =
  (...names: readonly string[]) =>
  (value: Json, at: string, context: Context): void => {
    const given = names.filter((name) => value[name] !== undefined);
    if (given.length !== 1) report(context, at, `must have exactly one of: ${names.join(', ')}`);
  };
