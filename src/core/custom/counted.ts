import { defineRule, type Finding } from '../rule.ts';
import { subjectKey } from '../subject.ts';
import { Tallied, tallyOf } from '../tally.ts';
import { counted, span } from '../text.ts';
import { budgetOf } from './budget.ts';
import { BURST, common, LATENESS_MS, NO_OPTIONS } from './common.ts';
import { finderOf, told } from './occurrence.ts';
import type { CustomRule } from './spec.ts';

/** So many within a window, for each value of a field; or so many different ones of another field. */
export const countedRule = (spec: CustomRule, count: NonNullable<CustomRule['count']>) => {
  const { atLeast, withinMs, by, distinct } = count;
  const find = finderOf(spec, by);
  const findDistinct = distinct === undefined ? undefined : finderOf(spec, distinct);
  return defineRule({
    ...common(spec),
    life: BURST,
    options: NO_OPTIONS,
    memory: Tallied,
    detect(observation, memory) {
      if (observation.kind !== 'events') return { findings: [] };
      const { events, estate, now } = observation;
      const spend = budgetOf();
      const tally = tallyOf(memory);
      const seen = events.flatMap((event) => {
        const occurrences = find(event, estate, spend);
        const others = findDistinct?.(event, estate, spend).map(({ subject }) => subjectKey(subject)) ?? [''];
        for (const { subject } of occurrences)
          for (const [i, other] of others.entries())
            tally.add(subjectKey(subject), i === 0 ? event : { ...event, href: `${event.href}#${i}` }, other);
        return occurrences;
      });
      const findings = seen.flatMap((one): Finding[] => {
        const fullest = tally.fullest(subjectKey(one.subject), one.event.at, withinMs);
        const reached = distinct === undefined ? fullest.count : fullest.distinct;
        if (reached < atLeast) return [];
        const what = distinct === undefined ? counted(fullest.count, 'time') : `${reached} different ones`;
        return [told(spec, one, [` ${what} in ${span(fullest.last - fullest.first)}.`])];
      });
      return { findings, memory: tally.kept(now - withinMs - LATENESS_MS) };
    },
  });
};
