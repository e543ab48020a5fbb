import { z } from 'zod';
import type { PceEvent } from '../core/event.ts';
import { hostFinding, NAMELESS_HOST, standingFinding } from '../core/finding.ts';
import { defineRule, type Finding } from '../core/rule.ts';
import { firstNamedHosts } from '../core/subject.ts';
import { Tallied, type Tally, tallyOf } from '../core/tally.ts';
import { counted } from '../core/text.ts';
import type { Estate } from '../core/workload.ts';

const HOUR_MS = 3_600_000;
/** How late an event may be recorded (definitions §1). */
const LATENESS_MS = 20 * 60_000;

const CLONE = 'agent.clone_detected';
/** All of a PCE count together: volume is what tells a theft of identities from one restored snapshot. */
const ALL = 'all';

const Options = z
  .strictObject({
    per_hour: z
      .int()
      .min(1)
      .max(100)
      .default(5)
      .describe('More clones than this within an hour are critical.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

/** Two machines speak with the identity of one VEN: a copied image, or a stolen identity. */
export const venClone = defineRule({
  id: 'ven-clone',
  title: 'VEN cloned',
  about: 'Two machines use the identity of one VEN',
  severity: 'warning',
  life: { kind: 'burst', quietMs: 30 * 60_000, over: 'no clone seen' },
  on: { types: [CLONE], notices: [CLONE], standing: true },
  options: Options,
  memory: Tallied,
  todo: 'Find out whether the machine was copied or restored from a snapshot. Then re-pair the copy; if nobody copied it, isolate both.',
  detect(observation, memory, options) {
    if (observation.kind === 'sweep')
      return {
        findings: (observation.standing?.get('ven-clone') ?? []).map(({ host }) =>
          standingFinding(host, observation.now, {
            title: `VEN of ${host.name} was cloned`,
            story: ['The PCE reported a clone of this VEN already when I began to watch.'],
          }),
        ),
      };
    if (observation.kind !== 'events') return { findings: [] };
    const tally = tallyOf(memory);
    const findings = observation.events.flatMap((event) => judge(event, tally, options, observation.estate));
    return { findings, memory: tally.kept(observation.now - HOUR_MS - LATENESS_MS) };
  },
});

const judge = (event: PceEvent, tally: Tally, { per_hour }: Options, estate: Estate): Finding[] => {
  tally.add(ALL, event);
  const { count } = tally.fullest(ALL, event.at, HOUR_MS);
  const named = firstNamedHosts(event, estate, ['actor', 'notices', 'changes']);
  const many = count > per_hour;
  return (named.length === 0 ? [NAMELESS_HOST] : named).map((host) =>
    hostFinding(event, host, {
      severity: many || event.severity === 'err' ? 'critical' : 'warning',
      title: `VEN of ${host.subject.name} was cloned`,
      story: [
        'The PCE heard a second machine with the identity of this VEN at ',
        { time: event.at },
        '.',
        many ? ` ${counted(count, 'clone')} within an hour on this PCE.` : '',
      ],
      suggests: ['quarantine'],
    }),
  );
};
