import { z } from 'zod';
import { hostFinding, NAMELESS_HOST } from '../core/finding.ts';
import { defineRule } from '../core/rule.ts';
import { affectedHosts } from '../core/subject.ts';

/** A VEN still talks although its workload was deleted from the PCE: it enforces what nobody can change any more. */
export const venLost = defineRule({
  id: 'ven-lost',
  title: 'Lost VEN',
  about: 'A VEN still talks to the PCE although its workload was deleted',
  severity: 'error',
  life: { kind: 'once' },
  on: { types: ['lost_agent.found'] },
  options: z.strictObject({}).default({}),
  memory: z.null().default(null),
  todo: 'Find the machine by its name or address. Unpair its VEN with illumio-ven-ctl and pair it anew, or take it off the network.',
  detect(observation) {
    if (observation.kind !== 'events') return { findings: [] };
    return {
      findings: observation.events
        .filter(({ status }) => status !== 'failure')
        .flatMap((event) => {
          const named = affectedHosts(event, observation.estate);
          const { address } = event.action;
          return (named.length === 0 ? [NAMELESS_HOST] : named).map((host) =>
            hostFinding(event, host, {
              severity: 'error',
              title: `Lost VEN on ${host.subject.name}`,
              story: [
                'Its workload was deleted from the PCE, but its VEN still reports, as seen at ',
                { time: event.at },
                ': it goes on with its last policy, and no new one reaches it.',
                address === undefined ? '' : ` It came from ${address}.`,
              ],
            }),
          );
        }),
    };
  },
});
