import { z } from 'zod';
import type { PceEvent } from '../core/event.ts';
import { type Cleared, defineRule, type Finding, type Observation } from '../core/rule.ts';
import { forget, type Said, Standing, stand } from '../core/standing.ts';
import {
  type AffectedHost,
  firstNamedHosts,
  type Subject,
  subjectKey,
  workloadHrefs,
} from '../core/subject.ts';
import { uuidOf, type Workload } from '../core/workload.ts';

/** How late an event may come and still be put in its place; what is older is settled by the state sweep (definitions §1, §2). */
const LATEST_MS = 3_600_000;

/** A suspended VEN enforces nothing. Seen in events, or found by the state sweep when the event was missed. */
export const venSuspended = defineRule({
  id: 'ven-suspended',
  title: 'VEN suspended',
  about: 'A VEN was suspended: it enforces nothing',
  severity: 'error',
  life: { kind: 'state' },
  on: { types: ['agent.suspend', 'agent.unsuspend'], readings: ['sweep'] },
  options: z.strictObject({}).default({}),
  memory: Standing,
  todo: 'Ask who suspended it and for how long. Unsuspend it in the PCE console, or on the host with illumio-ven-ctl unsuspend.',
  detect(observation, memory) {
    if (observation.kind === 'sweep') return sweep(observation, memory);
    if (observation.kind !== 'events') return { findings: [] };
    const findings: Finding[] = [];
    const said: Said[] = [];
    for (const event of observation.events.filter(({ status }) => status !== 'failure')) {
      const holds = event.type === 'agent.suspend';
      if (!holds && event.at < observation.now - LATEST_MS) continue;
      for (const host of firstNamedHosts(event, observation.estate, ['actor', 'changes', 'notices'])) {
        said.push({ subject: host.subject, at: event.at, holds });
        if (holds) findings.push(fromEvent(event, host));
      }
    }
    const after = stand(memory, said);
    return {
      findings,
      cleared: after.over.map(({ subject, at }) => ({ subject, at, why: 'unsuspended' })),
      memory: recent(after.standing, observation.now),
    };
  },
});

/** Suspended hosts nobody told of yet are found; hosts of open alerts that are not suspended any more are cleared. */
const sweep = (
  { hosts, suspended, now }: Extract<Observation, { kind: 'sweep' }>,
  memory: Standing,
): { findings: readonly Finding[]; cleared: readonly Cleared[]; memory: Standing } => {
  const held = ({ subject }: { subject: Subject }): boolean => memory[subjectKey(subject)]?.[1] === true;
  const found = suspended.map((host) => hostOf(host.href, host)).filter((one) => !held(one));
  const cleared = [...hosts].flatMap(([href, host]): Cleared[] => {
    const why = endOf(host);
    return why === undefined ? [] : [{ subject: hostOf(href, host).subject, at: now, why }];
  });
  const said = [
    ...found.map(({ subject }) => ({ subject, at: now, holds: true })),
    ...cleared.filter(held).map(({ subject }) => ({ subject, at: now, holds: false })),
  ];
  return {
    findings: found.map((host) => fromState(host, now)),
    cleared,
    memory: recent(stand(memory, said).standing, now),
  };
};

/** Who is suspended stays, who is not is forgotten when no late event can matter. */
const recent = (standing: Standing, now: number): Standing =>
  forget(standing, now - LATEST_MS, (holds) => holds);

const EFFECT = ": Illumio's rules are off on this host until it is unsuspended.";

const fromEvent = (event: PceEvent, host: AffectedHost): Finding => ({
  ...about(host),
  at: event.at,
  story: [
    event.actor.kind === 'user'
      ? `Suspended by ${event.actor.name ?? 'an unknown user'} at `
      : 'Suspended at ',
    { time: event.at },
    EFFECT,
  ],
  event: event.href,
});

/** Without an event nobody knows when it happened. */
const fromState = (host: AffectedHost, now: number): Finding => ({
  ...about(host),
  at: now,
  story: ['Found suspended at ', { time: now }, '; since when and by whom no event says', EFFECT],
  event: null,
});

const about = (host: AffectedHost) =>
  ({
    subject: host.subject,
    severity: 'error',
    title: `VEN suspended on ${host.subject.name}`,
    workloads: workloadHrefs(host),
    suggests: [],
  }) as const;

const hostOf = (href: string, workload: Workload | null): AffectedHost => ({
  subject: { kind: 'workload', href, name: workload?.name ?? uuidOf(href) },
  workload: workload ?? undefined,
});

/** What a GET says of a host that had an alert: only a clear word ends it, an unknown state does not. */
const endOf = (host: Workload | null): string | undefined => {
  if (host === null) return 'no longer in the PCE';
  if (!host.managed || host.ven?.status === 'uninstalled') return 'unpaired';
  if (host.ven?.status === 'active') return 'unsuspended';
  return host.ven?.status === 'stopped' ? 'no longer suspended, but its VEN is stopped' : undefined;
};
