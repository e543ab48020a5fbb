import { z } from 'zod';
import type { PceEvent } from '../core/event.ts';
import { findingOf } from '../core/finding.ts';
import { type Dict, dict, instant, number, text } from '../core/foreign.ts';
import { type Cleared, defineRule, type Finding } from '../core/rule.ts';
import type { Severity } from '../core/severity.ts';
import { forget, Standing, stand } from '../core/standing.ts';
import { affectedHosts, type Subject } from '../core/subject.ts';
import { Tallied, type Tally, tallyOf } from '../core/tally.ts';
import { counted, span, type Text } from '../core/text.ts';
import type { Estate } from '../core/workload.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** How late an event may be recorded (definitions §1). */
const LATENESS_MS = 20 * MINUTE_MS;
/** How late an event may come and still end a condition. */
const LATEST_MS = 60 * MINUTE_MS;

/** Conditions with a twin that ends them. */
const BEGINS: Readonly<Record<string, { readonly severity: Severity; readonly what: string }>> = {
  'pce.application_stopped': { severity: 'warning', what: 'the PCE application was stopped' },
  'remote_syslog.unreachable': {
    severity: 'warning',
    what: 'a syslog destination cannot be reached: events are missing there',
  },
  'hard_limit.exceeded': {
    severity: 'error',
    what: 'a hard limit is exceeded: the PCE refuses or leaves out what is above it',
  },
};
const ENDS: Readonly<Record<string, { readonly of: string; readonly why: string }>> = {
  'pce.application_started': { of: 'pce.application_stopped', why: 'started again' },
  'remote_syslog.reachable': { of: 'remote_syslog.unreachable', why: 'reachable again' },
  'system_task.hard_limit_recovery_completed': { of: 'hard_limit.exceeded', why: 'recovered' },
};

/** Facts: told, never resolved. */
const FACTS: Readonly<Record<string, { readonly severity: Severity; readonly what: string }>> = {
  'pce.application_started': { severity: 'info', what: 'the PCE application was started' },
  'soft_limit.exceeded': { severity: 'warning', what: 'a soft limit is exceeded' },
  'request.internal_server_error': { severity: 'warning', what: 'a request ended in an internal error' },
  'request.service_unavailable': { severity: 'warning', what: 'a request found no service' },
  'license.delete': { severity: 'warning', what: 'the licence was deleted' },
  'license.update': { severity: 'info', what: 'the licence was changed' },
  'database.temp_table_autocleanup_started': {
    severity: 'info',
    what: 'the database cleans up temporary tables',
  },
  'database.temp_table_autocleanup_completed': {
    severity: 'info',
    what: 'the database has cleaned up temporary tables',
  },
};
const PRUNED = ['system_task.event_pruning_completed', 'system_task.prune_old_log_events'];
const TLS = 'tls_channel.terminate';

