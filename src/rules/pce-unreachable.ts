import { z } from 'zod';
import { defineRule, type Finding, type Reach } from '../core/rule.ts';
import type { Subject } from '../core/subject.ts';
import { span } from '../core/text.ts';

const Options = z
  .strictObject({
    minutes: z.number().positive().default(3).describe('Fires when no call succeeded for so many minutes.'),
    slow_seconds: z
      .number()
      .positive()
      .default(10)
      .describe('Warns when the median of the last ten answers takes longer.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

/** What was told and is not over yet. */
const Memory = z
  .object({ told: z.enum(['down', 'slow']), since: z.number() })
  .nullable()
  .default(null);

/** The PCE does not answer, or hardly. A refused key is not this: the PCE is there. Times are our own clock's. */
export const pceUnreachable = defineRule({
  id: 'pce-unreachable',
  title: 'PCE unreachable',
  about: 'The PCE does not answer, or answers slowly',
  severity: 'critical',
  life: { kind: 'state' },
  on: { types: [], readings: ['reach'] },
  options: Options,
  memory: Memory,
  todo: 'Check the PCE, its load balancer and certificate, and the network between the bot and it. Nothing is lost meanwhile.',
  detect(observation, memory, options) {
    if (observation.kind !== 'reach') return { findings: [] };
    const { reach, now, pce } = observation;
    const subject: Subject = { kind: 'pce', href: null, name: pce };
    const state = stateOf(reach, now, options);
    if (state === undefined || state === memory?.told) return { findings: [] };
    if (state === 'down' || (state === 'slow' && memory === null)) {
      const since = state === 'down' ? (reach.lastOkAt ?? reach.failingSince ?? now) : now;
      return { findings: [finding(state, subject, reach, since, now)], memory: { told: state, since } };
    }
    if (memory === null) return { findings: [] };
    return {
      findings: [],
      cleared: [{ subject, at: now, why: endOf(reach, now - memory.since) }],
      memory: null,
    };
  },
});

/** undefined while calls fail, but not for long enough to say so. */
const stateOf = (reach: Reach, now: number, options: Options): 'down' | 'slow' | 'well' | undefined => {
  const { failingSince, lastOkAt, refused, medianMs } = reach;
  if (failingSince !== undefined && !refused)
    return now - (lastOkAt ?? failingSince) >= options.minutes * 60_000 ? 'down' : undefined;
  return (medianMs ?? 0) > options.slow_seconds * 1_000 ? 'slow' : 'well';
};

const finding = (
  state: 'down' | 'slow',
  subject: Subject,
  reach: Reach,
  since: number,
  now: number,
): Finding => ({
  subject,
  severity: state === 'down' ? 'critical' : 'warning',
  at: now,
  title: state === 'down' ? `${subject.name} cannot be reached` : `${subject.name} answers slowly`,
  story:
    state === 'down'
      ? [
          `I have not reached ${subject.name} for ${span(now - since)}, since `,
          { time: since },
          ` (${reach.why ?? 'no answer'}). VENs go on enforcing their last policy; alerts from it are late, not lost; no quarantine is possible until it answers.`,
        ]
      : [
          `The median of the last ten answers of ${subject.name} is ${seconds(reach.medianMs)}. Alerts may be late.`,
        ],
  workloads: [],
  suggests: [],
  event: null,
});

const endOf = (reach: Reach, forMs: number): string => {
  if (reach.refused) return `answers again after ${span(forMs)}, but refuses our key`;
  return `answers again after ${span(forMs)}${reach.medianMs === undefined ? '' : `, in ${seconds(reach.medianMs)}`}`;
};

const seconds = (ms = 0): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`);
