import type { Workload } from '../fleet/workload.ts';
import type { JsonObject } from '../json.ts';
import { isObject, textAt } from '../json.ts';
import { atLeast } from '../options.ts';
import { listTest } from '../traffic/ip-lists.ts';
import type { World } from '../world.ts';
import type { ActivePolicy } from './store.ts';

/** One end of a flow: an address, and the workload that has it. */
export interface FlowEnd {
  readonly ip: string;
  readonly workload: Workload | undefined;
}

/** A connection somebody tries to make. */
export interface Attempt {
  readonly src: FlowEnd;
  readonly dst: FlowEnd;
  readonly proto: number;
  readonly port: number | undefined;
}

/**
 * What one end's VEN says of it, in the words of a traffic row (facts §7.3); `none` = no VEN stands there. Only `blocked` stops
 * anything: potentially_blocked is what full enforcement would stop.
 */
export type Ruling = 'allowed' | 'potentially_blocked' | 'blocked' | 'unknown' | 'none';

/** What becomes of a flow: it passes unless the firewall of one end stops it. */
export interface Outcome {
  readonly passes: boolean;
  readonly src: Ruling;
  readonly dst: Ruling;
}

/** What a VEN enforces at this moment: what was so when its policy was last applied. */
export interface Enforced {
  readonly labels: Workload['labels'];
  readonly mode: Workload['enforcementMode'];
  readonly policy: ActivePolicy;
}

/** Computes the policy for one attempt. The other end's labels count as they are now: its address sets reach everybody at once. */
export const outcomeOf = (world: World, attempt: Attempt): Outcome => {
  const src = rulingAt(world, attempt, 'src');
  const dst = rulingAt(world, attempt, 'dst');
  return { passes: src !== 'blocked' && dst !== 'blocked', src, dst };
};

/** The oldest VEN that knows override-deny rules (definitions §7.0). */
const OVERRIDE_VEN = [22, 3] as const;

const rulingAt = (world: World, attempt: Attempt, end: 'src' | 'dst'): Ruling => {
  const own = attempt[end].workload;
  const ven = own?.ven;
  if (own === undefined || ven === undefined || own.deleted) return 'none';
  // A suspended or removed VEN has taken its rules away.
  if (ven.status !== 'active') return 'none';
  const enforced = ven.enforced ?? currentOf(world, own);
  if (enforced.mode === 'idle') return 'unknown';
  const rules = rulesFor(enforced.policy, attempt, end, enforced, own);
  const overrides = atLeast(ven.version ?? world.version, ...OVERRIDE_VEN);
  const stopped = overrides && rules.some(({ kind }) => kind === 'override');
  const allowed = !stopped && rules.some(({ kind }) => kind === 'allow');
  if (enforced.mode === 'full') return allowed ? 'allowed' : 'blocked';
  const denied = stopped || (!allowed && rules.some(({ kind }) => kind === 'deny'));
  if (enforced.mode === 'selective' && end === 'dst' && denied) return 'blocked';
  return allowed ? 'allowed' : 'potentially_blocked';
};

/** What a workload would enforce if its policy were applied now. */
export const currentOf = (world: World, workload: Workload): Enforced => ({
  labels: workload.labels,
  mode: workload.enforcementMode,
  policy: world.policy.active(),
});

interface FoundRule {
  readonly kind: 'allow' | 'deny' | 'override';
}

/** Every rule that has the own end as a workload on its side, the other end on the other, and the service. */
const rulesFor = (
  policy: ActivePolicy,
  attempt: Attempt,
  end: 'src' | 'dst',
  enforced: Enforced,
  own: Workload,
): FoundRule[] => {
  const found: FoundRule[] = [];
  const far = attempt[end === 'src' ? 'dst' : 'src'];
  const near: Party = { ip: undefined, workload: own, labels: enforced.labels };
  const other: Party = { ip: far.ip, workload: far.workload, labels: far.workload?.labels ?? [] };
  const [consumer, provider] = end === 'src' ? [near, other] : [other, near];
  for (const ruleSet of policy.rule_sets) {
    if (ruleSet['enabled'] === false) continue;
    const scopes = objects(ruleSet['scopes'], isList) as readonly (readonly unknown[])[];
    for (const [list, isDeny] of [
      ['rules', false],
      ['deny_rules', true],
    ] as const)
      for (const rule of objects(ruleSet[list], isObject)) {
        if (rule['enabled'] === false) continue;
        if (!hasService(policy, rule, attempt)) continue;
        if (!onSide(policy, rule['providers'], provider, scopes)) continue;
        const consumerScopes = rule['unscoped_consumers'] === true ? [[]] : scopes;
        if (!onSide(policy, rule['consumers'], consumer, consumerScopes)) continue;
        found.push({ kind: isDeny ? (rule['override'] === true ? 'override' : 'deny') : 'allow' });
      }
  }
  for (const boundary of policy.enforcement_boundaries)
    if (
      boundary['enabled'] !== false &&
      hasService(policy, boundary, attempt) &&
      onSide(policy, boundary['providers'], provider, [[]]) &&
      onSide(policy, boundary['consumers'], consumer, [[]])
    )
      found.push({ kind: 'deny' });
  return found;
};

