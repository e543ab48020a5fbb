import { z } from 'zod';
import { Hours } from '../core/hourly.ts';
import { defineRule } from '../core/rule.ts';
import { TRAFFIC } from '../core/traffic/groups.ts';
import { judgeSpikes, SPIKE_QUIET_MS } from '../core/traffic/spike.ts';

/** A group of hosts makes or takes far more connections than at this hour of other days (definitions §5). */
export const trafficSpike = defineRule({
  id: 'traffic-spike',
  title: 'Unusually much traffic',
  about: 'A group of hosts has far more connections than usual at this hour',
  severity: 'info',
  life: { kind: 'burst', quietMs: SPIKE_QUIET_MS, over: 'as much traffic as usual' },
  on: { types: [], readings: ['flows'] },
  options: z
    .strictObject({
      least: z.int().min(1).default(5_000).describe('So many connections in an hour, and …'),
      times: z.number().min(1).default(3).describe('… so many times the median of that hour, and …'),
      deviations: z
        .number()
        .min(0)
        .default(6)
        .describe('… more than the median and so many median absolute deviations.'),
    })
    .prefault({}),
  memory: Hours,
  todo: 'Look at the sources named: a backup, a rollout or a load test are ordinary; a single host that floods is not.',
  detect(observation, hours, { least, times, deviations }) {
    if (observation.kind !== 'flows') return { findings: [] };
    return judgeSpikes(observation, hours, {
      kind: TRAFFIC,
      isSpike: (count, { median, deviation }) =>
        count >= least && count >= times * median && count > median + deviations * deviation,
      title: (group) => `Unusually much traffic: ${group}`,
      says: (count, group) => `${count} were opened from or to ${group}`,
    });
  },
});
