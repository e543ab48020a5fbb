import { invalid } from '../http/answer.ts';
import { arrayOfAtMost, hrefOf, objectWith, optionalText } from '../http/body.ts';
import type { JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import { atLeast } from '../options.ts';
import type { World } from '../world.ts';
import { DENY_RULE_DEFAULTS, RULE_DEFAULTS } from './seed.ts';

/** The two kinds of rules in a rule set: path segment, event name and attributes (facts §9). */
export const RULE_KINDS = {
  sec_rules: { list: 'rules', event: 'sec_rule', defaults: RULE_DEFAULTS },
  deny_rules: { list: 'deny_rules', event: 'deny_rule', defaults: DENY_RULE_DEFAULTS },
} as const;
export type RuleKind = keyof typeof RULE_KINDS;

const ACTORS = ['label', 'label_group', 'workload', 'ip_list', 'virtual_service'];

/** Checks the body of a rule set; 406 for unknown keys, wrong scopes and unknown labels in them. */
export const checkRuleSet = (world: World, given: unknown): JsonObject => {
  const body = objectWith(given, [
    'name',
    'description',
    'enabled',
    'scopes',
    'external_data_set',
    'external_data_reference',
  ]);
  optionalText(body, 'name');
  checkFlags(body, ['enabled']);
  for (const scope of arrayOfAtMost(body['scopes'] ?? [], Number.POSITIVE_INFINITY, 'scopes')) {
    for (const entry of arrayOfAtMost(scope, Number.POSITIVE_INFINITY, 'scopes[]')) checkActor(world, entry);
  }
  return body;
};

/** Checks the body of a rule or deny rule. The keys are `providers` and `consumers`: `destinations` is 406 (facts §0). */
export const checkRule = (world: World, kind: RuleKind, given: unknown): JsonObject => {
  const body = objectWith(given, Object.keys(RULE_KINDS[kind].defaults));
  if (body['override'] === true && !atLeast(world.settings.release, 24, 2))
    throw invalid('override-deny rules came with 24.2');
  checkFlags(body, ['enabled', 'override', 'unscoped_consumers', 'sec_connect', 'stateless', 'machine_auth']);
  checkSides(world, body);
  arrayOfAtMost(body['ingress_services'] ?? [], Number.POSITIVE_INFINITY, 'ingress_services');
  return body;
};

/** Both sides hold actors; 406 for any that is none. */
export const checkSides = (world: World, body: JsonObject): void => {
  for (const side of ['providers', 'consumers'])
    for (const actor of arrayOfAtMost(body[side] ?? [], Number.POSITIVE_INFINITY, side))
      checkActor(world, actor);
};

/** 406 when one of these is given and no boolean. */
export const checkFlags = (body: JsonObject, keys: readonly string[]): void => {
  const wrong = keys.find((key) => body[key] !== undefined && typeof body[key] !== 'boolean');
  if (wrong !== undefined) throw invalid(`${wrong} must be a boolean`);
};

/** `{actors:"ams"}` or one reference, each with an optional `exclusion`. */
const checkActor = (world: World, given: unknown): void => {
  const { exclusion: _, ...actor } = isObject(given) ? given : {};
  const [kind = '', value] = Object.entries(actor)[0] ?? [];
  if (kind === 'actors' && value === 'ams') return;
  if (Object.keys(actor).length !== 1 || !ACTORS.includes(kind))
    throw invalid(`unknown actor ${JSON.stringify(given)}`);
  const href = hrefOf(value, kind);
  if (kind === 'label' && !world.labels.byHref(href)) throw invalid(`unknown label ${href}`);
};
