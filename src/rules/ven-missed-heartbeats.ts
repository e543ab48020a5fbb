import { z } from 'zod';
import type { PceEvent } from '../core/event.ts';
import { hostFinding } from '../core/finding.ts';
import { PRESENCE, presence } from '../core/presence.ts';
import { type Cleared, defineRule, type Finding, type Observation, type RuleContext } from '../core/rule.ts';
import { forget, type Said, Standing, stand } from '../core/standing.ts';
import { type AffectedHost, affectedHosts } from '../core/subject.ts';
import { type Estate, uuidOf } from '../core/workload.ts';

const MINUTE_MS = 60_000;
/** How late an event may come and still be put in its place (definitions §1). */
const LATEST_MS = 60 * MINUTE_MS;
/** VENs report every five minutes; one that was heard within this is back (facts §6). */
const HEARD_MS = 10 * MINUTE_MS;

const CHECKS = [
  'system_task.agent_missed_heartbeats_check',
  'system_task.agent_missing_heartbeats_after_upgrade',
];

const Options = z
  .strictObject({
    all: z.boolean().default(false).describe('Every host; else only those that match high_value.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

/** A VEN missed three heartbeats: it may be about to go offline. When it does, that alert takes over. */
export const venMissedHeartbeats = defineRule({
  id: 'ven-missed-heartbeats',
  title: 'Heartbeats missed',
  about: 'A VEN of a high-value host missed heartbeats',
  severity: 'warning',
  life: { kind: 'state' },
  on: { types: [...CHECKS, ...PRESENCE.types], notices: PRESENCE.notices, readings: ['sweep'] },
  options: Options,
  memory: Standing,
  bornOfAbsence: true,
  todo: 'Check that the host is up and reaches the PCE. In three quarters of an hour the PCE will take it out of the policy.',
  detect(observation, memory, options, context) {
    if (observation.kind === 'sweep') return { findings: [], cleared: heardAgain(observation) };
    if (observation.kind !== 'events') return { findings: [] };
    const { estate, now } = observation;
    const missed = observation.events.flatMap((event) => missedIn(event, estate));
    const seen = observation.events.flatMap((event) => presence(event, estate));
    const offline = new Map(seen.map(({ host, says }) => [host.subject.name, says === 'offline']));
    const said: Said[] = [
      ...missed.map(({ event, host }) => ({ subject: host.subject, at: event.at, holds: true })),
      ...seen.flatMap(({ event, host, says }) =>
        says === 'goodbye' ? [] : [{ subject: host.subject, at: event.at, holds: false }],
      ),
    ];
    const { standing, over } = stand(memory, said);
    return {
      findings: missed.flatMap(({ event, host }) => finding(event, host, options, context)),
      cleared: over.map(({ subject, at }) => ({
        subject,
        at,
        why: offline.get(subject.name) === true ? 'it went offline, which is told as such' : 'back online',
      })),
      memory: forget(standing, now - LATEST_MS, () => false),
    };
  },
});

/** The VENs stand in the notifications, on some releases in the changes (facts §2.3). */
const missedIn = (event: PceEvent, estate: Estate): { event: PceEvent; host: AffectedHost }[] =>
  CHECKS.includes(event.type)
    ? affectedHosts(event, estate, ['notices', 'changes']).map((host) => ({ event, host }))
    : [];

const finding = (event: PceEvent, host: AffectedHost, { all }: Options, context: RuleContext): Finding[] => {
  const labels = host.workload?.labels ?? [];
  if (context.ephemeral(labels) || !(all || context.highValue(labels))) return [];
  const upgraded = event.type.endsWith('after_upgrade');
  return [
    hostFinding(event, host, {
      severity: 'warning',
      title: `Heartbeats missed by ${host.subject.name}`,
      story: [
        `The PCE has not heard from ${host.subject.name}${upgraded ? ' since its VEN was upgraded' : ''}, as seen at `,
        { time: event.at },
        '. It still enforces its last policy.',
      ],
    }),
  ];
};

/** What a GET says of hosts with an open alert: heard again, or gone. */
const heardAgain = ({ hosts, now }: Extract<Observation, { kind: 'sweep' }>): Cleared[] =>
  [...hosts].flatMap(([href, host]) => {
    const subject = { kind: 'workload', href, name: host?.name ?? uuidOf(href) } as const;
    if (host === null) return [{ subject, at: now, why: 'no longer in the PCE' }];
    if (!host.managed || host.ven?.status === 'uninstalled') return [{ subject, at: now, why: 'unpaired' }];
    const heard = host.ven?.heartbeatAt;
    return host.online === true && heard !== undefined && now - heard < HEARD_MS
      ? [{ subject, at: now, why: 'heard again' }]
      : [];
  });
