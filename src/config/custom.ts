import { z } from 'zod';
import { parsePath } from '../core/custom/path.ts';
import type { Condition, CustomRule, EventMatch } from '../core/custom/spec.ts';
import { EVENT_TYPES, isKnownType, NOTIFICATION_TYPES } from '../core/event-types.ts';
import { nearest } from '../core/nearest.ts';
import { isPlain, parsePattern } from '../core/pattern.ts';
import { choice, flag, integer, leaf, textLeaf, type Wrong, words } from './leaf.ts';
import { selector } from './selector.ts';
import { severity } from './severity.ts';
import { duration } from './time.ts';

const PATTERN_HINT = 'write it as it is, with * for any characters, or /an expression/';

/** Patterns of core/pattern.ts, one or a list of them. @param also what else has to hold of each */
const patterns = (
  expects: string,
  hint: string,
  also: (text: string, wrong: Wrong) => undefined = () => undefined,
) =>
  leaf<readonly string[]>({
    expects,
    hint,
    json: { description: `One or several: ${hint}.` },
    read: (raw, wrong) => {
      const all = Array.isArray(raw) ? raw : [raw];
      if (all.length === 0 || !all.every(isScalar)) return undefined;
      const texts = all.map((one) => String(one).trim());
      for (const text of texts) {
        const parsed = parsePattern(text);
        if (!parsed.ok) wrong(`${parsed.problem}`, PATTERN_HINT);
        else also(text, wrong);
      }
      return texts.includes('') ? undefined : texts;
    },
  });

const isScalar = (raw: unknown): boolean => /^(string|number|boolean)$/.test(typeof raw);

const values = patterns('a value or several', PATTERN_HINT);

/** A type nobody knows is mostly a typing error; one that only this PCE has can be written as an expression, which is not looked up. */
const types = (what: string, known: readonly string[]) =>
  patterns(`${what} types`, `such as ${known.slice(0, 2).join(', ')} or sec_rule.*`, (text, wrong) => {
    if (text.startsWith('/')) return undefined;
    if (isPlain(text) ? isKnownType(text) : known.some(matching(text))) return undefined;
    const near = nearest(text, known);
    return wrong(
      `names ${JSON.stringify(text)}, a type no PCE is known to send`,
      near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'write /its name/ if yours sends it',
    );
  });

const matching = (text: string) => {
  const parsed = parsePattern(text);
  return (type: string): boolean => parsed.ok && parsed.pattern(type, () => {});
};

const path = textLeaf({
  expects: 'a path',
  hint: 'names joined by dots, [] after a list: resource_changes[].changes.enabled',
  json: {},
  read: (text, wrong) => {
    const parsed = parsePath(text);
    return parsed.ok ? text : wrong(parsed.problem, parsed.hint);
  },
});

const BY = ['actor', 'address', 'host'];

const by = textLeaf({
  expects: 'actor, address, host or a path',
  hint: 'write actor, address, host or a path such as notifications[].info.user.username',
  json: { description: 'actor, address, host or a path.' },
  read: (text, wrong) => {
    if (BY.includes(text)) return text;
    const parsed = parsePath(text);
    if (parsed.ok && (text.includes('.') || nearest(text, BY).length === 0)) return text;
    const near = nearest(text, BY);
    return near.length > 0
      ? wrong(`must be actor, address, host or a path`, `did you mean ${near.join(' or ')}?`)
      : wrong(parsed.ok ? 'is no path' : parsed.problem, parsed.ok ? '' : parsed.hint);
  },
});

const TESTS = ['is', 'not', 'before', 'after', 'at_least', 'at_most'] as const;

const condition = z
  .strictObject({
    any: path.optional().meta({ description: 'One of the values that stand there is so.' }),
    all: path.optional().meta({ description: 'All values that stand there are so, and there is one.' }),
    is: values.optional(),
    not: values.optional(),
    before: values.optional().meta({ description: 'What stands under `before` there.' }),
    after: values.optional().meta({ description: 'What stands under `after` there.' }),
    at_least: z.number().optional(),
    at_most: z.number().optional(),
  })
  .superRefine((written, context) => {
    const wrong = (message: string, hint: string) =>
      context.addIssue({ code: 'custom', message, params: { hint } });
    if ((written.any === undefined) === (written.all === undefined))
      wrong('needs either any or all', 'write any: resource_changes[].changes.enabled');
    if (TESTS.every((test) => written[test] === undefined))
      wrong('says of nothing what it has to be', `write one of ${TESTS.join(', ')}`);
  });
