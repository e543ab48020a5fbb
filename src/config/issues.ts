import { z } from 'zod';
import { counted } from '../core/text.ts';
import { type Flaw, meant, type Path } from './problem.ts';

type Issue = z.core.$ZodIssue;

/**
 * What zod found, in an operator's words.
 * @param schema what the value was held against: names the keys that are known where one is not
 * @param value the value, to tell a missing setting from a wrong one; never shown
 * @param prefix where the value stands in the file
 */
export const flawsOf = (
  issues: readonly Issue[],
  schema: z.ZodType,
  value: unknown,
  prefix: Path = [],
): Flaw[] =>
  issues.flatMap((issue) => {
    const inner = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    const path = [...prefix, ...inner];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknownKey(key, path, keysAt(schema, inner)));
    if (valueAt(value, inner) === undefined)
      return [{ path, message: 'is missing', hint: hintOf(issue) || 'config.example.yml shows how' }];
    return [{ path, ...worded(issue) }];
  });

const unknownKey = (key: string, path: Path, known: readonly string[]): Flaw => {
  const [name = '', value] = key.split(':');
  return value === undefined
    ? { path: [...path, key], message: 'is not a setting', hint: meant(key, known) }
    : { path: [...path, name], message: 'needs a space after its colon', hint: `write ${name}: value` };
};

/** What a wrong type must be instead, and how to write it. */
const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  object: ['must be a section', 'write its settings below it, indented'],
  record: ['must be a section', 'write key: value lines below it, indented'],
  array: ['must be a list', 'write [one, two], or a line `- one` for each'],
  string: ['must be text', 'write a word, or quoted text'],
  number: ['must be a number', 'write it without quotes'],
  int: ['must be a whole number', 'write it without quotes'],
  boolean: ['must be true or false', 'write true or false'],
};

const hintOf = (issue: Issue): string => {
  const hint = issue.code === 'custom' ? issue.params?.['hint'] : undefined;
  return typeof hint === 'string' ? hint : '';
};

/** Standard complaints of the rules' own option schemas and of sections; leaves bring their own words. */
const worded = (issue: Issue): { message: string; hint: string } => {
  const hint = hintOf(issue);
  switch (issue.code) {
    case 'custom':
      return { message: issue.message, hint };
    case 'invalid_type': {
      const [message, way] = SHAPES[issue.expected] ?? [`must be a ${issue.expected}`, ''];
      return { message, hint: way };
    }
    case 'too_small':
      return bounded(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return bounded(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'invalid_value':
      return { message: `must be one of ${issue.values.map(String).join(', ')}`, hint: 'write one of them' };
    default:
      return { message: 'is not accepted', hint: issue.message };
  }
};

const bounded = (origin: string, word: string, bound: number | bigint): { message: string; hint: string } => {
  if (origin === 'array')
    return { message: `needs ${word} ${counted(Number(bound), 'entry', 'entries')}`, hint: '' };
  if (origin === 'string')
    return { message: `needs ${word} ${counted(Number(bound), 'character')}`, hint: '' };
  return { message: `must be ${word} ${bound}`, hint: '' };
};

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string | number, unknown>)[part]
        : undefined,
    value,
  );

/** The keys a section of the schema has. */
const keysAt = (schema: unknown, path: Path): string[] => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return keysAt(schema.unwrap(), path);
  const [part, ...rest] = path;
  if (schema instanceof z.ZodObject)
    return part === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[part], rest);
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest);
  if (schema instanceof z.ZodRecord) return keysAt(schema.valueType, rest);
  return [];
};
