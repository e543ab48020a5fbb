import { invalid, json, noContent, notFound, Refusal } from '../http/answer.ts';
import type { Exchange, Route } from '../http/exchange.ts';
import type { JsonObject } from '../json.ts';
import { checkObject, OBJECTS, type ObjectCollection } from '../policy/check-objects.ts';
import type { World } from '../world.ts';
import { audit, changed, created, differences } from './policy-audit.ts';

/** Writes of IP lists, services, label groups and enforcement boundaries; on the draft only (facts §9). */
export const policyObjectRoutes = (world: World): readonly Route[] =>
  (Object.keys(OBJECTS) as ObjectCollection[]).flatMap((collection): Route[] => {
    const path = `/orgs/:org/sec_policy/draft/${collection}`;
    const { event } = OBJECTS[collection];
    return [
      { method: 'POST', path, handle: (exchange) => create(world, exchange, collection) },
      {
        method: 'PUT',
        path: `${path}/:id`,
        handle: (exchange) => {
          const before = theObject(world, exchange, collection);
          const body = checkObject(world, collection, exchange.body, before);
          if (body['key'] !== undefined && body['key'] !== before['key'])
            throw invalid('key cannot be changed');
          world.policy.put(collection, changed(world, exchange, before, body));
          audit(world, exchange, event, 'update', before, differences(before, body));
          return noContent();
        },
      },
      {
        method: 'DELETE',
        path: `${path}/:id`,
        handle: (exchange) => {
          const before = theObject(world, exchange, collection);
          if (isUsed(world, before))
            throw new Refusal(406, 'object_in_use', `${String(before['name'])} is used by the policy`);
          world.policy.put(collection, { ...before, update_type: 'delete' });
          audit(world, exchange, event, 'delete', before, {});
          return noContent();
        },
      },
    ];
  });

const create = (world: World, exchange: Exchange, collection: ObjectCollection) => {
  const body = checkObject(world, collection, exchange.body);
  if (body['name'] === undefined) throw invalid('name is required');
  if (collection === 'label_groups' && body['key'] === undefined) throw invalid('key is required');
  const object = {
    href: world.org(`/sec_policy/draft/${collection}/${world.policy.nextId()}`),
    ...created(world, exchange),
    description: '',
    ...OBJECTS[collection].defaults,
    ...body,
  };
  world.policy.put(collection, object);
  audit(world, exchange, OBJECTS[collection].event, 'create', object, differences({}, body));
  return json(object, 201);
};

const theObject = (world: World, { params }: Exchange, collection: ObjectCollection): JsonObject => {
  const found = world.policy.find('draft', collection, params['id'] ?? '');
  if (!found) throw notFound(collection);
  return found;
};

/** Whether anything of the draft refers to it. */
const isUsed = (world: World, { href }: JsonObject): boolean => {
  const word = `{"href":${JSON.stringify(href)}}`;
  return (['rule_sets', 'enforcement_boundaries', 'label_groups'] as const).some((collection) =>
    world.policy.list('draft', collection).some((object) => JSON.stringify(object).includes(word)),
  );
};