const Options = z
  .strictObject({
    tls_terminations: z
      .int()
      .min(1)
      .max(100)
      .default(10)
      .describe('More ended TLS channels than this in 10 min are told.'),
    keep_days: z
      .int()
      .min(1)
      .max(200)
      .default(7)
      .describe('Events pruned earlier than after so many days are told.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

const Memory = z.object({ standing: Standing, channels: Tallied }).prefault({});

const WATCHED = [
  ...Object.keys(BEGINS),
  ...Object.keys(ENDS),
  ...Object.keys(FACTS),
  ...PRUNED,
  TLS,
  'database.*',
  'license.*',
];

/** What the PCE says of itself in its log: stops, limits, errors, lost syslog, early pruning. */
export const pceSystem = defineRule({
  id: 'pce-system',
  title: 'PCE system',
  about: 'The PCE reports a stop, a limit, an error, lost syslog or early pruning of its log',
  severity: 'warning',
  life: { kind: 'state' },
  on: { types: WATCHED, notices: WATCHED },
  options: Options,
  memory: Memory,
  todo: 'Tell whoever runs the PCE. Its health page and illumio-pce-env show more.',
  detect(observation, memory, options) {
    if (observation.kind !== 'events') return { findings: [] };
    const { now, estate } = observation;
    const channels = tallyOf(memory.channels);
    const said = observation.events.flatMap((event) => saidBy(event, estate));
    const begins = said.flatMap(({ event, type, info }) => {
      const begin = BEGINS[type];
      return begin === undefined ? [] : [{ ...begin, event, info, subject: subjectIn(type, info, event) }];
    });
    const ends = said.flatMap((one) =>
      endsOf(
        one,
        memory.standing,
        begins.map(({ subject }) => subject),
      ),
    );
    const { standing, over } = stand(memory.standing, [
      ...begins.map(({ subject, event }) => ({ subject, at: event.at, holds: true })),
      ...ends.map(({ subject, at }) => ({ subject, at, holds: false })),
    ]);
    const why = new Map(ends.map((one) => [one.subject.name, one.why]));
    const findings = [
      ...begins.map(({ event, info, subject, severity, what }) =>
        findingOf(event, subject, { severity, title: titleOf(what), story: storyOf(event, what, info) }),
      ),
      ...said.flatMap((one) => facts(one, channels, options)),
    ];
    const cleared = over.map(
      ({ subject, at }): Cleared => ({ subject, at, why: why.get(subject.name) ?? 'over' }),
    );
    return {
      findings,
      cleared,
      memory: {
        standing: forget(standing, now - LATEST_MS, (holds) => holds),
        channels: channels.kept(now - 10 * MINUTE_MS - LATENESS_MS),
      },
    };
  },
});

/** One thing an event says: by its notifications, or by its own type where they do not say it. */
interface Statement {
  readonly event: PceEvent;
  readonly type: string;
  readonly info: Dict;
}

const isWatched = (type: string): boolean => WATCHED.includes(type) || /^(database|license)\./.test(type);

const saidBy = (event: PceEvent, estate: Estate): Statement[] => {
  const noticed = event.notices
    .filter(({ type }) => isWatched(type))
    // A limit that a host ran into is ven-problem.
    .filter(({ type, info }) => type !== 'hard_limit.exceeded' || !concernsHost(event, info, estate))
    .map(({ type, info }) => ({ event, type, info }));
  if (event.notices.some(({ type }) => type === event.type) || !isWatched(event.type)) return noticed;
  return [
    { event, type: event.type, info: dict(Object.values(event.resources[0]?.resource ?? {})[0]) },
    ...noticed,
  ];
};

const concernsHost = (event: PceEvent, info: Dict, estate: Estate): boolean =>
  affectedHosts({ ...event, notices: [{ type: '', info }] }, estate).length > 0;

/** A condition by what it is about: the limit, the destination, else the PCE that says so. */
const subjectIn = (type: string, info: Dict, event: PceEvent): Subject => {
  const about =
    text(info['limit_type']) ?? text(info['name']) ?? text(info['address']) ?? text(info['remote_host']);
  const [family = ''] = type.split('.');
  const words = family.replaceAll('_', ' ');
  return { kind: 'pce', href: null, name: `${words} ${about ?? text(event.raw['pce_fqdn']) ?? ''}`.trim() };
};

/** What ends: the same subject; when the ending names none, every open one of its kind. */
const endsOf = (
  { event, type, info }: Statement,
  standing: Standing,
  begun: readonly Subject[],
): { subject: Subject; at: number; why: string }[] => {
  const end = ENDS[type];
  if (end === undefined) return [];
  const one = subjectIn(end.of, info, event);
  const [family = ''] = end.of.split('.');
  const words = `pce:${family.replaceAll('_', ' ')} `;
  const open = [...Object.keys(standing), ...begun.map(({ name }) => `pce:${name}`)].filter((key) =>
    key.startsWith(words),
  );
  const own = open.includes(`pce:${one.name}`);
  const names = own ? [one.name] : [...new Set(open)].map((key) => key.slice('pce:'.length));
  return names.map((name) => ({ subject: { kind: 'pce', href: null, name }, at: event.at, why: end.why }));
};

const facts = ({ event, type, info }: Statement, channels: Tally, options: Options): Finding[] => {
  const fact = (severity: Severity, what: string, story = storyOf(event, what, info)): Finding[] => [
    findingOf(event, subjectIn(type, info, event), { severity, life: 'once', title: titleOf(what), story }),
  ];
  if (type === TLS) return ended(event, channels, options, fact);
  if (PRUNED.includes(type)) return pruned(event, info, options, fact);
  const known = FACTS[type];
  if (known !== undefined) return fact(known.severity, known.what);
  return /^(database|license)\./.test(type)
    ? fact('warning', type.replace('.', ': ').replaceAll('_', ' '))
    : [];
};

type Fact = (severity: Severity, what: string, story?: Text) => Finding[];

/** A channel that ended in a failure, or many that ended at all. */
const ended = (event: PceEvent, channels: Tally, { tls_terminations }: Options, fact: Fact): Finding[] => {
  channels.add(TLS, event);
  const { count } = channels.fullest(TLS, event.at, 10 * MINUTE_MS);
  if (event.status === 'failure') return fact('warning', 'a TLS channel ended in a failure');
  return count > tls_terminations
    ? fact('warning', `${counted(count, 'TLS channel')} ended within 10 min`)
    : [];
};

/** How young the youngest pruned event was: where that stands differs by release, so any time in it counts. */
const pruned = (event: PceEvent, info: Dict, { keep_days }: Options, fact: Fact): Finding[] => {
  const times = Object.values(info).flatMap((value) => instant(value) ?? []);
  const newest = Math.max(...times.filter((at) => at < event.at));
  const days = number(info['retention_days'] ?? info['days']);
  const age = Number.isFinite(newest) ? event.at - newest : days === undefined ? undefined : days * DAY_MS;
  if (age === undefined || age >= keep_days * DAY_MS) return [];
  return fact('warning', `events were deleted from the log when they were ${span(age)} old`);
};

const titleOf = (what: string): string => what.charAt(0).toUpperCase() + what.slice(1).replace(/: .*$/, '');

const DETAILS = [
  'limit_type',
  'limit_value_found',
  'soft_limit',
  'hard_limit',
  'api_endpoint',
  'api_method',
  'name',
  'address',
];

const storyOf = (event: PceEvent, what: string, info: Dict): Text => {
  const details = DETAILS.flatMap((name) => {
    const value = text(info[name]) ?? number(info[name]);
    return value === undefined ? [] : [`${name.replaceAll('_', ' ')} ${value}`];
  });
  return [
    `${what.charAt(0).toUpperCase()}${what.slice(1)}, as recorded at `,
    { time: event.at },
    details.length === 0 ? '.' : `: ${details.join(', ')}.`,
  ];
};
