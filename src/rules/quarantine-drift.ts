import { z } from 'zod';
import { DRIFTS, type Drift, driftsOf } from '../core/drift.ts';
import { ESCAPES, type Escape, escapesIn } from '../core/escape.ts';
import type { PceEvent } from '../core/event.ts';
import { hostFinding, whoDid } from '../core/finding.ts';
import { labelText } from '../core/label.ts';
import { deltaText } from '../core/label-change.ts';
import { labelEvents } from '../core/label-events.ts';
import { enforcementLowered } from '../core/lowered.ts';
import { changedRules, namingBook } from '../core/naming-rules.ts';
import type { QuarantinedHost } from '../core/quarantined.ts';
import { type Cleared, defineRule, type Finding, type Observation } from '../core/rule.ts';
import { isOurs } from '../core/rule-context.ts';
import { type AffectedHost, affectedHosts, firstNamedHosts, type Subject } from '../core/subject.ts';
import { listed, type Text } from '../core/text.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const GONE = [
  'agent.deactivate',
  'agents.unpair',
  'workloads.unpair',
  'workload.delete',
  'workloads.delete',
  'workloads.bulk_delete',
];

const Options = z
  .strictObject({
    silent_minutes: z
      .int()
      .min(10)
      .max(1_440)
      .default(15)
      .describe('A quarantined host whose VEN was not heard for longer is told.'),
    escape_days: z
      .int()
      .min(1)
      .max(90)
      .default(7)
      .describe(
        'For so long after a quarantine a machine that appears with the name or address is an escape.',
      ),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

const Memory = z
  .object({
    /** By href: what was told of a host and is not over. */
    drifting: z.record(z.string(), z.object({ name: z.string(), what: z.array(z.enum(DRIFTS)) })).default({}),
    /** The rules that name the quarantine labels, by href, as [name, what it says]; null = nothing is in quarantine. */
    naming: z
      .record(z.string(), z.tuple([z.string(), z.string()]))
      .nullable()
      .default(null),
  })
  .prefault({});
type Memory = z.infer<typeof Memory>;

/** A quarantine that no longer is what it was, and a quarantined machine that comes back as another one (definitions §7.11). */
export const quarantineDrift = defineRule({
  id: 'quarantine-drift',
  title: 'Quarantine drift',
  about: 'A quarantined host lost its quarantine, fell silent, or came back under another identity',
  severity: 'error',
  life: { kind: 'state' },
  on: {
    types: ['workload.*', 'workloads.*', 'agent.suspend', ...GONE, ...ESCAPES.clones, ...ESCAPES.arrivals],
    notices: ESCAPES.clones,
    readings: ['quarantine'],
  },
  options: Options,
  memory: Memory,
  todo: 'Ask who made the change whether it was meant. If not, quarantine the host again; release it in the bot if the case is closed.',
  detect(observation, memory, options, context) {
    if (observation.kind === 'quarantine') return look(observation, memory, options);
    if (observation.kind !== 'events') return { findings: [] };
    const { quarantined = [], estate } = observation;
    if (quarantined.length === 0) return { findings: [] };
    const happened = observation.events.filter(({ status }) => status !== 'failure');
    const changes = happened
      .filter((event) => !isOurs(event, context))
      .flatMap((event) => changesIn(event, quarantined, estate));
    return {
      findings: [
        ...changes.map(({ finding }) => finding),
        ...happened.flatMap((event) =>
          escapesIn(event, quarantined, estate, options.escape_days * DAY_MS).map((one) =>
            escapeFinding(event, one),
          ),
        ),
      ],
      memory: { ...memory, drifting: drifted(memory.drifting, changes) },
    };
  },
});

type Estate = Observation['estate'];

/** A change of a quarantined host. `drift` is absent for what a look at the host cannot see undone. */
interface Change {
  readonly host: QuarantinedHost;
  readonly drift?: Drift;
  readonly finding: Finding;
}

const drifted = (before: Memory['drifting'], changes: readonly Change[]): Memory['drifting'] => {
  const after = { ...before };
  for (const { host, drift } of changes)
    if (drift !== undefined)
      after[host.href] = {
        name: host.name,
        what: [...new Set([...(after[host.href]?.what ?? []), drift])].sort(),
      };
  return after;
};

/** What an event changed of hosts that were in quarantine when it happened. */
const changesIn = (event: PceEvent, quarantined: readonly QuarantinedHost[], estate: Estate): Change[] => {
  const held = (href: string | null): QuarantinedHost | undefined =>
    quarantined.find((one) => one.href === href && one.at <= event.at);
  const told = (href: string | null, drift: Drift, what: string): Change[] => {
    const host = held(href);
    const story: Text = [`${whoDid(event)} ${what} at `, { time: event.at }, '. ', ...since(host)];
    return host === undefined ? [] : [{ host, drift, finding: found(host, event, drift, story) }];
  };
  const named = (): AffectedHost[] => firstNamedHosts(event, estate, ['changes', 'notices', 'actor']);
  if (event.type === 'agent.suspend')
    return named().flatMap(({ subject }) => told(subject.href, 'suspended', 'suspended its VEN'));
  if (GONE.includes(event.type))
    return named().flatMap(({ subject }) => told(subject.href, 'gone', 'took it out of Illumio'));
  const labels = labelEvents(event, estate).flatMap(({ of, subject, delta }): Change[] => {
    const host = held(subject.href);
    if (host === undefined || of !== 'host') return [];
    const touched = new Set([...delta.added, ...delta.removed].map(({ key }) => key));
    const ours = host.labels.filter(({ key }) => touched.has(key));
    if (ours.some(({ href }) => delta.added.every((label) => label.href !== href)))
      return told(host.href, 'label', `changed its quarantine label: ${deltaText(delta)}`);
    // Put back by hand: the next look says that it is as it was.
    if (ours.length > 0) return [];
    const story: Text = [
      `${whoDid(event)} changed its other labels at `,
      { time: event.at },
      `: ${deltaText(delta)}. The quarantine label is still there; other rules may hold for it now. `,
      ...since(host),
    ];
    return [{ host, finding: { ...found(host, event, 'label', story), severity: 'warning', life: 'once' } }];
  });
  const modes = event.resources.flatMap((change) => {
    const lowered = 'workload' in change.resource ? enforcementLowered(change) : undefined;
    if (lowered === undefined) return [];
    return affectedHosts({ ...event, resources: [change] }, estate, ['changes']).flatMap(({ subject }) =>
      told(subject.href, 'mode', `lowered its enforcement (${lowered.from} → ${lowered.to})`),
    );
  });
  return [...labels, ...modes];
};

const TITLE: Readonly<Record<Drift, string>> = {
  label: 'was relabelled',
  gone: 'was taken out of Illumio',
  suspended: 'was suspended',
  mode: 'enforces less',
  silent: 'fell silent',
};

const found = (
  { href, name }: QuarantinedHost,
  { at, href: event }: { readonly at: number; readonly href: string | null },
  drift: Drift,
  story: Text,
): Finding => ({
  subject: { kind: 'workload', href, name },
  severity: 'error',
  at,
  title: `Quarantined host ${TITLE[drift]}: ${name}`,
  story,
  workloads: [href],
  suggests: drift === 'label' ? ['quarantine'] : [],
  event,
});

const since = (host: QuarantinedHost | undefined): Text =>
  host === undefined ? [] : ['In quarantine since ', { time: host.at }, `, asked for by ${host.by}.`];

const escapeFinding = (event: PceEvent, { host, from, by }: Escape): Finding =>
  hostFinding(event, host, {
    severity: 'critical',
    life: 'once',
    title: `Escape from quarantine: ${host.subject.name} has the ${by} of ${from.name}`,
    story: [
      by === 'identity' ? 'A machine with the identity of ' : 'A machine appeared at ',
      ...(by === 'identity' ? [{ bold: from.name }, ' was seen at '] : []),
      { time: event.at },
      by === 'identity'
        ? '. '
        : ` with the ${by} of ${from.name}, which is in quarantine. The quarantine does not hold for this one. `,
      ...since(from),
    ],
    suggests: ['quarantine'],
  });

/** What a GET of the hosts and the policy says: drift nobody told yet is found, and what is as it was again is over. */
const look = (
  { quarantined, hosts, naming, now }: Extract<Observation, { kind: 'quarantine' }>,
  memory: Memory,
  options: Options,
): { findings: readonly Finding[]; cleared: readonly Cleared[]; memory: Memory } => {
  const findings: Finding[] = [];
  const cleared: Cleared[] = [];
  const drifting: Memory['drifting'] = {};
  for (const host of quarantined) {
    const read = hosts.get(host.href);
    const before = memory.drifting[host.href];
    if (read === undefined) {
      if (before !== undefined) drifting[host.href] = before;
      continue;
    }
    const drifts = driftsOf(host, read, now, options.silent_minutes * MINUTE_MS);
    for (const { drift, story } of drifts)
      if (before?.what.includes(drift) !== true)
        findings.push(found(host, { at: now, href: null }, drift, [story, ' ', ...since(host)]));
    if (drifts.length > 0)
      drifting[host.href] = { name: host.name, what: drifts.map(({ drift }) => drift).sort() };
    else if (before !== undefined) cleared.push(over(host.href, host.name, now, 'in quarantine as it was'));
  }
  const still = new Set(quarantined.map(({ href }) => href));
  for (const [href, { name }] of Object.entries(memory.drifting))
    if (!still.has(href)) cleared.push(over(href, name, now, 'no longer in quarantine'));
  const rules = quarantined.length === 0 ? null : naming === undefined ? memory.naming : namingBook(naming);
  const changed = memory.naming === null || rules === null ? [] : changedRules(memory.naming, rules);
  if (changed.length > 0) findings.push(policyFinding(changed, quarantined, now));
  return { findings, cleared, memory: { drifting, naming: rules } };
};

const over = (href: string, name: string, at: number, why: string): Cleared => ({
  subject: { kind: 'workload', href, name },
  at,
  why,
});

const policyFinding = (
  changed: readonly string[],
  quarantined: readonly QuarantinedHost[],
  now: number,
): Finding => {
  const labels = new Map(quarantined.flatMap((one) => one.labels).map((label) => [label.href, label]));
  const name = `rules that name ${labelText([...labels.values()])}`;
  const subject: Subject = { kind: 'policy', href: null, name };
  const hosts = listed(
    quarantined.map((one) => one.name),
    5,
  );
  return {
    subject,
    severity: 'error',
    at: now,
    event: null,
    life: 'once',
    suggests: [],
    title: `The ${name} were changed`,
    story: [
      `The provisioned ${name} are no longer those they were at the last look: ${listed(changed, 5)}. They are what isolates ${hosts}.`,
    ],
    workloads: quarantined.map(({ href }) => href),
  };
};
