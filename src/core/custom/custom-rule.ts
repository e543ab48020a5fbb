import { z } from 'zod';
import { type AlertRule, defineRule } from '../rule.ts';
import { budgetOf } from './budget.ts';
import { BURST, common, NO_OPTIONS } from './common.ts';
import { countedRule } from './counted.ts';
import { followedRule } from './followed.ts';
import { missingRule } from './missing.ts';
import { finderOf, told } from './occurrence.ts';
import type { CustomRule } from './spec.ts';

/** A rule of the configuration as one of the registry: listened to by type, run and isolated as every other. */
export const customRule = (spec: CustomRule): AlertRule => {
  if (spec.count !== undefined) return countedRule(spec, spec.count);
  if (spec.followed !== undefined) return followedRule(spec, spec.followed);
  if (spec.absent !== undefined) return missingRule(spec, spec.absent);
  return plainRule(spec);
};

const plainRule = (spec: CustomRule): AlertRule => {
  const find = finderOf(spec, undefined);
  return defineRule({
    ...common(spec),
    life: spec.life === 'burst' ? BURST : { kind: 'once' },
    options: NO_OPTIONS,
    memory: z.null().default(null),
    detect(observation) {
      if (observation.kind !== 'events') return { findings: [] };
      const { events, estate } = observation;
      const spend = budgetOf();
      return {
        findings: events.flatMap((event) => find(event, estate, spend).map((one) => told(spec, one))),
      };
    },
  });
};