/** An end as rules see it. The host itself is never meant by its address: only by what the PCE knows it as. */
interface Party {
  readonly ip: string | undefined;
  readonly workload: Workload | undefined;
  readonly labels: Workload['labels'];
}

const onSide = (
  policy: ActivePolicy,
  actors: unknown,
  party: Party,
  scopes: readonly (readonly unknown[])[],
): boolean => {
  const listed = objects(actors, isObject);
  const { ip } = party;
  if (ip !== undefined && listed.some((actor) => listedIn(policy, actor['ip_list'], ip))) return true;
  if (party.workload === undefined) return false;
  if (scopes.length > 0 && !scopes.some((scope) => labelsFit(policy, objects(scope, isObject), party.labels)))
    return false;
  if (listed.some((actor) => textAt(actor['workload'], 'href') === party.workload?.href)) return true;
  const labelled = listed.filter(
    (actor) => actor['label'] !== undefined || actor['label_group'] !== undefined,
  );
  const excluded = labelled.filter((actor) => actor['exclusion'] === true);
  const everybody =
    listed.some((actor) => actor['actors'] === 'ams') ||
    (labelled.length > 0 && excluded.length === labelled.length);
  if (everybody && labelsFit(policy, excluded, party.labels)) return true;
  return labelled.length > excluded.length && labelsFit(policy, labelled, party.labels);
};

/** Of each key one of the wanted labels, and no excluded one; entries without href mean "All …" (facts §2.3). */
const labelsFit = (
  policy: ActivePolicy,
  entries: readonly JsonObject[],
  labels: Workload['labels'],
): boolean => {
  const wanted = new Map<string, boolean>();
  for (const entry of entries) {
    const href = textAt(entry['label'] ?? entry['label_group'], 'href');
    if (href === undefined) continue;
    const hrefs = labelsUnder(policy, href);
    const has = labels.some((label) => hrefs.includes(label.href));
    if (entry['exclusion'] === true) {
      if (has) return false;
      continue;
    }
    const key = policy.keyOf(href);
    wanted.set(key, wanted.get(key) === true || has);
  }
  return [...wanted.values()].every(Boolean);
};

/** The label itself, or all labels of a group and of those in it. */
const labelsUnder = (policy: ActivePolicy, href: string, depth = 0): readonly string[] => {
  const group = policy.label_groups.find((one) => one['href'] === asDraft(href));
  if (group === undefined) return [href];
  if (depth > 10) return [];
  const hrefs = (key: string): readonly string[] =>
    objects(group[key], isObject).map((one) => String(one['href']));
  return [...hrefs('labels'), ...hrefs('sub_groups').flatMap((sub) => labelsUnder(policy, sub, depth + 1))];
};

const listedIn = (policy: ActivePolicy, reference: unknown, ip: string): boolean => {
  const href = textAt(reference, 'href');
  if (href === undefined) return false;
  const list = policy.ip_lists.find((one) => one['href'] === asDraft(href));
  return list !== undefined && testOf(list)(ip);
};

/** Objects of a policy are replaced, never changed: what was made of one holds for good. */
const tests = new WeakMap<JsonObject, (ip: string) => boolean>();
const testOf = (list: JsonObject): ((ip: string) => boolean) => {
  const test = tests.get(list) ?? listTest(list);
  tests.set(list, test);
  return test;
};

const hasService = (policy: ActivePolicy, rule: JsonObject, { proto, port }: Attempt): boolean => {
  const services = objects(rule['ingress_services'], isObject);
  if (services.length === 0) return true;
  return services.some((service) => {
    const href = textAt(service, 'href');
    const known = policy.services.find((one) => href !== undefined && one['href'] === asDraft(href));
    const ports = href === undefined ? [service] : objects(known?.['service_ports'], isObject);
    return ports.some((one) => portFits(one, proto, port));
  });
};

const portFits = (wanted: JsonObject, proto: number, port: number | undefined): boolean => {
  if (wanted['proto'] === undefined || wanted['proto'] === -1) return true;
  if (wanted['proto'] !== proto) return false;
  if (typeof wanted['port'] !== 'number') return true;
  const last = typeof wanted['to_port'] === 'number' ? wanted['to_port'] : wanted['port'];
  return port !== undefined && port >= wanted['port'] && port <= last;
};

const asDraft = (href: string): string => href.replace('/sec_policy/active/', '/sec_policy/draft/');

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const objects = <T>(value: unknown, fits: (one: unknown) => one is T): readonly T[] =>
  isList(value) ? value.filter(fits) : [];
