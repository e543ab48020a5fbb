import { z } from 'zod';
import { defineRule } from '../core/rule.ts';
import {
  FAST,
  manyServices,
  portScans,
  scanFindings,
  stillOpen,
  suspicious,
  ToldAt,
} from '../core/traffic/scan.ts';

/** One machine tries many services of another within a minute, that it never used before. */
export const portScan = defineRule({
  id: 'port-scan',
  title: 'Port scan',
  about: 'One host reaches many services of another within a minute that it never used in 14 days',
  severity: 'error',
  life: { kind: 'burst', quietMs: 30 * 60_000, over: 'no new services' },
  on: { types: [], readings: ['flows'] },
  options: z
    .strictObject({
      services: z.int().min(2).default(FAST.services).describe('So many, one of them not simply allowed …'),
      services_allowed: z.int().min(2).default(FAST.servicesAllowed).describe('… or so many, all allowed.'),
    })
    .prefault({}),
  memory: ToldAt,
  todo: 'Find out which program on that host does it. Isolate the host when nobody can say.',
  detect(observation, told, { services, services_allowed: servicesAllowed }, context) {
    if (observation.kind !== 'flows') return { findings: [] };
    const open = stillOpen(suspicious(observation, context), observation.now);
    const scans = portScans(open, { services, servicesAllowed });
    return scanFindings(scans, told, observation, context, {
      severity: 'error',
      title: (source) => `Port scan by ${source}`,
      group: manyServices,
    });
  },
});
