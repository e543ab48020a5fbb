/** What the form of a new rule asks for; each is the block of its field. */
export const NEW_RULE_FIELDS = [
  'id',
  'title',
  'event',
  'status',
  'severity',
  'actor',
  'field',
  'is',
  'count',
  'within',
  'by',
  'yaml',
] as const;
export type NewRuleField = (typeof NEW_RULE_FIELDS)[number];

/** A rule in the words of the configuration, or why the form cannot be one, by field. */
export type Written =
  | { readonly ok: true; readonly text: string; readonly pasted: boolean }
  | { readonly ok: false; readonly errors: Readonly<Partial<Record<NewRuleField, string>>> };

type Values = Readonly<Record<string, string>>;

/** The form as one entry of the section `custom`, in JSON, which is YAML; or what was pasted, as it is. */
export const newRuleText = (values: Values): Written => {
  const given = (field: NewRuleField): string => (values[field] ?? '').trim();
  // A list always has a value; it says nothing beside a rule that was pasted.
  const filled = NEW_RULE_FIELDS.filter(
    (field) => !['yaml', 'severity', 'by', 'status'].includes(field) && given(field) !== '',
  );
  if (given('yaml') !== '')
    return filled.length === 0
      ? { ok: true, text: values['yaml'] ?? '', pasted: true }
      : { ok: false, errors: { yaml: 'paste a rule here, or fill in the fields above: not both' } };
  const alone = (one: NewRuleField, other: NewRuleField): boolean => given(one) === '' && given(other) !== '';
  if (alone('field', 'is')) return { ok: false, errors: { field: 'name the field that has to be so' } };
  if (alone('is', 'field')) return { ok: false, errors: { is: 'say what the field has to be' } };
  if (alone('count', 'within')) return { ok: false, errors: { count: 'say how many within that time' } };
  if (alone('within', 'count'))
    return { ok: false, errors: { within: 'say within which time, such as 10m' } };
  const rule = {
    id: given('id'),
    title: given('title'),
    ...optional('severity', given('severity')),
    ...optional('event', listOf(given('event'))),
    ...optional('status', given('status') === 'any' ? '' : given('status')),
    ...optional('actor', listOf(given('actor'))),
    ...(given('field') === '' ? {} : { where: [{ any: given('field'), is: listOf(given('is')) }] }),
    ...(given('count') === ''
      ? {}
      : {
          count: {
            at_least: numberOr(given('count')),
            within: given('within'),
            ...optional('by', given('by')),
          },
        }),
  };
  return { ok: true, text: JSON.stringify(rule), pasted: false };
};

const optional = (name: string, value: string | readonly string[]): Readonly<Record<string, unknown>> =>
  value.length === 0 ? {} : { [name]: value };

/** An expression may hold commas of its own. */
const listOf = (text: string): string[] =>
  (text.startsWith('/') ? [text] : text.split(',')).map((one) => one.trim()).filter((one) => one !== '');

/** What is no number stays text, so that the schema complains. */
const numberOr = (text: string): unknown => (Number.isFinite(Number(text)) ? Number(text) : text);

/** Where a mistake in the configuration's words stands in the form; the first field takes what belongs to none. */
const PLACES: readonly (readonly [RegExp, NewRuleField])[] = [
  [/^title/, 'title'],
  [/^(event|notification)/, 'event'],
  [/^status/, 'status'],
  [/^severity/, 'severity'],
  [/^actor/, 'actor'],
  [/^where.*\.is/, 'is'],
  [/^where/, 'field'],
  [/^count\.within/, 'within'],
  [/^count\.by/, 'by'],
  [/^count/, 'count'],
];

export interface WrittenError {
  readonly line: number;
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

/** Errors told at once: more do not help. */
const MOST_ERRORS = 5;

/** Mistakes under the fields they are about; of a pasted rule all under its field, each with its line. */
export const errorsInForm = (errors: readonly WrittenError[], pasted: boolean): Record<string, string> => {
  if (pasted)
    return {
      yaml: errors
        .slice(0, MOST_ERRORS)
        .map(({ line, path, message, hint }) => `line ${line}: ${worded(path, message, hint)}`)
        .join('. '),
    };
  const byField: Record<string, string> = {};
  for (const { path, message, hint } of errors) {
    const field = PLACES.find(([place]) => place.test(path))?.[1] ?? 'id';
    byField[field] ??= worded('', message, hint);
  }
  return byField;
};

const worded = (path: string, message: string, hint: string): string =>
  [path, message, hint === '' ? '' : `(${hint})`].filter((part) => part !== '').join(' ');
