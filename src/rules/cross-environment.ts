import { z } from 'zod';
import { HOUR_MS } from '../core/hourly.ts';
import { defineRule, type Finding, type RuleContext } from '../core/rule.ts';
import { counted, listed } from '../core/text.ts';
import { type Crossing, crossingKey, crossings } from '../core/traffic/crossing.ts';
import { LEARNT_DAYS } from '../core/traffic/known.ts';
import { isHighValue, isLate, suspicious, ToldAt, timesOf, withoutOld } from '../core/traffic/scan.ts';

/** Somebody talks over a border between zones who never did in fourteen days (definitions §5). Off until `zones` says which there are. */
export const crossEnvironment = defineRule({
  id: 'cross-environment',
  title: 'New traffic between zones',
  about: 'Hosts of one zone reach another zone in a way that nobody of theirs did in 14 days',
  severity: 'warning',
  life: { kind: 'burst', quietMs: 30 * 60_000, over: 'nothing new over this border' },
  on: { types: [], readings: ['flows'] },
  options: z.strictObject({}).default({}),
  memory: z.object({ hour: z.number().optional(), told: ToldAt }).prefault({}),
  todo: 'Ask who owns both sides whether this is meant. What serves every zone belongs into `shared`.',
  detect(observation, { hour, told }, _options, context) {
    if (observation.kind !== 'flows') return { findings: [] };
    const { now, daysKnown } = observation;
    const current = Math.floor(now / HOUR_MS);
    // What touches no high-value host waits for the end of the hour, so that a new release is one message.
    const hourIsOver = hour !== undefined && hour !== current;
    const next: Record<string, number> = withoutOld(told, now);
    const findings = crossings(suspicious(observation, context), context).flatMap((crossing) => {
      const key = crossingKey(crossing);
      const newest = Math.max(...crossing.edges.map(({ reportedAt }) => reportedAt));
      if (newest <= (next[key] ?? 0)) return [];
      if (!hourIsOver && !isHighValue(crossing.edges, context)) return [];
      next[key] = newest;
      return [findingOf(crossing, now, daysKnown, context)];
    });
    return { findings, memory: { hour: current, told: next } };
  },
});

const NAMED = 3;

const findingOf = (crossing: Crossing, now: number, daysKnown: number, context: RuleContext): Finding => {
  const { from, to, service, edges } = crossing;
  const names = (of: 'source' | 'destination'): string[] => [...new Set(edges.map((edge) => edge[of].name))];
  const learning = daysKnown < LEARNT_DAYS;
  const grave = isHighValue(edges, context);
  const decisions = new Set(edges.flatMap((edge) => edge.decisions));
  return {
    subject: { kind: 'label', href: null, name: crossingKey(crossing) },
    severity: 'warning',
    at: now,
    title: `New traffic from ${from} to ${to} on ${service}`,
    story: [
      { bold: listed(names('source'), NAMED) },
      ` (${from}) reached ${listed(names('destination'), NAMED)} (${to}) on ${service}: ${counted(edges.length, 'pair')} that had not talked so in 14 days, ${decisions.has('allowed') ? 'allowed' : 'potentially blocked'}. `,
      ...timesOf(edges),
      learning
        ? ` I have watched for ${counted(daysKnown, 'day')} only and am still learning what is usual.`
        : '',
    ],
    workloads: [
      ...new Set(edges.flatMap(({ source, destination }) => [source.href, destination.href])),
    ].flatMap((href) => href ?? []),
    suggests: [],
    event: null,
    ...(learning || (!grave && edges.every(isLate)) ? { digest: true as const } : {}),
  };
};
