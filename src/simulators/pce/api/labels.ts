import { isoMillis } from '../clock.ts';
import { byCaller, recordEvent } from '../events/build.ts';
import type { Label } from '../fleet/label-book.ts';
import { invalid, json, noContent, notFound, Refusal } from '../http/answer.ts';
import { objectWith, optionalText } from '../http/body.ts';
import { answerCollection, OBJECT_PAGE } from '../http/collection.ts';
import type { Exchange, Route } from '../http/exchange.ts';
import { count, flag, oneOf, readQuery, text } from '../http/query.ts';
import type { JsonObject } from '../json.ts';
import type { World } from '../world.ts';

const PARAMETERS = {
  key: text,
  value: text,
  usage: flag,
  include_deleted: flag,
  external_data_set: text,
  external_data_reference: text,
  match_type: oneOf('partial', 'exact'),
  max_results: count,
};

/** Values no label may have (facts §5). */
const RESERVED = ['All Applications', 'All Environments', 'All Locations', 'All Roles'];

/** Labels and label dimensions: read, create, change the value, delete (facts §5). */
export const labelRoutes = (world: World): readonly Route[] => [
  { method: 'GET', path: '/orgs/:org/labels', handle: (exchange) => list(world, exchange) },
  {
    method: 'GET',
    path: '/orgs/:org/labels/:id',
    handle: (exchange) => json(row(theLabel(world, exchange))),
  },
  { method: 'POST', path: '/orgs/:org/labels', handle: (exchange) => create(world, exchange) },
  { method: 'PUT', path: '/orgs/:org/labels/:id', handle: (exchange) => update(world, exchange) },
  { method: 'DELETE', path: '/orgs/:org/labels/:id', handle: (exchange) => remove(world, exchange) },
  {
    method: 'GET',
    path: '/orgs/:org/label_dimensions',
    handle: (exchange) => {
      const asked = readQuery(exchange.query, { key: text, display_name: text, max_results: count });
      const matches = world.labels.dimensions.filter(
        ({ key }) => asked.key === undefined || key.includes(asked.key),
      );
      const render = (one: (typeof matches)[number]): string =>
        JSON.stringify({
          href: one.href,
          key: one.key,
          display_name: one.displayName,
          display_info: { initial: one.displayName.charAt(0), display_name_plural: `${one.displayName}s` },
          created_at: isoMillis(world.settings.now),
          updated_at: isoMillis(world.settings.now),
          caps: ['write'],
        });
      const listing = { matches, total: world.labels.dimensions.length, render, page: OBJECT_PAGE };
      return answerCollection(world, exchange, listing, asked.max_results);
    },
  },
];

const list = (world: World, exchange: Exchange) => {
  const asked = readQuery(exchange.query, PARAMETERS);
  const valueFits = (label: Label): boolean => {
    if (asked.value === undefined) return true;
    return asked.match_type === 'exact' ? label.value === asked.value : label.value.includes(asked.value);
  };
  const everyLabel = world.labels.all().filter((label) => asked.include_deleted || !label.deleted);
  const matches = everyLabel.filter(
    (label) => (asked.key === undefined || label.key === asked.key) && valueFits(label),
  );
  const render = (label: Label): string => JSON.stringify(row(label));
  return answerCollection(
    world,
    exchange,
    { matches, total: everyLabel.length, render, page: OBJECT_PAGE },
    asked.max_results,
  );
};

const create = (world: World, exchange: Exchange) => {
  const body = objectWith(exchange.body, ['key', 'value', 'external_data_set', 'external_data_reference']);
  const key = optionalText(body, 'key');
  const value = checkedValue(body);
  if (!world.labels.dimensions.some((dimension) => dimension.key === key) || key === undefined) {
    throw invalid(`there is no label dimension ${String(key)}`);
  }
  refuseDuplicate(world, key, value);
  const label = world.labels.create(key, value, world.clock.now());
  audit(world, exchange, 'create', label, {
    key: { before: null, after: key },
    value: { before: null, after: value },
  });
  return json(row(label), 201);
};

const update = (world: World, exchange: Exchange) => {
  const label = theLabel(world, exchange);
  const value = checkedValue(
    objectWith(exchange.body, ['value', 'external_data_set', 'external_data_reference']),
  );
  if (value !== label.value) refuseDuplicate(world, label.key, value);
  const before = label.value;
  label.value = value;
  label.updatedAt = world.clock.now();
  audit(world, exchange, 'update', label, { value: { before, after: value } });
  return noContent();
};

const remove = (world: World, exchange: Exchange) => {
  const label = theLabel(world, exchange);
  const carrier = world.fleet.all().some((workload) => !workload.deleted && workload.labels.includes(label));
  if (carrier) throw new Refusal(406, 'not_acceptable_error', 'The label is in use');
  label.deleted = true;
  audit(world, exchange, 'delete', label, {});
  return noContent();
};

const theLabel = (world: World, { params }: Exchange): Label => {
  const label = world.labels.byHref(world.org(`/labels/${params['id']}`));
  if (!label || label.deleted) throw notFound('label');
  return label;
};

const checkedValue = (body: JsonObject): string => {
  const value = optionalText(body, 'value');
  if (value === undefined || value === '') throw invalid('value is required');
  if (RESERVED.includes(value)) throw invalid(`${value} is a reserved value`);
  return value;
};

const refuseDuplicate = (world: World, key: string, value: string): void => {
  if (world.labels.find(key, value)) throw invalid(`a label ${key}=${value} exists already`);
};

const row = (label: Label): JsonObject => ({
  href: label.href,
  key: label.key,
  value: label.value,
  deleted: label.deleted,
  created_at: isoMillis(label.createdAt),
  created_by: { href: '/users/11' },
  updated_at: isoMillis(label.updatedAt),
  updated_by: { href: '/users/11' },
  caps: ['write'],
});

const audit = (
  world: World,
  exchange: Exchange,
  verb: 'create' | 'update' | 'delete',
  label: Label,
  changes: JsonObject,
): void => {
  const { href, key, value } = label;
  const status = verb === 'create' ? 201 : 204;
  recordEvent(world, {
    event_type: `label.${verb}`,
    status: 'success',
    ...byCaller(world, exchange.caller, exchange.method, exchange.path, status),
    resource_changes: [{ resource: { label: { href, key, value } }, changes, change_type: verb }],
  });
};
