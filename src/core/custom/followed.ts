import { z } from 'zod';
import { defineRule, type Finding } from '../rule.ts';
import { subjectKey } from '../subject.ts';
import { Tallied, type Tally, tallyOf } from '../tally.ts';
import { span } from '../text.ts';
import { budgetOf } from './budget.ts';
import { BURST, common, LATENESS_MS, NO_OPTIONS } from './common.ts';
import { finderOf, type Occurrence, told } from './occurrence.ts';
import type { CustomRule } from './spec.ts';

const Memory = z.object({ first: Tallied, second: Tallied }).prefault({});

/** One event, and within a time another one of the same host, actor, address or value. */
export const followedRule = (spec: CustomRule, next: NonNullable<CustomRule['followed']>) => {
  const findFirst = finderOf(spec, next.by);
  const findSecond = finderOf(next, next.by);
  return defineRule({
    ...common(spec),
    life: BURST,
    options: NO_OPTIONS,
    memory: Memory,
    detect(observation, memory) {
      if (observation.kind !== 'events') return { findings: [] };
      const { events, estate, now } = observation;
      const spend = budgetOf();
      const first = tallyOf(memory.first);
      const second = tallyOf(memory.second);
      const note = (tally: Tally, seen: readonly Occurrence[]): readonly Occurrence[] => {
        for (const { subject, event } of seen) tally.add(subjectKey(subject), event, event.href);
        return seen;
      };
      const findings = events.flatMap((event): Finding[] => {
        const firsts = note(first, findFirst(event, estate, spend));
        const seconds = note(second, findSecond(event, estate, spend));
        return [
          ...seconds.flatMap((one) => preceded(spec, one, first, next.withinMs)),
          // Recorded late: what followed it was seen before it.
          ...firsts.flatMap((one) => lateFirst(spec, one, first, second, next.withinMs)),
        ];
      });
      const since = now - next.withinMs - LATENESS_MS;
      return { findings, memory: { first: first.kept(since), second: second.kept(since) } };
    },
  });
};

/** The latest first one before a moment, within the time, that is not that event itself. */
const before = (tally: Tally, key: string, at: number, withinMs: number, but: readonly string[]) =>
  tally.each(key).findLast((one) => one.at <= at && at - one.at <= withinMs && !but.includes(one.of));

const preceded = (spec: CustomRule, one: Occurrence, first: Tally, withinMs: number): Finding[] => {
  const { at, href } = one.event;
  const found = before(first, subjectKey(one.subject), at, withinMs, [href]);
  return found === undefined ? [] : [told(spec, one, [` It came ${span(at - found.at)} after the first.`])];
};

const lateFirst = (
  spec: CustomRule,
  one: Occurrence,
  first: Tally,
  second: Tally,
  withinMs: number,
): Finding[] => {
  const key = subjectKey(one.subject);
  const { at, href } = one.event;
  return second
    .each(key)
    .filter((next) => next.of !== href && next.at >= at && next.at - at <= withinMs)
    .filter((next) => before(first, key, next.at, withinMs, [href, next.of]) === undefined)
    .slice(0, 1)
    .map((next) => told(spec, one, [` What it is watched for came ${span(next.at - at)} later.`]));
};
