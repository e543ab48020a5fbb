import { z } from 'zod';
import { dict, list } from './foreign.ts';

/** One option of a rule as a form asks for it. */
export interface OptionField {
  /** Where its value stands in the options: `['services', 'raise']`. */
  readonly path: readonly string[];
  readonly kind: 'number' | 'switch' | 'choice' | 'list' | 'text';
  /** What may be chosen, for `choice` and `switch`. */
  readonly choices: readonly string[];
  readonly about: string;
}

/** The options of a rule as fields, out of its own schema; options in sections are asked for one by one. */
export const optionFields = (options: z.ZodType): OptionField[] =>
  fieldsIn(z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }), [], '');

const fieldsIn = (schema: unknown, path: readonly string[], about: string): OptionField[] => {
  const { type, properties, enum: choices, description } = dict(schema);
  const said = typeof description === 'string' ? description : about;
  if (properties !== undefined)
    return Object.entries(dict(properties)).flatMap(([key, inner]) => fieldsIn(inner, [...path, key], said));
  if (path.length === 0) return [];
  const field = (kind: OptionField['kind'], offered: readonly string[] = []): OptionField[] => [
    { path, kind, choices: offered, about: said },
  ];
  if (choices !== undefined) return field('choice', list(choices).map(String));
  if (type === 'boolean') return field('switch', ['true', 'false']);
  if (type === 'number' || type === 'integer') return field('number');
  return field(type === 'array' ? 'list' : 'text');
};

/** What stands in the field now, as its text. @param options parsed ones, with their defaults */
export const fieldText = ({ path }: OptionField, options: unknown): string => {
  const value = path.reduce<unknown>((inner, key) => dict(inner)[key], options);
  if (Array.isArray(value)) return value.map(String).join(', ');
  return value === undefined || value === null ? '' : String(value);
};

/** The options that texts mean; what was left empty is left out. What is no number stays text, so that the schema complains. */
export const optionsFrom = (
  fields: readonly OptionField[],
  texts: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> => {
  const options: Record<string, unknown> = {};
  for (const { path, kind } of fields) {
    const value = meaning(kind, (texts[path.join('.')] ?? '').trim());
    const [key = '', ...inner] = path;
    if (value !== undefined) options[key] = inner.length === 0 ? value : within(options[key], inner, value);
  }
  return options;
};

const within = (before: unknown, [key = '', ...inner]: readonly string[], value: unknown): unknown => {
  const section = dict(before);
  return { ...section, [key]: inner.length === 0 ? value : within(section[key], inner, value) };
};

const meaning = (kind: OptionField['kind'], text: string): unknown => {
  if (text === '') return undefined;
  switch (kind) {
    case 'number':
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case 'switch':
      return text === 'true';
    case 'list':
      return text
        .split(/[,\n]/)
        .map((one) => one.trim())
        .filter((one) => one !== '');
    case 'choice':
    case 'text':
      return text;
    default:
      return kind satisfies never;
  }
};
