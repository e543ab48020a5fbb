import type { PceEvent } from './event.ts';
import { EVENT_TYPES, isKnownType } from './event-types.ts';
import { globber } from './label-query.ts';
import { nearest } from './nearest.ts';
import type { EventQuery } from './ports.ts';
import { listed } from './text.ts';

/** Which events are meant: every part that is there must hold, any of its values is enough. */
export interface EventSearch {
  readonly types: readonly string[];
  readonly severities: readonly Severity[];
  readonly statuses: readonly string[];
  readonly actors: readonly string[];
}

/** As the PCE spells them (facts §2.1). */
type Severity = NonNullable<EventQuery['severity']>;

export type ParsedSearch =
  | { readonly ok: true; readonly search: EventSearch }
  | { readonly ok: false; readonly problem: string; readonly corrected: string };

const SEVERITIES: Readonly<Record<string, Severity>> = {
  info: 'info',
  warning: 'warning',
  error: 'err',
  err: 'err',
};
const STATUSES = ['success', 'failure'];
const KEYS = ['type', 'severity', 'by', 'status'] as const;

/**
 * Reads `type=agent.*,user.login severity=error by=jdoe status=failure`. A word, key, severity or type that means nothing is a problem
 * with what is near it (promise 5); a pattern with `*` finds types that nobody documented too.
 */
export const parseEventSearch = (words: readonly string[]): ParsedSearch => {
  const search = {
    types: [] as string[],
    severities: [] as Severity[],
    statuses: [] as string[],
    actors: [] as string[],
  };
  for (const word of words) {
    const [, key = '', rest = ''] = /^([^=]+)=(.+)$/.exec(word) ?? [];
    const values = rest.split(',').filter((value) => value !== '');
    if (values.length === 0)
      return wrong(`I can't read "${word}": write type=, severity=, by= or status= before it.`);
    for (const value of values) {
      const bad = take(key, value, search);
      if (bad !== undefined) return bad;
    }
  }
  return { ok: true, search };
};

type Collecting = { readonly [K in keyof EventSearch]: EventSearch[K][number][] };

const take = (key: string, value: string, search: Collecting): ParsedSearch | undefined => {
  switch (key) {
    case 'type': {
      if (!value.includes('*') && !isKnownType(value)) return unknownType(value);
      search.types.push(value);
      return undefined;
    }
    case 'severity': {
      const severity = SEVERITIES[value.toLowerCase()];
      if (severity === undefined)
        return wrong(`"${value}" is no severity of an event: info, warning or error.`, 'severity=error');
      search.severities.push(severity);
      return undefined;
    }
    case 'status': {
      if (!STATUSES.includes(value))
        return wrong(`"${value}" is no status: success or failure.`, 'status=failure');
      search.statuses.push(value);
      return undefined;
    }
    case 'by':
      search.actors.push(value);
      return undefined;
    default: {
      const [near] = nearest(key, KEYS);
      return wrong(
        `Events have no "${key}".${near === undefined ? ` I know ${listed(KEYS)}.` : ` Did you mean ${near}=?`}`,
        `${near ?? 'type'}=${value}`,
      );
    }
  }
};

const unknownType = (value: string): ParsedSearch => {
  const near = nearest(value, EVENT_TYPES);
  return wrong(
    `I know no event type "${value}".${near.length === 0 ? '' : ` Nearest: ${near.join(', ')}.`} With a * I look for any type.`,
    `type=${near[0] ?? `${value}*`}`,
  );
};

const wrong = (problem: string, corrected = 'type=agent.tampering'): ParsedSearch => ({
  ok: false,
  problem,
  corrected,
});

/** What of the search the PCE itself can narrow: one exact type, one severity (facts §2.1). The rest is judged here, row by row. */
export const askedOfPce = ({ types, severities }: EventSearch): Pick<EventQuery, 'type' | 'severity'> => {
  const [type, ...moreTypes] = types;
  const [severity, ...moreSeverities] = severities;
  return {
    ...(type === undefined || moreTypes.length > 0 || type.includes('*') ? {} : { type }),
    ...(severity === undefined || moreSeverities.length > 0 ? {} : { severity }),
  };
};

/** Whether an event is meant. Built once for many events. */
export const eventTest = ({
  types,
  severities,
  statuses,
  actors,
}: EventSearch): ((event: PceEvent) => boolean) => {
  const oneOf = (all: readonly string[]): ((value: string | undefined) => boolean) => {
    const is = all.map(globber);
    return (value) => all.length === 0 || (value !== undefined && is.some((matches) => matches(value)));
  };
  const [type, severity, status] = [oneOf(types), oneOf(severities), oneOf(statuses)];
  const madeBy = actorTest(actors);
  return (event) =>
    type(event.type) && severity(event.severity) && status(event.status ?? undefined) && madeBy(event);
};

/** Whether one of these names made it: a user by his name or what stands before its `@`, a host, a key by its id, or `system`. */
export const actorTest = (names: readonly string[]): ((event: PceEvent) => boolean) => {
  const is = names.map(globber);
  return (event) => is.length === 0 || actorNames(event).some((name) => is.some((matches) => matches(name)));
};

/** Everything who made an event is called by, best known first. */
export const actorNames = ({ actor, action }: PceEvent): string[] => {
  const name = actor.name ?? (actor.kind === 'system' ? 'system' : undefined);
  const [before, domain] = (name ?? '').split('@', 2);
  return [name, domain === undefined ? undefined : before, action.apiKeyId].filter(
    (one): one is string => one !== undefined && one !== '',
  );
};
