import { invalid, json, notFound } from '../http/answer.ts';
import { answerCollection, OBJECT_PAGE } from '../http/collection.ts';
import type { Exchange, Route } from '../http/exchange.ts';
import { count, oneOf, readQuery, text } from '../http/query.ts';
import type { JsonObject } from '../json.ts';
import { textAt } from '../json.ts';
import type { RuleKind } from '../policy/check.ts';
import { RULE_KINDS } from '../policy/check.ts';
import type { Collection, PolicyVersion } from '../policy/store.ts';
import { COLLECTIONS, idOf } from '../policy/store.ts';
import type { World } from '../world.ts';

const PARAMETERS = {
  name: text,
  description: text,
  labels: text,
  external_data_set: text,
  external_data_reference: text,
  representation: text,
  match_type: oneOf('partial', 'exact'),
  max_results: count,
};

/** Reads of draft and active policy: collections, single objects, rules of a rule set (facts §9). */
export const policyRoutes = (world: World): readonly Route[] => [
  ...COLLECTIONS.flatMap((collection) => collectionRoutes(world, collection)),
  ...(['sec_rules', 'deny_rules'] as const).flatMap((kind): Route[] => [
    {
      method: 'GET',
      path: `/orgs/:org/sec_policy/:version/rule_sets/:set/${kind}`,
      handle: (exchange) => list(world, exchange, rulesOf(theRuleSet(world, exchange), kind)),
    },
    {
      method: 'GET',
      path: `/orgs/:org/sec_policy/:version/rule_sets/:set/${kind}/:id`,
      handle: (exchange) => json(theRule(world, exchange, kind)),
    },
  ]),
];

const collectionRoutes = (world: World, collection: Collection): readonly Route[] => [
  {
    method: 'GET',
    path: `/orgs/:org/sec_policy/:version/${collection}`,
    handle: (exchange) => list(world, exchange, world.policy.list(versionOf(world, exchange), collection)),
  },
  {
    method: 'GET',
    path: `/orgs/:org/sec_policy/:version/${collection}/:id`,
    handle: (exchange) => {
      const found = world.policy.find(versionOf(world, exchange), collection, exchange.params['id'] ?? '');
      if (!found) throw notFound(collection);
      return json(found);
    },
  },
];

/** `draft`, `active` or the number of a provisioned version; any other is 404. */
const versionOf = (world: World, { params }: Exchange): PolicyVersion => {
  const said = params['version'] ?? '';
  const version = /^\d+$/.test(said) ? Number(said) : said;
  const known = version === 'draft' || version === 'active' || typeof version === 'number';
  if (!known || !world.policy.has(version)) throw notFound(`policy version ${said}`);
  return version;
};

/** The rule set of the path, or 404. */
export const theRuleSet = (world: World, exchange: Exchange): JsonObject => {
  const found = world.policy.find(versionOf(world, exchange), 'rule_sets', exchange.params['set'] ?? '');
  if (!found) throw notFound('rule set');
  return found;
};

/** The rules of one kind in a rule set. */
export const rulesOf = (ruleSet: JsonObject, kind: RuleKind): readonly JsonObject[] =>
  ruleSet[RULE_KINDS[kind].list] as readonly JsonObject[];

/** The rule of the path, or 404. */
export const theRule = (world: World, exchange: Exchange, kind: RuleKind): JsonObject => {
  const found = rulesOf(theRuleSet(world, exchange), kind).find(
    (rule) => idOf(rule) === exchange.params['id'],
  );
  if (!found) throw notFound('rule');
  return found;
};

const list = (world: World, exchange: Exchange, objects: readonly JsonObject[]) => {
  const asked = readQuery(exchange.query, PARAMETERS);
  if (asked.labels !== undefined) throw invalid('the labels filter is not simulated');
  const fits = (object: JsonObject, key: 'name' | 'description'): boolean =>
    asked[key] === undefined || (textAt(object, key) ?? '').includes(asked[key]);
  const matches = objects.filter((object) => fits(object, 'name') && fits(object, 'description'));
  const listing = { matches, total: objects.length, render: JSON.stringify, page: OBJECT_PAGE };
  return answerCollection(world, exchange, listing, asked.max_results);
};
