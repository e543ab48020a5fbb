import { z } from 'zod';
import type { ExternalAlert, MeantHost } from '../core/external.ts';
import { defineRule, type Finding } from '../core/rule.ts';
import type { Subject } from '../core/subject.ts';
import type { Text } from '../core/text.ts';
import type { Workload } from '../core/workload.ts';

/**
 * What another product detected on a host (definitions §9). It is told and a quarantine is offered; nothing is done by itself. A host is
 * meant only where exactly one workload has that name or address: who has none, or shares it, is said and gets no button.
 */
export const external = defineRule({
  id: 'external',
  title: 'External detection',
  about: 'Another product reported a detection on a host (intake)',
  severity: 'error',
  life: { kind: 'once' },
  on: { types: [], readings: ['external'] },
  options: z.strictObject({}).default({}),
  memory: z.null().default(null),
  todo: 'Look at the detection in the product that reported it, then decide whether the host must be cut off.',
  detect(observation) {
    if (observation.kind !== 'external') return { findings: [] };
    const { alert, hosts, now } = observation;
    const findings = hosts.map((host) => finding(alert, host, now));
    // A name and an address of one host are one finding.
    const first = new Map<string, Finding>();
    for (const one of findings) {
      const key = one.subject.href ?? `${one.subject.kind}:${one.subject.name}`;
      if (!first.has(key)) first.set(key, one);
    }
    return { findings: [...first.values()] };
  },
});

/** Part of the title that tells two detections on one host apart: more would not fit into a pager's key. */
const ASPECT = 60;

const finding = (alert: ExternalAlert, meant: MeantHost, now: number): Finding => {
  const only = meant.matches.length === 1 ? meant.matches[0] : undefined;
  const subject = subjectOf(alert, meant, only);
  return {
    subject,
    severity: alert.severity,
    at: now,
    title: `${alert.title} on ${subject.name}`,
    story: storyOf(alert, meant),
    workloads: only === undefined ? [] : [only.href],
    suggests: only?.managed === true ? ['quarantine'] : [],
    event: null,
  };
};

const subjectOf = (
  { source, title }: ExternalAlert,
  { named, kind }: MeantHost,
  only: Workload | undefined,
): Subject => {
  const aspect = `${source}: ${title.slice(0, ASPECT)}`;
  if (only !== undefined) return { kind: 'workload', href: only.href, name: only.name, aspect };
  return { kind: kind === 'name' ? 'workload' : 'ip', href: null, name: named, aspect };
};

const storyOf = ({ source, title, url, facts }: ExternalAlert, meant: MeantHost): Text => [
  `${source} reports: ${title}.`,
  ...Object.entries(facts).map(([name, value], at) => `${at === 0 ? ' ' : ', '}${name}: ${value}`),
  ...(Object.keys(facts).length === 0 ? [] : ['.']),
  ...doubt(meant),
  ...(url === undefined ? [] : [` More: ${url}`]),
];

const doubt = ({ named, kind, matches }: MeantHost): string[] => {
  if (matches.length === 0)
    return [` No workload has the ${kind} ${named}: look for it in the PCE yourself.`];
  if (matches.length === 1)
    return matches[0]?.managed === true ? [] : [' The host has no VEN: the PCE cannot cut it off.'];
  const names = [...new Set(matches.map(({ name }) => name))].slice(0, 5).join(', ');
  return [` ${matches.length} workloads have the ${kind} ${named} (${names}): I cannot tell which is meant.`];
};
