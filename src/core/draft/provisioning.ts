import { z } from 'zod';
import type { PceEvent } from '../event.ts';
import { dict, number, text } from '../foreign.ts';
import { objectOf, type PolicyQuestion } from './change.ts';
import { liveIn } from './live.ts';
import type { OpenDraft } from './open.ts';

/** What an event says of policy that went live. Plain JSON: a rule keeps it until the policy was read. */
export const Provisioning = z.object({
  /** Of the event, and of the policy version; null when the event names none. */
  event: z.string(),
  href: z.string().nullable(),
  at: z.number(),
  by: z.string(),
  automated: z.boolean(),
  restored: z.boolean(),
  version: z.number().nullable(),
  message: z.string().nullable(),
  rulesets: z.array(z.string()),
  /** Hrefs of the objects that went live, in the active policy. */
  objects: z.array(z.string()),
  /** A deny rule or enforcement boundary is named among them. */
  denies: z.boolean(),
  /** null when the release does not say (before 19.3). */
  affected: z.number().nullable(),
  /** Alerts on drafts that it settles. */
  drafts: z.array(z.string()),
});
export type Provisioning = z.infer<typeof Provisioning>;

/** Facts §2.3 sec_policy.create: `workloads_affected.after` is a number, on some releases `{total_affected}`. */
export const provisioningOf = (
  event: PceEvent,
  who: Pick<Provisioning, 'by' | 'automated'>,
  drafts: readonly OpenDraft[],
): Provisioning => {
  const change = event.resources.find(({ resource }) => 'sec_policy' in resource);
  const policy = dict(change?.resource['sec_policy']);
  const after = (name: string): unknown => change?.changes[name]?.['after'];
  const affected = after('workloads_affected');
  const modified = dict(policy['modified_objects']);
  const { version, objects = [] } = liveIn(event);
  const hrefs = objects.map(({ href }) => href);
  return {
    event: event.href,
    href: text(policy['href']) ?? null,
    at: event.at,
    ...who,
    restored:
      event.type === 'sec_policy.restore' || event.notices.some(({ type }) => type === 'sec_policy.restore'),
    version: version ?? null,
    message: text(policy['commit_message'] ?? after('commit_message')) ?? null,
    rulesets: Object.values(dict(modified['rulesets'] ?? modified['rule_sets'])).flatMap(
      (one) => text(dict(one)['name']) ?? [],
    ),
    objects: hrefs,
    denies: Object.entries(modified).some(
      ([kind, changed]) =>
        /deny_rule|enforcement_boundar/.test(kind) && Object.keys(dict(changed)).length > 0,
    ),
    affected: number(affected) ?? number(dict(affected)['total_affected']) ?? null,
    drafts: drafts.filter(({ href }) => hrefs.includes(href)).map(({ name }) => name),
  };
};

/** Objects of one provisioning that are read: each takes a few calls of those that polls need too. */
const MOST_READ = 10;

/** What to ask the PCE to know what went live: its objects in the version before and in this one. */
export const questionsOf = ({ version, objects }: Provisioning): readonly PolicyQuestion[] => {
  if (version === null || version < 2) return [];
  const known = [...new Set(objects.flatMap((href) => objectOf(href)?.href ?? []))];
  return known
    .slice(0, MOST_READ)
    .map((href) => ({ href, versions: { before: version - 1, after: version } }));
};
