import { z } from 'zod';
import { defineRule } from '../core/rule.ts';
import {
  FAST,
  manyHosts,
  scanFindings,
  stillOpen,
  suspicious,
  sweeps,
  ToldAt,
} from '../core/traffic/scan.ts';

/** One machine tries one service on many others within a minute, that it never talked to before. */
export const sweep = defineRule({
  id: 'sweep',
  title: 'Network sweep',
  about: 'One host reaches many others on one service within a minute, all new in 14 days',
  severity: 'error',
  life: { kind: 'burst', quietMs: 30 * 60_000, over: 'no new hosts' },
  on: { types: [], readings: ['flows'] },
  options: z
    .strictObject({ hosts: z.int().min(1).default(FAST.hosts).describe('More than so many.') })
    .prefault({}),
  memory: ToldAt,
  todo: 'Find out which program on that host does it. Isolate the host when nobody can say.',
  detect(observation, told, options, context) {
    if (observation.kind !== 'flows') return { findings: [] };
    const open = stillOpen(suspicious(observation, context), observation.now);
    return scanFindings(sweeps(open, options), told, observation, context, {
      severity: 'error',
      title: (source) => `Network sweep by ${source}`,
      group: manyHosts,
    });
  },
});
