import { z } from 'zod';
import { Hours } from '../core/hourly.ts';
import { defineRule } from '../core/rule.ts';
import { BLOCKED } from '../core/traffic/groups.ts';
import { judgeSpikes, SPIKE_QUIET_MS } from '../core/traffic/spike.ts';

/** Far more is blocked from or to a group of hosts than at this hour of other days (definitions §5). */
export const blockedSpike = defineRule({
  id: 'blocked-spike',
  title: 'Unusually much blocked',
  about: 'Far more connections of a group of hosts are blocked than usual at this hour',
  severity: 'warning',
  life: { kind: 'burst', quietMs: SPIKE_QUIET_MS, over: 'as much blocked as usual' },
  on: { types: [], readings: ['flows'] },
  options: z
    .strictObject({
      least: z.int().min(1).default(200).describe('More than so many connections in an hour, and …'),
      times: z
        .number()
        .min(1)
        .default(4)
        .describe('… more than so many times the median of that hour, and …'),
      deviations: z
        .number()
        .min(0)
        .default(6)
        .describe('… more than the median and so many median absolute deviations.'),
    })
    .prefault({}),
  memory: Hours,
  todo: 'Look at the sources named: a new program, a changed rule, or somebody who tries doors.',
  detect(observation, hours, { least, times, deviations }) {
    if (observation.kind !== 'flows') return { findings: [] };
    return judgeSpikes(observation, hours, {
      kind: BLOCKED,
      isSpike: (count, { median, deviation }) =>
        count > Math.max(least, times * median, median + deviations * deviation),
      title: (group) => `Unusually many blocked connections: ${group}`,
      says: (count, group) => `${count} from or to ${group} were blocked`,
    });
  },
});
