import type { PceEvent } from '../event.ts';
import { dict, number } from '../foreign.ts';
import type { Spend } from '../linear-regex.ts';
import { type Pattern, patternOf } from '../pattern.ts';
import { pathOf, textsOf, valuesAt } from './path.ts';
import type { Condition, EventMatch } from './spec.ts';

type Test = (event: PceEvent, spend: Spend) => boolean;

/** Compiles what an event must be; everything but the hosts' labels. Throws on what the configuration would have refused. */
export const eventTest = (match: EventMatch): Test => {
  const tests: readonly Test[] = [
    ofType(match),
    ...(match.status === undefined ? [] : [({ status }: PceEvent) => status === match.status]),
    ...optional(match.eventSeverity, (pattern) => (event, spend) => pattern(event.severity, spend)),
    ...optional(match.actors, (pattern) => (event, spend) => {
      const { actor, action } = event;
      return [actor.name, action.apiKeyId, actor.href].some(
        (name) => name !== undefined && pattern(name, spend),
      );
    }),
    ...match.where.map(conditionTest),
  ];
  return (event, spend) => tests.every((test) => test(event, spend));
};

/** The index gives a rule of two types both of them, and each of its halves must know its own. */
const ofType = ({ events, notifications }: EventMatch): Test => {
  const types = events.map(patternOf);
  const notices = notifications.map(patternOf);
  return (event, spend) =>
    types.some((pattern) => pattern(event.type, spend)) ||
    notices.some((pattern) => event.notices.some(({ type }) => pattern(type, spend)));
};

const optional = (texts: readonly string[], test: (pattern: Pattern) => Test): readonly Test[] =>
  texts.length === 0 ? [] : [anyOf(texts.map(patternOf).map(test))];

const anyOf =
  (tests: readonly Test[]): Test =>
  (event, spend) =>
    tests.some((test) => test(event, spend));

const conditionTest = (condition: Condition): Test => {
  const path = pathOf(condition.path);
  const tests = valueTests(condition);
  const holds = (value: unknown, spend: Spend): boolean => tests.every((test) => test(value, spend));
  return (event, spend) => {
    const values = valuesAt(event, path, spend);
    return condition.of === 'any'
      ? values.some((value) => holds(value, spend))
      : values.length > 0 && values.every((value) => holds(value, spend));
  };
};

type ValueTest = (value: unknown, spend: Spend) => boolean;

const valueTests = ({ is, not, before, after, atLeast, atMost }: Condition): readonly ValueTest[] => [
  ...(is === undefined ? [] : [among(is)]),
  ...(not === undefined ? [] : [none(not)]),
  ...(before === undefined ? [] : [under('before', among(before))]),
  ...(after === undefined ? [] : [under('after', among(after))]),
  ...(atLeast === undefined ? [] : [(value: unknown) => (number(value) ?? Number.NaN) >= atLeast]),
  ...(atMost === undefined ? [] : [(value: unknown) => (number(value) ?? Number.NaN) <= atMost]),
];

const among = (texts: readonly string[]): ValueTest => {
  const patterns = texts.map(patternOf);
  return (value, spend) => textsOf(value).some((text) => patterns.some((pattern) => pattern(text, spend)));
};

const none = (texts: readonly string[]): ValueTest => {
  const some = among(texts);
  return (value, spend) => !some(value, spend);
};

const under =
  (name: 'before' | 'after', test: ValueTest): ValueTest =>
  (value, spend) =>
    test(dict(value)[name], spend);
