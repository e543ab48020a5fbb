import { z } from 'zod';
import { type Cleared, defineRule, type Finding, type Observation } from '../rule.ts';
import { type Subject, subjectKey } from '../subject.ts';
import { span } from '../text.ts';
import { budgetOf } from './budget.ts';
import { common, NO_OPTIONS } from './common.ts';
import { type Finder, finderOf } from './occurrence.ts';
import type { CustomRule } from './spec.ts';

const MINUTE_MS = 60_000;
/** Judged so long after it was due: what the next polls bring may be what was waited for, also after the bot was away. */
const GRACE_MS = 5 * MINUTE_MS;
/** Values watched at most; those seen last stay. */
const MOST_WATCHED = 500;

const Watched = z.object({
  at: z.number(),
  kind: z.string(),
  href: z.string().nullable(),
  name: z.string(),
  told: z.boolean(),
});
type Watched = z.infer<typeof Watched>;

const Memory = z
  .object({ watched: z.record(z.string(), Watched).default({}), held: z.boolean().default(false) })
  .prefault({});

/** Nothing that matches for so long: of anything, or of a host, actor, address or value that was seen before. */
export const missingRule = (spec: CustomRule, { forMs, by }: NonNullable<CustomRule['absent']>) => {
  const find = finderOf(spec, by);
  const dueAt = ({ at }: Watched): number => at + forMs + GRACE_MS;
  const { on, ...rest } = common(spec);
  return defineRule({
    ...rest,
    on: { ...on, readings: ['sweep', 'wake'] },
    life: { kind: 'state' },
    bornOfAbsence: true,
    options: NO_OPTIONS,
    memory: Memory,
    detect(observation, memory) {
      const watched = new Map(Object.entries(memory.watched));
      const cleared = seen(observation, watched, find, by);
      const waiting = [...watched.values()].filter(({ told }) => !told);
      const due = waiting.filter((one) => observation.kind === 'wake' && dueAt(one) <= observation.now);
      // Long overdue: the bot was away, and the polls that may bring it are still to come.
      const held = !memory.held && due.some((one) => observation.now - dueAt(one) > GRACE_MS);
      const findings = held ? [] : due.map((one) => missing(spec, one, forMs, observation.now));
      if (!held) for (const one of due) watched.set(subjectKey(subjectOf(one)), { ...one, told: true });
      const next = [...watched.values()].filter(({ told }) => !told).map(dueAt);
      return {
        findings,
        cleared,
        memory: { watched: Object.fromEntries(newest(watched)), held },
        wakeAt: held ? observation.now + GRACE_MS : next.length === 0 ? undefined : Math.min(...next),
      };
    },
  });
};

/** Takes in what came, or that the watch begins. @returns what is missing no longer */
const seen = (
  { kind, now, pce, estate, ...rest }: Observation,
  watched: Map<string, Watched>,
  find: Finder,
  by: string | undefined,
): Cleared[] => {
  const whole: Subject = { kind: 'pce', href: null, name: pce };
  if (kind !== 'events') {
    if (by === undefined && !watched.has(subjectKey(whole)))
      watched.set(subjectKey(whole), { ...whole, at: now, told: false });
    return [];
  }
  const spend = budgetOf();
  const { events } = rest as Extract<Observation, { kind: 'events' }>;
  return events.flatMap((event) =>
    find(event, estate, spend).flatMap((one): Cleared[] => {
      const subject = by === undefined ? whole : one.subject;
      const known = watched.get(subjectKey(subject));
      if (known !== undefined && known.at >= event.at) return [];
      watched.set(subjectKey(subject), { ...subject, at: event.at, told: false });
      return known?.told === true ? [{ subject, at: event.at, why: 'it came again' }] : [];
    }),
  );
};

const subjectOf = ({ kind, href, name }: Watched): Subject => ({ kind: kind as Subject['kind'], href, name });

const missing = ({ title, severity }: CustomRule, one: Watched, forMs: number, now: number): Finding => {
  const subject = subjectOf(one);
  return {
    subject,
    severity,
    at: now,
    title: `${title}: ${subject.name}`,
    story: [`Nothing of it for more than ${span(forMs)}; the last was at `, { time: one.at }, '.'],
    workloads: subject.kind === 'workload' && subject.href !== null ? [subject.href] : [],
    suggests: [],
    event: null,
  };
};

const newest = (watched: ReadonlyMap<string, Watched>): readonly (readonly [string, Watched])[] =>
  [...watched].sort((a, b) => b[1].at - a[1].at).slice(0, MOST_WATCHED);
