import { z } from 'zod';
import type { PceEvent } from '../core/event.ts';
import { hostFinding, NAMELESS_HOST, whoDid } from '../core/finding.ts';
import { type Dict, dict, text } from '../core/foreign.ts';
import { defineRule, type Finding, type RuleContext } from '../core/rule.ts';
import { isOurs } from '../core/rule-context.ts';
import { type AffectedHost, firstNamedHosts, subjectKey } from '../core/subject.ts';
import { Tallied, type Tally, tallyOf } from '../core/tally.ts';
import { counted, type Text } from '../core/text.ts';
import type { Estate } from '../core/workload.ts';

const HOUR_MS = 3_600_000;
/** How late an event may be recorded (definitions §1). */
const LATENESS_MS = 20 * 60_000;

const DELETES = ['workload.delete', 'workloads.bulk_delete', 'workloads.delete'];
/** All of a PCE count together: who empties an estate may use several accounts. */
const ALL = 'all';

const Options = z
  .strictObject({
    per_hour: z.int().min(2).max(100).default(10).describe('So many hosts within an hour are an error.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

/** A host left Illumio: its VEN was deactivated or unpaired, or its workload deleted. */
export const venDeactivated = defineRule({
  id: 'ven-deactivated',
  title: 'VEN deactivated',
  about: 'A VEN was deactivated or unpaired, or a managed workload deleted',
  severity: 'info',
  life: { kind: 'once' },
  on: { types: ['agent.deactivate', 'agents.unpair', 'workloads.unpair', ...DELETES] },
  options: Options,
  memory: Tallied,
  todo: 'Check that the host was to be taken out. If not, pair it again, and look at what its firewall allows meanwhile.',
  detect(observation, memory, options, context) {
    if (observation.kind !== 'events') return { findings: [] };
    const tally = tallyOf(memory);
    const findings = observation.events
      .filter((event) => event.status !== 'failure' && !isOurs(event, context))
      .flatMap((event) => {
        const hosts = goneHosts(event, observation.estate);
        for (const { subject } of hosts)
          tally.add(ALL, { at: event.at, href: subjectKey(subject) }, subjectKey(subject));
        return hosts.map((host) => finding(event, host, tally, options, context));
      });
    return { findings, memory: tally.kept(observation.now - HOUR_MS - LATENESS_MS) };
  },
});

/** Machines without a VEN are no loss when they are deleted; what nobody knows of is told. */
const goneHosts = (event: PceEvent, estate: Estate): AffectedHost[] => {
  const hosts = firstNamedHosts(event, estate, ['changes', 'notices', 'actor']);
  if (DELETES.includes(event.type)) return hosts.filter((host) => isManaged(event, host));
  return hosts.length === 0 ? [NAMELESS_HOST] : hosts;
};

/** Only the VEN of a managed machine tells the PCE a hostname; without one, it was entered by hand. */
const isManaged = (event: PceEvent, { subject, workload }: AffectedHost): boolean => {
  const row = event.resources
    .map(({ resource }) => dict(resource['workload']))
    .find(({ href }) => href === subject.href);
  if (row?.['managed'] !== undefined) return row['managed'] === true || row['managed'] === 1;
  if (workload?.ven !== undefined) return workload.managed;
  return text(row?.['hostname']) !== undefined;
};

const finding = (
  event: PceEvent,
  host: AffectedHost,
  tally: Tally,
  { per_hour }: Options,
  context: RuleContext,
): Finding => {
  const { name } = host.subject;
  const labels = host.workload?.labels ?? [];
  const { distinct } = tally.fullest(ALL, event.at, HOUR_MS);
  const quarantined = labels.some(({ key }) => context.quarantineKeys.includes(key));
  const grave = distinct >= per_hour || context.highValue(labels) || quarantined;
  const open = opensHost(event);
  const story: Text = [
    `${whoDid(event)} ${DID[event.type] ?? 'deleted'} ${name} at `,
    { time: event.at },
    open ? ': all ports open now.' : '.',
    quarantined ? ' It carried a quarantine label.' : '',
    distinct >= per_hour ? ` ${counted(distinct, 'host')} left within an hour.` : '',
  ];
  return hostFinding(event, host, {
    severity: grave ? 'error' : open ? 'warning' : 'info',
    weighed: true,
    title: `${event.type === 'agent.deactivate' ? 'VEN deactivated on' : 'Taken out of Illumio:'} ${name}`,
    story,
  });
};

const DID: Readonly<Record<string, string>> = {
  'agent.deactivate': 'deactivated the VEN of',
  'agents.unpair': 'unpaired',
  'workloads.unpair': 'unpaired',
};

/** What the firewall is left as: `disable` takes every rule away. Where it stands differs by release. */
const opensHost = (event: PceEvent): boolean => {
  const holders: Dict[] = [
    dict(event.raw['action']),
    dict(dict(event.raw['action'])['info']),
    ...event.notices.map(({ info }) => info),
    ...event.resources.flatMap(({ resource, changes }) => [changes, ...Object.values(resource)]),
  ];
  return holders.some((holder) =>
    ['firewall_restore', 'ip_table_restore'].some((name) => {
      const value = holder[name];
      return text(value) === 'disable' || text(dict(value)['after']) === 'disable';
    }),
  );
};
