import { z } from 'zod';
import { meant } from './problem.ts';

/** Says what is wrong with a value; returns undefined so that a reader can `return wrong(…)`. */
export type Wrong = (message: string, hint?: string) => undefined;

export interface LeafSpec<T> {
  /** Completes "must be …". */
  readonly expects: string;
  /** The way out, for every error that has no better one. */
  readonly hint: string;
  /** How an editor checks and explains it (JSON Schema keywords). */
  readonly json: Readonly<Record<string, unknown>>;
  /** The value, or undefined when it is not one. Never sees undefined. */
  read(raw: unknown, wrong: Wrong): T | undefined;
}

/** A single value of the configuration: one reader for the bot, one schema for editors, one voice for errors. */
export const leaf = <T>({ expects, hint, json, read }: LeafSpec<T>): z.ZodType<T, unknown> =>
  z
    .unknown()
    .transform((raw, context): T => {
      let told = false;
      const wrong: Wrong = (message, better = hint) => {
        told = true;
        context.addIssue({ code: 'custom', message, params: { hint: better } });
        return undefined;
      };
      if (raw === undefined) wrong('is missing');
      else {
        const value = read(raw, wrong);
        if (value !== undefined && !told) return value;
        if (!told) wrong(`must be ${expects}`);
      }
      return z.NEVER;
    })
    .meta({ ...json });

/** A leaf written as text; other YAML types are refused (`0123` unquoted is a number, and the zero is lost). */
export const textLeaf = <T>(
  spec: Omit<LeafSpec<T>, 'read'> & { read(text: string, wrong: Wrong): T | undefined },
): z.ZodType<T, unknown> =>
  leaf({
    ...spec,
    json: { type: 'string', ...spec.json },
    read: (raw, wrong) =>
      typeof raw === 'string'
        ? spec.read(raw.trim(), wrong)
        : wrong(`must be ${spec.expects}`, `${spec.hint}; text that looks like a number needs quotes`),
  });

/** Any text but an empty one. */
export const words = textLeaf({
  expects: 'text',
  hint: 'write a word, or quoted text',
  json: { minLength: 1 },
  read: (text) => text || undefined,
});

export const flag = leaf({
  expects: 'true or false',
  hint: 'write true or false',
  json: { type: 'boolean' },
  read: (raw) => (typeof raw === 'boolean' ? raw : undefined),
});

export const integer = (min: number, max: number): z.ZodType<number, unknown> =>
  leaf({
    expects: `a whole number from ${min} to ${max}`,
    hint: 'write it without quotes',
    json: { type: 'integer', minimum: min, maximum: max },
    read: (raw) =>
      typeof raw === 'number' && Number.isInteger(raw) && raw >= min && raw <= max ? raw : undefined,
  });

/** One of a few words. */
export const choice = <const T extends string>(options: readonly T[]): z.ZodType<T, unknown> =>
  leaf({
    expects: `one of ${options.join(', ')}`,
    hint: `write one of ${options.join(', ')}`,
    json: { enum: options },
    read: (raw, wrong) =>
      options.find((option) => option === raw) ??
      (typeof raw === 'string'
        ? wrong(`must be one of ${options.join(', ')}`, meant(raw, options))
        : undefined),
  });
