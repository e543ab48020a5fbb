import { z } from 'zod';
import { Gaps, silenceMs, withGaps } from '../core/event-gaps.ts';
import { countFamilies, HISTORY_DAYS, type Unusual, unusualIn } from '../core/event-rate.ts';
import { HOUR_MS, Hours, withHour } from '../core/hourly.ts';
import { type Cleared, defineRule, type Finding, type Observation, type RuleContext } from '../core/rule.ts';
import { isOurs } from '../core/rule-context.ts';
import type { Subject } from '../core/subject.ts';
import { counted, grouped, listed, span, type Text } from '../core/text.ts';

const Memory = z
  .object({ hours: Hours, gaps: Gaps, unusual: z.string().default(''), silent: z.boolean().default(false) })
  .prefault({});
type Memory = z.infer<typeof Memory>;

/** More or fewer events of a kind than usual at this hour, or none at all: learnt over four weeks, judged hour by hour. */
export const eventsRate = defineRule({
  id: 'events-rate',
  title: 'Unusual number of events',
  about: 'Far more or fewer events of a kind than usual at this hour, or none at all',
  severity: 'warning',
  life: { kind: 'state' },
  on: { types: [], readings: ['hour', 'ingest'] },
  options: z.strictObject({}).default({}),
  memory: Memory,
  todo: 'Look at the events of that hour in the PCE console. A silence: check the event settings and the disk of the PCE.',
  detect(observation, memory, _options, context) {
    if (observation.kind === 'hour') return judgeHour(observation, memory, context);
    if (observation.kind === 'ingest') return judgeSilence(observation, memory);
    return { findings: [] };
  },
});

interface Judged {
  readonly findings: readonly Finding[];
  readonly cleared: readonly Cleared[];
  readonly memory: Memory;
}

const judgeHour = (
  { pce, now, from, events }: Extract<Observation, { kind: 'hour' }>,
  memory: Memory,
  context: RuleContext,
): Judged => {
  const hour = Math.floor(from / HOUR_MS);
  const counts = events === null ? null : countFamilies(events, (event) => isOurs(event, context));
  const hours = withHour(memory.hours, hour, counts, HISTORY_DAYS);
  const gaps =
    events === null
      ? memory.gaps
      : withGaps(
          memory.gaps,
          events.map(({ at }) => at),
        );
  const { unusual, learning } = unusualIn(hours, hour);
  const key = unusual.map(({ family, kind }) => `${family} ${kind}`).join(', ');
  const next = { ...memory, hours, gaps, unusual: key };
  const subject: Subject = { kind: 'pce', href: null, name: pce };
  if (unusual.length === 0)
    return {
      findings: [],
      cleared:
        memory.unusual === '' || events === null ? [] : [{ subject, at: now, why: 'as many as usual again' }],
      memory: events === null ? { ...next, unusual: memory.unusual } : next,
    };
  const story: Text = [
    'In the hour from ',
    { time: from },
    `: ${listed(unusual.map(words), 6)}.`,
    learning.length === 0 ? '' : ` Still learning: ${listed(learning, 5)}.`,
  ];
  const title = `Unusual number of events on ${pce}: ${listed(
    unusual.map(({ family }) => family),
    3,
  )}`;
  return { findings: [finding(subject, 'warning', now, title, story)], cleared: [], memory: next };
};

const words = ({ family, kind, count, expected }: Unusual): string =>
  `${counted(count, `${family} event`)} instead of about ${grouped(Math.round(expected))}${kind === 'drop' ? ', for two hours' : ''}`;

/** No event at all for far longer than ever, while the PCE answers: its log may not record any more. */
const judgeSilence = (
  { pce, now, newest }: Extract<Observation, { kind: 'ingest' }>,
  memory: Memory,
): Judged => {
  const limit = silenceMs(memory.gaps);
  const nothing: Judged = { findings: [], cleared: [], memory };
  if (newest === undefined || limit === undefined) return nothing;
  const silent = now - newest > limit;
  if (silent === memory.silent) return nothing;
  const subject: Subject = { kind: 'pce', href: null, name: `silence of ${pce}` };
  const next = { ...memory, silent };
  if (!silent)
    return { findings: [], cleared: [{ subject, at: now, why: 'events are recorded again' }], memory: next };
  const story: Text = [
    `${pce} answers, but has recorded no event for ${span(now - newest)}, since `,
    { time: newest },
    `. In the last week it was hardly ever silent for longer than ${span(limit / 5)}.`,
  ];
  return {
    ...nothing,
    findings: [finding(subject, 'error', now, `No events on ${pce}`, story)],
    memory: next,
  };
};

const finding = (
  subject: Subject,
  severity: 'warning' | 'error',
  at: number,
  title: string,
  story: Text,
): Finding => ({
  subject,
  severity,
  at,
  title,
  story,
  workloads: [],
  suggests: [],
  event: null,
});