type ConditionFile = z.infer<typeof condition>;

const match = {
  event: types('event', EVENT_TYPES).optional(),
  notification: types('notification', NOTIFICATION_TYPES).optional(),
  status: choice(['success', 'failure']).optional(),
  event_severity: values.optional().meta({ description: "The PCE's own: info, warning, err." }),
  actor: values.optional().meta({ description: 'Name, key id or href of who did it.' }),
  labels: selector.optional().meta({ description: 'Only hosts these labels match.' }),
  where: z.array(condition).default([]),
};

const needsType = (
  written: { event?: unknown; notification?: unknown },
  context: { addIssue(issue: { code: 'custom'; message: string; path?: string[]; params: object }): void },
): void => {
  if (written.event === undefined && written.notification === undefined)
    context.addIssue({
      code: 'custom',
      message: 'names neither event nor notification',
      params: { hint: 'write event: sec_rule.*' },
    });
};

const KINDS = ['count', 'followed_by', 'absent_for'] as const;

/** One entry of the section `custom` (definitions §3). */
export const custom = z
  .strictObject({
    id: textLeaf({
      expects: 'a short name in small letters',
      hint: 'letters, digits and dashes, at most 40; for example night-sign-in',
      json: { pattern: '^[a-z][a-z0-9-]{1,39}$' },
      read: (text) => (/^[a-z][a-z0-9-]{1,39}$/.test(text) ? text : undefined),
    }),
    title: words.meta({ description: 'What it finds in a few words: the title of its alerts.' }),
    todo: words
      .prefault('Find out whether this was meant.')
      .meta({ description: 'What a person should do next.' }),
    severity: severity.prefault('warning'),
    enabled: flag.prefault(true),
    life: choice(['once', 'burst'])
      .prefault('once')
      .meta({ description: 'once = each is told; burst = one alert until 30 quiet minutes are over.' }),
    ...match,
    count: z
      .strictObject({
        at_least: integer(2, 200),
        within: duration,
        by: by.prefault('actor'),
        distinct: by.optional().meta({ description: 'Count different ones of this instead.' }),
      })
      .optional(),
    followed_by: z
      .strictObject({ ...match, within: duration, by: by.prefault('actor') })
      .superRefine(needsType)
      .optional(),
    absent_for: duration.optional().meta({ description: 'Tell when nothing matched for so long.' }),
    by: by.optional().meta({ description: 'With absent_for: for each value seen before.' }),
  })
  .superRefine((written, context) => {
    needsType(written, context);
    const kinds = KINDS.filter((kind) => written[kind] !== undefined);
    if (kinds.length > 1)
      context.addIssue({
        code: 'custom',
        message: `has ${kinds.join(' and ')}`,
        params: { hint: 'a rule is one of them: write two rules' },
      });
    if (written.by !== undefined && written.absent_for === undefined)
      context.addIssue({
        code: 'custom',
        path: ['by'],
        message: 'stands beside absent_for only',
        params: { hint: 'in count and followed_by it stands inside' },
      });
  });
type CustomFile = z.infer<typeof custom>;

/** From the file's words to the program's. */
export const toCustomRule = (written: CustomFile): CustomRule => {
  const { id, title, todo, enabled, life, count, followed_by: followed, absent_for: forMs } = written;
  return {
    id,
    title,
    todo,
    severity: written.severity,
    enabled,
    life,
    ...toMatch(written),
    ...(count === undefined
      ? {}
      : {
          count: {
            atLeast: count.at_least,
            withinMs: count.within,
            by: count.by,
            ...given('distinct', count.distinct),
          },
        }),
    ...(followed === undefined
      ? {}
      : { followed: { ...toMatch(followed), withinMs: followed.within, by: followed.by } }),
    ...(forMs === undefined ? {} : { absent: { forMs, ...given('by', written.by) } }),
  };
};

const toMatch = (written: Pick<CustomFile, keyof typeof match>): EventMatch => ({
  events: written.event ?? [],
  notifications: written.notification ?? [],
  eventSeverity: written.event_severity ?? [],
  actors: written.actor ?? [],
  where: written.where.map(toCondition),
  ...given('status', written.status),
  ...given('labels', written.labels),
});

const toCondition = (written: ConditionFile): Condition => ({
  of: written.any === undefined ? 'all' : 'any',
  path: written.any ?? written.all ?? '',
  ...given('is', written.is),
  ...given('not', written.not),
  ...given('before', written.before),
  ...given('after', written.after),
  ...given('atLeast', written.at_least),
  ...given('atMost', written.at_most),
});

const given = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });
