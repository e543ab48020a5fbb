import { z } from 'zod';
import type { PceEvent } from '../core/event.ts';
import { hostFinding, NAMELESS_HOST, whoDid } from '../core/finding.ts';
import { enforcementLowered as loweredIn } from '../core/lowered.ts';
import { defineRule, type Finding } from '../core/rule.ts';
import { isOurs } from '../core/rule-context.ts';
import { affectedHosts } from '../core/subject.ts';
import type { Estate } from '../core/workload.ts';

/** A host enforces less than before: full > selective > visibility_only > idle. Every host of a bulk change by itself. */
export const enforcementLowered = defineRule({
  id: 'enforcement-lowered',
  title: 'Enforcement lowered',
  about: 'A host was put into a lower enforcement mode',
  severity: 'error',
  life: { kind: 'once' },
  on: { types: ['workload.*', 'workloads.*', 'agent.activate'] },
  options: z.strictObject({}).default({}),
  memory: z.null().default(null),
  todo: 'Ask who made the change whether it was meant, and until when. If not, set the mode back in the PCE.',
  detect(observation, _memory, _options, context) {
    if (observation.kind !== 'events') return { findings: [] };
    return {
      findings: observation.events
        .filter((event) => event.status !== 'failure' && !isOurs(event, context))
        .flatMap((event) => findings(event, observation.estate)),
    };
  },
});

const findings = (event: PceEvent, estate: Estate): Finding[] =>
  event.resources.flatMap((change) => {
    const lowered = 'workload' in change.resource ? loweredIn(change) : undefined;
    if (lowered === undefined) return [];
    const hosts = affectedHosts({ ...event, resources: [change] }, estate, ['changes']);
    return (hosts.length === 0 ? [NAMELESS_HOST] : hosts).map((host) =>
      hostFinding(event, host, {
        severity: 'error',
        title: `Enforcement lowered on ${host.subject.name}`,
        story: [
          `${whoDid(event)} lowered the enforcement of `,
          { bold: host.subject.name },
          ' at ',
          { time: event.at },
          `: ${lowered.from} → ${lowered.to}. ${EFFECT[lowered.to] ?? ''}`,
        ],
      }),
    );
  });

const EFFECT: Readonly<Record<string, string>> = {
  idle: 'Its VEN enforces nothing and reports nothing now.',
  visibility_only: 'Nothing is blocked on it any more; traffic is only reported.',
  selective: 'Only traffic that a deny rule or boundary names is blocked now.',
};
