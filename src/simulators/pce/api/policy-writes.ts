import { invalid, json, noContent } from '../http/answer.ts';
import type { Exchange, Route } from '../http/exchange.ts';
import type { JsonObject } from '../json.ts';
import type { RuleKind } from '../policy/check.ts';
import { checkRule, checkRuleSet, RULE_KINDS } from '../policy/check.ts';
import type { World } from '../world.ts';
import { rulesOf, theRule, theRuleSet } from './policy.ts';
import { audit, changed, created, differences } from './policy-audit.ts';

const RULE_SETS = '/orgs/:org/sec_policy/draft/rule_sets';

/** Writes of rule sets and their rules; on the draft only (facts §9). */
export const policyWriteRoutes = (world: World): readonly Route[] => [
  { method: 'POST', path: RULE_SETS, handle: (exchange) => createRuleSet(world, exchange) },
  {
    method: 'PUT',
    path: `${RULE_SETS}/:set`,
    handle: (exchange) => {
      const before = theRuleSet(world, draft(exchange));
      const body = checkRuleSet(world, exchange.body);
      world.policy.put('rule_sets', changed(world, exchange, before, body));
      audit(world, exchange, 'rule_set', 'update', before, differences(before, body));
      return noContent();
    },
  },
  {
    method: 'DELETE',
    path: `${RULE_SETS}/:set`,
    handle: (exchange) => {
      const before = theRuleSet(world, draft(exchange));
      world.policy.put('rule_sets', { ...before, update_type: 'delete' });
      audit(world, exchange, 'rule_set', 'delete', before, {});
      return noContent();
    },
  },
  ...(['sec_rules', 'deny_rules'] as const).flatMap((kind) => ruleRoutes(world, kind)),
];

const ruleRoutes = (world: World, kind: RuleKind): readonly Route[] => [
  {
    method: 'POST',
    path: `${RULE_SETS}/:set/${kind}`,
    handle: (exchange) => {
      const ruleSet = theRuleSet(world, draft(exchange));
      const body = checkRule(world, kind, exchange.body);
      const rule = {
        href: `${String(ruleSet['href'])}/${kind}/${world.policy.nextId()}`,
        ...created(world, exchange),
        ...RULE_KINDS[kind].defaults,
        ...body,
      };
      putRules(world, exchange, kind, ruleSet, [...rulesOf(ruleSet, kind), rule]);
      audit(world, exchange, RULE_KINDS[kind].event, 'create', rule, differences({}, body));
      return json(rule, 201);
    },
  },
  {
    method: 'PUT',
    path: `${RULE_SETS}/:set/${kind}/:id`,
    handle: (exchange) => {
      const body = checkRule(world, kind, exchange.body);
      return replaceRule(
        world,
        exchange,
        kind,
        'update',
        (rule) => changed(world, exchange, rule, body),
        body,
      );
    },
  },
  {
    method: 'DELETE',
    path: `${RULE_SETS}/:set/${kind}/:id`,
    handle: (exchange) =>
      replaceRule(world, exchange, kind, 'delete', (rule) => ({ ...rule, update_type: 'delete' }), {}),
  },
];

const createRuleSet = (world: World, exchange: Exchange) => {
  const body = checkRuleSet(world, exchange.body);
  if (body['name'] === undefined || body['scopes'] === undefined)
    throw invalid('name and scopes are required');
  const ruleSet = {
    href: world.org(`/sec_policy/draft/rule_sets/${world.policy.nextId()}`),
    ...created(world, exchange),
    description: '',
    enabled: true,
    ...body,
    rules: [],
    deny_rules: [],
    ip_tables_rules: [],
    caps: ['write', 'provision'],
  };
  world.policy.put('rule_sets', ruleSet);
  audit(world, exchange, 'rule_set', 'create', ruleSet, differences({}, body));
  return json(ruleSet, 201);
};

const replaceRule = (
  world: World,
  exchange: Exchange,
  kind: RuleKind,
  verb: 'update' | 'delete',
  change: (rule: JsonObject) => JsonObject,
  body: JsonObject,
) => {
  const ruleSet = theRuleSet(world, draft(exchange));
  const before = theRule(world, draft(exchange), kind);
  const rules = rulesOf(ruleSet, kind).map((rule) => (rule === before ? change(rule) : rule));
  putRules(world, exchange, kind, ruleSet, rules);
  audit(world, exchange, RULE_KINDS[kind].event, verb, before, differences(before, body));
  return noContent();
};

const putRules = (
  world: World,
  exchange: Exchange,
  kind: RuleKind,
  ruleSet: JsonObject,
  rules: readonly JsonObject[],
): void => {
  world.policy.put('rule_sets', changed(world, exchange, ruleSet, { [RULE_KINDS[kind].list]: rules }));
};

/** The routes of this file say `draft` literally. */
const draft = (exchange: Exchange): Exchange => ({
  ...exchange,
  params: { ...exchange.params, version: 'draft' },
});
