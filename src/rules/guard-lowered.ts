import { z } from 'zod';
import { changesText } from '../core/changes-text.ts';
import type { PceEvent, ResourceChange } from '../core/event.ts';
import { findingOf, hostFinding, NAMELESS_HOST, whoDid } from '../core/finding.ts';
import { text } from '../core/foreign.ts';
import { enforcementLowered, visibilityLowered } from '../core/lowered.ts';
import { defineRule, type Finding, type RuleContext } from '../core/rule.ts';
import { isOurs } from '../core/rule-context.ts';
import { type AffectedHost, affectedHosts, type Subject } from '../core/subject.ts';
import type { Text } from '../core/text.ts';
import type { Estate } from '../core/workload.ts';

const TOKEN = 'agent.generate_maintenance_token';

const DEFAULT_VERSION = { what: 'Default VEN version', effect: 'New and upgraded VENs get it.' };

/** What is told whatever it changes: what it is about, and what it means. */
const ALWAYS: Readonly<Record<string, { readonly what: string; readonly effect: string }>> = {
  'ven_settings.update': { what: 'VEN settings', effect: 'They hold for every VEN.' },
  'firewall_settings.update': {
    what: 'Firewall settings',
    effect: 'They hold for every host once provisioned.',
  },
  'network_enforcement_node.deactivate': {
    what: 'Network enforcement node',
    effect: 'Its switches get no policy any more.',
  },
  'ven_software_release.deploy': { what: 'VEN release', effect: 'VENs will be changed to it.' },
  // The vendor writes the resource in both numbers.
  'ven_software_release.set_default_version': DEFAULT_VERSION,
  'ven_software_releases.set_default_version': DEFAULT_VERSION,
};

/** What hands its mode on to hosts that come later. */
const PROFILES = ['pairing_profile', 'container_workload_profile'];

const Options = z
  .strictObject({
    hosts: z.int().min(1).default(20).describe('More hosts than this in one change are an error.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

/** What watches or protects was weakened, short of enforcement itself. */
export const guardLowered = defineRule({
  id: 'guard-lowered',
  title: 'Protection weakened',
  about: 'Visibility, VEN or firewall settings, profiles or tokens weaken what protects hosts',
  severity: 'warning',
  life: { kind: 'once' },
  on: {
    types: [
      'workload.*',
      'workloads.*',
      ...Object.keys(ALWAYS),
      TOKEN,
      ...PROFILES.map((profile) => `${profile}.update`),
    ],
  },
  options: Options,
  memory: z.null().default(null),
  todo: 'Ask who made the change whether it was planned. If not, set it back in the PCE console.',
  detect(observation, _memory, options, context) {
    if (observation.kind !== 'events') return { findings: [] };
    return {
      findings: observation.events
        .filter((event) => event.status !== 'failure' && !isOurs(event, context))
        .flatMap((event) => findings(event, observation.estate, options, context)),
    };
  },
});

const findings = (event: PceEvent, estate: Estate, options: Options, context: RuleContext): Finding[] => {
  const always = ALWAYS[event.type];
  if (always !== undefined) return [setting(event, always)];
  if (event.type === TOKEN) {
    const named = affectedHosts(event, estate, ['changes', 'notices']);
    const hosts = named.length === 0 ? [NAMELESS_HOST] : named;
    return ofHosts(event, hosts, tokenText, options, context);
  }
  const profile = event.resources.flatMap((change) => profileOf(event, change));
  if (profile.length > 0) return profile;
  const hosts = event.resources.flatMap((change) => {
    const lowered = visibilityLowered(change);
    if (lowered === undefined) return [];
    return affectedHosts({ ...event, resources: [change] }, estate, ['changes']).map((host) => ({
      host,
      lowered,
    }));
  });
  const words = new Map(hosts.map(({ host, lowered }) => [host, lowered]));
  return ofHosts(
    event,
    [...words.keys()],
    (host) =>
      `lowered what ${host.subject.name} reports of its traffic: ${words.get(host)?.from} → ${words.get(host)?.to}.`,
    options,
    context,
  );
};

const tokenText = ({ subject }: AffectedHost): string =>
  `made a maintenance token for ${subject.name}: with it the VEN can be stopped or removed on the host.`;

/** High-value hosts, or many, make it an error (definitions §3). */
const ofHosts = (
  event: PceEvent,
  hosts: readonly AffectedHost[],
  did: (host: AffectedHost) => string,
  options: Options,
  context: RuleContext,
): Finding[] =>
  hosts.map((host) => {
    const grave = hosts.length > options.hosts || context.highValue(host.workload?.labels ?? []);
    return hostFinding(event, host, {
      severity: grave ? 'error' : 'warning',
      weighed: true,
      title:
        event.type === TOKEN
          ? `Maintenance token for ${host.subject.name}`
          : `Visibility lowered on ${host.subject.name}`,
      story: [`${whoDid(event)} ${did(host)} At `, { time: event.at }, '.'],
    });
  });

const setting = (event: PceEvent, { what, effect }: { what: string; effect: string }): Finding => {
  const resource = Object.values(event.resources[0]?.resource ?? {})[0];
  const name = text(resource?.['hostname']) ?? text(resource?.['name']) ?? text(resource?.['version']);
  const subject: Subject = {
    kind: 'pce',
    href: text(resource?.['href']) ?? null,
    name: name === undefined ? what : `${what} ${name}`,
  };
  return findingOf(event, subject, {
    severity: 'warning',
    title: `${subject.name}: ${event.type.endsWith('.deactivate') ? 'deactivated' : 'changed'}`,
    story: [...did(event, subject.name), ` ${effect}`],
  });
};

const profileOf = (event: PceEvent, change: ResourceChange): Finding[] => {
  const [type, resource] = Object.entries(change.resource).find(([key]) => PROFILES.includes(key)) ?? [];
  const lowered = enforcementLowered(change) ?? visibilityLowered(change);
  if (type === undefined || resource === undefined || lowered === undefined) return [];
  const name = `${type.replaceAll('_', ' ')} ${text(resource['name']) ?? ''}`.trim();
  const subject: Subject = { kind: 'policy', href: text(resource['href']) ?? null, name };
  return [
    findingOf(event, subject, {
      severity: 'warning',
      title: `Mode lowered in ${name}`,
      story: [...did(event, name), ' What pairs through it from now on is protected less.'],
    }),
  ];
};

const did = (event: PceEvent, what: string): Text => {
  const changes = changesText(event);
  return [
    `${whoDid(event)} changed ${what} at `,
    { time: event.at },
    changes === '' ? '; the event does not say what.' : `: ${changes}.`,
  ];
};
