import { z } from 'zod';
import type { Look } from '../core/draft/broad.ts';
import { type PolicyChange, questionKey } from '../core/draft/change.ts';
import { editsOf } from '../core/draft/edits.ts';
import { judge } from '../core/draft/judge.ts';
import { liveIn } from '../core/draft/live.ts';
import { populationOf } from '../core/draft/population.ts';
import {
  due,
  edited,
  hastened,
  type Pace,
  pruned,
  questionOf,
  type Session,
  Sessions,
} from '../core/draft/sessions.ts';
import { byEvent, draftFinding, subjectOf } from '../core/draft/told.ts';
import type { PceEvent } from '../core/event.ts';
import { whoDid } from '../core/finding.ts';
import { type Cleared, defineRule, type Finding, type Observation, type RuleContext } from '../core/rule.ts';
import { isAutomation, isOurs } from '../core/rule-context.ts';

const MINUTE_MS = 60_000;
/** How often a draft that is told is read again: what settled it may not have been seen. */
const AGAIN_MS = 60 * MINUTE_MS;
/** Objects read at a time: each takes a few calls of those that polls need too. */
const MOST_ASKED = 5;

const Options = z
  .strictObject({
    hosts: z.int().min(1).default(50).describe('A rule is broad that concerns more hosts than this …'),
    percent: z
      .number()
      .min(0)
      .max(100)
      .default(20)
      .describe('… and more than this part of all managed ones.'),
    ports: z.int().min(1).default(1_000).describe('More ports than this count as all services.'),
    addresses: z
      .int()
      .min(1)
      .default(65_536)
      .describe('An IP list of more addresses (IPv6: networks of /64) is open to anybody.'),
    session_minutes: z
      .int()
      .min(1)
      .default(30)
      .describe('Edits of one person to one object this close together are one.'),
    judge_seconds: z.int().min(0).default(60).describe('So long after the last edit it is judged, …'),
    judge_minutes: z.int().min(1).default(10).describe('… and at the latest so long after the first.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

const Memory = z.object({ sessions: Sessions }).prefault({});
type Memory = z.infer<typeof Memory>;

/** A draft of the policy lets more through, or stops less, than what is provisioned: told before it goes live. */
export const policyDraftBroad = defineRule({
  id: 'policy-draft-broad',
  title: 'Broad policy draft',
  about: 'A policy draft became broad, or a guard in it weaker',
  severity: 'warning',
  life: { kind: 'state' },
  on: {
    types: [
      'rule_set.*',
      'rule_sets.delete',
      'sec_rule.*',
      'deny_rule.*',
      'enforcement_boundary.*',
      'ip_list.*',
      'ip_lists.*',
      'service.*',
      'services.*',
      'label_group.*',
      'firewall_settings.update',
      'sec_policy.create',
      'sec_policy.restore',
      'sec_policy_pending.delete',
    ],
    readings: ['policy'],
  },
  options: Options,
  memory: Memory,
  todo: 'Ask the author before anybody provisions it. If it was not meant, revert the draft in the PCE console.',
  asks: ({ sessions }, now) =>
    due(sessions, now)
      .flatMap(([, session]) => questionOf(session) ?? [])
      .slice(0, MOST_ASKED),
  detect(observation, memory, options, context) {
    if (observation.kind === 'events') return heard(observation, memory, options, context);
    if (observation.kind === 'policy') return read(observation, memory, options, context);
    return { findings: [] };
  },
});

interface Result {
  readonly findings: readonly Finding[];
  readonly cleared: readonly Cleared[];
  readonly memory: Memory;
}

const paceOf = (options: Options): Pace => ({
  sessionMs: options.session_minutes * MINUTE_MS,
  judgeMs: options.judge_seconds * 1_000,
  latestMs: options.judge_minutes * MINUTE_MS,
});

/** Events open and extend sessions, and settle them. What nobody can read is judged by them at once. */
const heard = (
  { events, now, answering }: Extract<Observation, { kind: 'events' }>,
  memory: Memory,
  options: Options,
  context: RuleContext,
): Result => {
  const pace = paceOf(options);
  const cleared: Cleared[] = [];
  let { sessions } = memory;
  for (const event of events) {
    if (event.status === 'failure' || isOurs(event, context)) continue;
    if (event.type === 'sec_policy.create') {
      const settled = wentLive(sessions, event);
      cleared.push(...settled.cleared);
      sessions = settled.sessions;
    } else if (event.type.startsWith('sec_policy')) sessions = hastened(sessions, event.at);
    else {
      const by = {
        author: whoDid(event),
        at: event.at,
        event: event.href,
        routine: isAutomation(event, context),
      };
      for (const edit of editsOf(event)) sessions = edited(sessions, edit, by, pace);
    }
  }
  const findings: Finding[] = [];
  const after = Object.entries(sessions).map(([key, session]): [string, Session] => {
    if (session.dueAt === null || (answering === true && session.href !== null)) return [key, session];
    const found = byEvent(session);
    // Nothing will say when it is over.
    findings.push(...found.map((one) => ({ ...one, life: 'once' as const })));
    return [
      key,
      { ...session, dueAt: null, told: found.length > 0 ? session.words.join('\n') : session.told },
    ];
  });
  return { findings, cleared, memory: { sessions: pruned(Object.fromEntries(after), now, pace) } };
};

/** What was told is over once it is live; what was not judged yet is judged as what it was before and after. */
const wentLive = (
  sessions: Sessions,
  event: PceEvent,
): { readonly sessions: Sessions; readonly cleared: readonly Cleared[] } => {
  const { version, objects } = liveIn(event);
  const cleared: Cleared[] = [];
  const left = Object.entries(sessions).flatMap(([key, session]): [string, Session][] => {
    if (objects === undefined) return [[key, session.open ? { ...session, dueAt: event.at } : session]];
    if (!objects.some(({ href }) => href === session.href)) return [[key, session]];
    const as = version === undefined ? '' : ` as policy version ${version}`;
    if (session.open)
      cleared.push({
        subject: subjectOf(session),
        at: event.at,
        why: `provisioned${as} by ${whoDid(event)}`,
      });
    if (session.dueAt === null || version === undefined) return [];
    return [[key, { ...session, open: false, version, dueAt: event.at }]];
  });
  return { sessions: Object.fromEntries(left), cleared };
};

/** What the PCE says of the drafts it was asked for. */
const read = (
  { answers, now, estate }: Extract<Observation, { kind: 'policy' }>,
  memory: Memory,
  options: Options,
  context: RuleContext,
): Result => {
  const pace = paceOf(options);
  const findings: Finding[] = [];
  const cleared: Cleared[] = [];
  const look: Look = {
    population: populationOf(estate),
    label: estate.label,
    workload: estate.workload,
    context,
    limits: options,
  };
  const sessions: Record<string, Session> = { ...memory.sessions };
  // The newest edit first: who made it broad is told of, not who also has a session on it.
  for (const [key, session] of [...due(sessions, now)].sort((a, b) => b[1].lastAt - a[1].lastAt)) {
    const question = questionOf(session);
    const answer = question === undefined ? undefined : answers.get(questionKey(question));
    if (answer === undefined) continue;
    const others = Object.entries(sessions).flatMap(([other, one]) =>
      other !== key && one.open && one.href === session.href ? (one.told ?? []) : [],
    );
    const verdict =
      typeof answer === 'string'
        ? unread(session, answer, now, pace)
        : judged(session, answer, others, now, look);
    findings.push(...verdict.findings);
    cleared.push(...verdict.cleared);
    sessions[key] = verdict.session;
  }
  return { findings, cleared, memory: { sessions: pruned(sessions, now, pace) } };
};

interface Verdict {
  readonly session: Session;
  readonly findings: readonly Finding[];
  readonly cleared: readonly Cleared[];
}

const unread = (session: Session, why: 'refused' | 'failed', now: number, pace: Pace): Verdict => {
  const wait = session.told !== null || (why === 'failed' && now - session.since < pace.latestMs);
  if (wait)
    return {
      session: { ...session, dueAt: now + (session.told === null ? MINUTE_MS : AGAIN_MS) },
      findings: [],
      cleared: [],
    };
  const findings = byEvent(session);
  const told = findings.length === 0 ? null : session.words.join('\n');
  return {
    session: { ...session, told, open: told !== null, dueAt: told === null ? null : now + AGAIN_MS },
    findings,
    cleared: [],
  };
};

const judged = (
  session: Session,
  change: PolicyChange,
  others: readonly string[],
  now: number,
  look: Look,
): Verdict => {
  const named = { ...session, name: `${change.kind} ${change.name}` };
  const judgement = judge(change, look);
  if (judgement === undefined) {
    const why = change.pending ? 'narrowed: nothing in it is broad any more' : 'no draft of it is left';
    return {
      session: { ...named, dueAt: null, open: false, told: null },
      findings: [],
      cleared: session.open ? [{ subject: subjectOf(named), at: now, why }] : [],
    };
  }
  const live = session.version !== null;
  const known = session.told === judgement.key || others.includes(judgement.key);
  return {
    session: known
      ? { ...named, dueAt: session.open ? now + AGAIN_MS : null }
      : { ...named, told: judgement.key, open: !live, dueAt: live ? null : now + AGAIN_MS },
    findings: known ? [] : [draftFinding(named, judgement.severity, judgement.weakens, [judgement.story])],
    cleared: [],
  };
};
