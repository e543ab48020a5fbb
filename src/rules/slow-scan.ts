import { z } from 'zod';
import { defineRule } from '../core/rule.ts';
import type { NewEdge } from '../core/traffic/edge.ts';
import {
  groupsOf,
  manyHosts,
  manyServices,
  pairKey,
  portScans,
  scanFindings,
  serviceKey,
  suspicious,
  sweeps,
  ToldAt,
} from '../core/traffic/scan.ts';

const HOUR_MS = 3_600_000;

/** The same over a day: one new service or host now and then, so that no minute looks like a scan. */
export const slowScan = defineRule({
  id: 'slow-scan',
  title: 'Slow scan',
  about: 'Within 24 h one host reaches many services of another, or many others on one service',
  severity: 'warning',
  life: { kind: 'burst', quietMs: 30 * 60_000, over: 'nothing new' },
  on: { types: [], readings: ['flows'] },
  options: z
    .strictObject({
      services: z.int().min(1).default(50).describe('More than so many of one destination …'),
      hosts: z.int().min(1).default(100).describe('… or more than so many on one service.'),
    })
    .prefault({}),
  memory: z.object({ hour: z.number().default(0), told: ToldAt }).prefault({}),
  todo: 'Find out which program on that host does it: an inventory tool belongs into `scanners`.',
  detect(observation, memory, { services, hosts }, context) {
    const hour = Math.floor(observation.now / HOUR_MS);
    if (observation.kind !== 'flows' || hour === memory.hour) return { findings: [] };
    const all = suspicious(observation, context);
    // What a minute shows is told by port-scan and sweep already.
    const fast = new Set([...portScans(all), ...sweeps(all)].flat());
    const slow = all.filter((edge) => !fast.has(edge));
    const wide = (keyOf: (edge: NewEdge) => string, most: number) =>
      [...groupsOf(slow, keyOf).values()].filter(({ length }) => length > most);
    const toOne = wide(pairKey, services);
    const scans = [...toOne, ...wide(serviceKey, hosts)];
    const { findings, memory: told } = scanFindings(scans, memory.told, observation, context, {
      severity: 'warning',
      title: (source) => `Slow scan by ${source}`,
      group: (edges) => (toOne.includes(edges) ? manyServices(edges) : manyHosts(edges)),
    });
    return { findings, memory: { hour, told } };
  },
});
