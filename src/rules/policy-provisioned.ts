import { z } from 'zod';
import type { PceEvent } from '../core/event.ts';
import { dict, number, text } from '../core/foreign.ts';
import { defineRule, type Finding, type RuleContext } from '../core/rule.ts';
import { isAutomation } from '../core/rule-context.ts';
import type { Severity } from '../core/severity.ts';
import { counted, grouped, listed, type Text } from '../core/text.ts';

const percent = z.number().min(0).max(100);

const Options = z
  .strictObject({
    hosts: z.int().min(1).default(50).describe('Fires when so many workloads are affected.'),
    percent: percent.default(20).describe('Or when this part of all managed workloads is affected …'),
    percent_hosts: z.int().min(0).default(10).describe('… and at least so many.'),
    error_percent: percent.default(50).describe('From this part on it is an error.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

/** Policy went live on many hosts, changed a deny rule, or was restored to an older version. */
export const policyProvisioned = defineRule({
  id: 'policy-provisioned',
  title: 'Policy provisioned',
  about: 'Policy was provisioned to many workloads, or restored',
  severity: 'warning',
  life: { kind: 'once' },
  on: { types: ['sec_policy.create', 'sec_policy.restore'], notices: ['sec_policy.restore'] },
  options: Options,
  memory: z.null().default(null),
  todo: 'Check that the provisioning was planned. If not, restore the version before it in the PCE console.',
  detect(observation, _memory, options, context) {
    if (observation.kind !== 'events') return { findings: [] };
    const { managed } = observation.estate;
    return {
      findings: observation.events
        .filter(({ status }) => status !== 'failure')
        .flatMap((event) => finding(event, provisioningOf(event), managed, options, context)),
    };
  },
});

interface Provisioning {
  readonly href: string | null;
  readonly version: number | undefined;
  readonly message: string | undefined;
  readonly rulesets: readonly string[];
  /** A deny rule or enforcement boundary is among the objects that went live. */
  readonly denies: boolean;
  /** undefined when the release does not say (before 19.3). */
  readonly affected: number | undefined;
  readonly restored: boolean;
}

/** Facts §2.3 sec_policy.create: `workloads_affected.after` is a number, on some releases `{total_affected}`. */
const provisioningOf = (event: PceEvent): Provisioning => {
  const change = event.resources.find(({ resource }) => 'sec_policy' in resource);
  const policy = dict(change?.resource['sec_policy']);
  const after = (name: string): unknown => change?.changes[name]?.['after'];
  const affected = after('workloads_affected');
  const objects = dict(policy['modified_objects']);
  return {
    href: text(policy['href']) ?? null,
    version: number(policy['version'] ?? after('version')),
    message: text(policy['commit_message'] ?? after('commit_message')),
    rulesets: Object.values(dict(objects['rulesets'] ?? objects['rule_sets'])).flatMap(
      (one) => text(dict(one)['name']) ?? [],
    ),
    denies: Object.entries(objects).some(
      ([kind, changed]) =>
        /deny_rule|enforcement_boundar/.test(kind) && Object.keys(dict(changed)).length > 0,
    ),
    affected: number(affected) ?? number(dict(affected)['total_affected']),
    restored:
      event.type === 'sec_policy.restore' || event.notices.some(({ type }) => type === 'sec_policy.restore'),
  };
};

const severityOf = (
  { affected, denies, restored }: Provisioning,
  managed: number,
  automated: boolean,
  options: Options,
): Severity | undefined => {
  const part = affected !== undefined && managed > 0 ? (100 * affected) / managed : 0;
  if (part >= options.error_percent && (affected ?? 0) >= options.percent_hosts) return 'error';
  if (restored || denies) return 'warning';
  if (affected === undefined) return automated ? undefined : 'info';
  if (part >= options.percent && affected >= options.percent_hosts) return 'warning';
  return affected >= options.hosts && !automated ? 'warning' : undefined;
};

const finding = (
  event: PceEvent,
  policy: Provisioning,
  managed: number,
  options: Options,
  context: RuleContext,
): Finding[] => {
  const severity = severityOf(policy, managed, isAutomation(event, context), options);
  if (severity === undefined) return [];
  const name = policy.version === undefined ? 'policy' : `policy version ${policy.version}`;
  const reach =
    policy.affected === undefined ? 'an unknown number of workloads' : counted(policy.affected, 'workload');
  return [
    {
      subject: { kind: 'policy', href: policy.href, name },
      severity,
      at: event.at,
      title: policy.restored ? `Policy restored, affecting ${reach}` : `Policy provisioned to ${reach}`,
      story: story(event, policy, managed, reach),
      workloads: [],
      suggests: [],
      event: event.href,
    },
  ];
};

const story = (event: PceEvent, policy: Provisioning, managed: number, reach: string): Text => {
  const { version, message, rulesets, denies, affected, restored } = policy;
  return [
    `${event.actor.name ?? 'Someone the event does not name'} ${restored ? 'restored' : 'provisioned'} `,
    version === undefined ? 'policy' : `policy version ${version}`,
    ' at ',
    { time: event.at },
    `, affecting ${reach}${share(affected, managed)}. `,
    message === undefined ? 'No commit message.' : `Message: ${message}.`,
    rulesets.length === 0 ? '' : ` Rulesets: ${listed(rulesets, 5)}.`,
    denies ? ' It changes deny rules.' : '',
  ];
};

/** How much that is. The PCE counts machines without a VEN too, so it may be more than all managed ones. */
const share = (affected: number | undefined, managed: number): string => {
  if (affected === undefined || managed === 0) return '';
  if (affected > managed) return ` (${grouped(managed)} are managed)`;
  return `, ${Math.round((100 * affected) / managed)} % of the ${grouped(managed)} managed ones`;
};
