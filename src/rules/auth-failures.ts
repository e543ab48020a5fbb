import { z } from 'zod';
import type { PceEvent } from '../core/event.ts';
import { findingOf } from '../core/finding.ts';
import { defineRule, type Finding, type RuleContext } from '../core/rule.ts';
import type { Severity } from '../core/severity.ts';
import { type PersonSignIn, SIGN_IN, type SignIn, signInOf } from '../core/sign-in.ts';
import { type Subject, subjectKey } from '../core/subject.ts';
import { Tallied, type Tally, tallyOf } from '../core/tally.ts';
import { clockUtc, counted, type Text } from '../core/text.ts';
import { Usual, type UsualPlaces, usualPlaces } from '../core/usual-places.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** How late an event may be recorded (definitions §1). */
const LATENESS_MS = 20 * MINUTE_MS;

const threshold = (count: number) => z.int().min(2).max(100).default(count);
const minutes = (count: number) => z.int().min(1).max(120).default(count);

const Options = z
  .strictObject({
    failures: threshold(5).describe('Failed sign-ins of one name before it is told …'),
    minutes: minutes(10).describe('… within so many minutes; for names and unknown callers too.'),
    names: threshold(10).describe('Names tried from one address before it is an error.'),
    unknown: threshold(20).describe('Refused requests of unknown callers from one address.'),
    success_minutes: minutes(30).describe(
      'A sign-in that succeeds so soon after the failures, from an unusual address, is critical.',
    ),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

const Memory = z
  .object({
    counts: Tallied,
    usual: Usual,
    /** By key id: the days (UTC, since the epoch) on which its refusal was told. */
    keys: z.record(z.string(), z.array(z.number())).default({}),
  })
  .prefault({});
type Memory = z.infer<typeof Memory>;

/**
 * Sign-ins that fail: one name again and again, many names from one address, a locked account, a refused key. Critical only when it
 * looks as if somebody got in. VENs whose token fails are ven-problem.
 */
export const authFailures = defineRule({
  id: 'auth-failures',
  title: 'Failed sign-ins',
  about: 'Sign-ins or keys were refused, or one succeeded after many failures',
  severity: 'warning',
  life: { kind: 'burst', quietMs: 30 * MINUTE_MS, over: 'no further alarm' },
  on: SIGN_IN,
  options: Options,
  memory: Memory,
  todo: 'Ask the person whether it was them. If not, lock the account in the PCE and look at what else came from that address.',
  detect(observation, memory, options, context) {
    if (observation.kind !== 'events') return { findings: [] };
    const watch: Watch = {
      counts: tallyOf(memory.counts),
      usual: usualPlaces(memory.usual),
      keys: new Map(Object.entries(memory.keys)),
      options,
      context,
    };
    const findings = observation.events.flatMap((event) => {
      const signIn = signInOf(event);
      return signIn === undefined ? [] : judge(signIn, watch);
    });
    return { findings, memory: remembered(watch, observation.now) };
  },
});

interface Watch {
  readonly counts: Tally;
  readonly usual: UsualPlaces;
  readonly keys: Map<string, readonly number[]>;
  readonly options: Options;
  readonly context: RuleContext;
}

const judge = (signIn: SignIn, watch: Watch): Finding[] => {
  if (signIn.caller === 'key') return refusedKey(signIn, watch);
  if (signIn.caller === 'unknown') return refusedCaller(signIn, watch);
  if (signIn.outcome === 'in') return signedIn(signIn, watch);
  return [...failed(signIn, watch), ...tried(signIn, watch)];
};

/** What is counted, and by what. */
const BY = {
  failures: (subject: Subject) => `failed ${subjectKey(subject)}`,
  requests: (address: string | undefined) => `refused ${address ?? ''}`,
  namesFrom: (address: string) => `tried ${address}`,
  signedIn: (name: string) => `in ${name}`,
  signedInFrom: (address: string) => `in from ${address}`,
} as const;

const user = (name: string): Subject => ({ kind: 'user', href: null, name });
const place = (address: string | undefined): Subject => ({
  kind: 'ip',
  href: null,
  name: address ?? 'an address the PCE does not name',
});

/** Addresses that stand for many people say nothing about one: not known, configured, the PCE itself, or used by many names. */
const isShared = (address: string | undefined, at: number, { usual, context }: Watch): boolean =>
  address === undefined || context.shared(address) || usual.isShared(address, at);

/** One name failed too often, or was locked. What names nobody counts for its address: as one person, unless it is shared. */
const failed = ({ event, address, name, outcome }: PersonSignIn, watch: Watch): Finding[] => {
  const { counts, options } = watch;
  const subject = name === undefined ? place(address) : user(name);
  counts.add(BY.failures(subject), event, address);
  const { count, first, last } = counts.fullest(BY.failures(subject), event.at, widthOf(options));
  const nobody = name === undefined && isShared(address, event.at, watch);
  const late = name === undefined ? [] : laterSuccesses(BY.signedIn(name), event.at, watch);
  const after = late.flatMap(({ at, of }) => gotIn(name ?? '', of, at, event, watch));
  if (outcome !== 'locked' && count < (nobody ? options.unknown : options.failures)) return after;
  const whose = name === undefined ? `from ${subject.name}` : `of ${name}`;
  const story: Text = [
    `${counted(count, 'failed sign-in')} ${whose} `,
    ...during(first, last),
    name === undefined ? '; the PCE does not say with which name.' : `${from(address)}.`,
    outcome === 'locked' ? ' The PCE locked the account.' : '',
  ];
  const title = `${outcome === 'locked' ? 'Account locked after failed sign-ins' : 'Failed sign-ins'} ${whose}`;
  return [finding(subject, event, 'warning', title, story), ...after];
};

/** Many names from one address: somebody guesses. */
const tried = ({ event, address, name }: PersonSignIn, watch: Watch): Finding[] => {
  if (name === undefined || address === undefined) return [];
  const { counts, options } = watch;
  counts.add(BY.namesFrom(address), event, name);
  const { distinct } = counts.fullest(BY.namesFrom(address), event.at, widthOf(options));
  if (distinct < options.names || isShared(address, event.at, watch)) return [];
  const story: Text = [
    `${distinct} different names failed to sign in from ${address} within ${options.minutes} min, at `,
    { time: event.at },
    ` ${name}.`,
  ];
  return [
    finding(place(address), event, 'error', `Sign-ins with ${distinct} names from ${address}`, story),
    ...laterSuccesses(BY.signedInFrom(address), event.at, watch).flatMap(({ at, of }) =>
      gotIn(of, address, at, event, watch),
    ),
  ];
};

const signedIn = ({ event, address, name }: PersonSignIn, watch: Watch): Finding[] => {
  if (name === undefined || address === undefined) return [];
  watch.counts.add(BY.signedIn(name), event, address);
  watch.counts.add(BY.signedInFrom(address), event, name);
  watch.usual.add(name, address, event.at);
  return gotIn(name, address, event.at, event, watch);
};

/** Successes that came in before the failures they followed. */
const laterSuccesses = (key: string, at: number, { counts, options }: Watch) =>
  counts.each(key).filter((one) => one.at >= at && one.at - at <= options.success_minutes * MINUTE_MS);

/**
 * A success after failures looks as if somebody got in: from an address the name never used, or one that tried many names. Where
 * nothing is known of the name yet, nobody can say that the address is unusual: an error, not critical.
 */
const gotIn = (name: string, address: string, at: number, event: PceEvent, watch: Watch): Finding[] => {
  const { counts, usual, options } = watch;
  const since = at - options.success_minutes * MINUTE_MS;
  const { count } = counts.fullestEnding(BY.failures(user(name)), [since, at], widthOf(options));
  const { distinct } = counts.fullestEnding(BY.namesFrom(address), [since, at], widthOf(options));
  const guessed = distinct >= options.names;
  if (!guessed && count < options.failures) return [];
  const known = usual.isUsual(name, address, since);
  if ((!guessed && known === true) || isShared(address, at, watch)) return [];
  const why = guessed
    ? `This address had tried ${distinct} names before.`
    : `${counted(count, 'sign-in')} of that name had failed before. ${known === false ? 'It never signed in from there in the last 30 days.' : 'From where it usually signs in is not known yet.'}`;
  const severity = guessed || known === false ? 'critical' : 'error';
  const story: Text = [`${name} signed in from ${address} at `, { time: at }, `. ${why}`];
  return [finding(user(name), event, severity, `${name} signed in after failed attempts`, story)];
};

/** A key that is refused is told once a day: a script goes on trying. */
const refusedKey = (
  { event, address, key }: Extract<SignIn, { caller: 'key' }>,
  { keys, context }: Watch,
): Finding[] => {
  const day = Math.floor(event.at / DAY_MS);
  const told = keys.get(key) ?? [];
  if (told.includes(day)) return [];
  keys.set(key, [...told, day]);
  const whose = context.ownKeys.includes(key) ? "this bot's own key" : 'it';
  const story: Text = [
    `The PCE refused the API key ${key} at `,
    { time: event.at },
    `${from(address)}: ${whose} may have expired or been deleted, or its secret is wrong. Told once a day.`,
  ];
  const subject: Subject = { kind: 'key', href: null, name: key };
  return [finding(subject, event, 'warning', `API key ${key} is refused`, story)];
};

const refusedCaller = ({ event, address }: SignIn, { counts, options }: Watch): Finding[] => {
  counts.add(BY.requests(address), event);
  const { count, first, last } = counts.fullest(BY.requests(address), event.at, widthOf(options));
  if (count < options.unknown) return [];
  const { name } = place(address);
  const story: Text = [
    `The PCE refused ${counted(count, 'request')} from ${name} `,
    ...during(first, last),
    '; it does not say who made them.',
  ];
  return [finding(place(address), event, 'warning', `Refused requests from ${name}`, story)];
};

const widthOf = ({ minutes }: Options): number => minutes * MINUTE_MS;

const during = (first: number, last: number): Text =>
  clockUtc(first) === clockUtc(last)
    ? ['at ', { time: first }]
    : ['between ', { time: first }, ' and ', { time: last }];

const from = (address: string | undefined): string => (address === undefined ? '' : `, from ${address}`);

const finding = (
  subject: Subject,
  event: PceEvent,
  severity: Severity,
  title: string,
  story: Text,
): Finding => findingOf(event, subject, { severity, title, story });

const remembered = ({ counts, usual, keys, options }: Watch, now: number): Memory => {
  const today = Math.floor(now / DAY_MS);
  const told = [...keys].map(([key, days]): [string, number[]] => [
    key,
    days.filter((day) => day >= today - 1).sort(),
  ]);
  return {
    counts: counts.kept(now - (options.minutes + options.success_minutes) * MINUTE_MS - LATENESS_MS),
    usual: usual.kept(now),
    keys: Object.fromEntries(told.filter(([, days]) => days.length > 0)),
  };
};
