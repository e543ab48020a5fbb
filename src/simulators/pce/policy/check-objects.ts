import { invalid } from '../http/answer.ts';
import { arrayOfAtMost, hrefOf, objectWith, optionalText } from '../http/body.ts';
import type { JsonObject } from '../json.ts';
import { isObject, textAt } from '../json.ts';
import { atLeast } from '../options.ts';
import type { World } from '../world.ts';
import { checkFlags, checkSides } from './check.ts';
import { DENY_RULE_DEFAULTS } from './seed.ts';

/** The collections of single objects that may be written: event name, attributes, and what a new one has (facts §9). */
export const OBJECTS = {
  ip_lists: { event: 'ip_list', keys: ['ip_ranges', 'fqdns'], defaults: { ip_ranges: [], fqdns: [] } },
  services: {
    event: 'service',
    keys: ['service_ports', 'windows_services', 'process_name'],
    defaults: { service_ports: [] },
  },
  label_groups: {
    event: 'label_group',
    keys: ['key', 'labels', 'sub_groups'],
    defaults: { labels: [], sub_groups: [] },
  },
  enforcement_boundaries: {
    event: 'enforcement_boundary',
    keys: ['enabled', 'providers', 'consumers', 'ingress_services', 'network_type'],
    defaults: {
      enabled: true,
      providers: [],
      consumers: [],
      ingress_services: [],
      network_type: DENY_RULE_DEFAULTS['network_type'],
    },
  },
} as const;
export type ObjectCollection = keyof typeof OBJECTS;

/** Checks a body; 406 for unknown keys, addresses and ports that are none, and unknown labels. @param before what it changes */
export const checkObject = (
  world: World,
  collection: ObjectCollection,
  given: unknown,
  before: JsonObject = {},
): JsonObject => {
  const body = objectWith(given, ['name', 'description', ...OBJECTS[collection].keys]);
  optionalText(body, 'name');
  CHECKS[collection](world, { ...before, ...body });
  return body;
};

const CHECKS: Readonly<Record<ObjectCollection, (world: World, body: JsonObject) => void>> = {
  ip_lists: (_, body) => {
    for (const range of rows(body, 'ip_ranges'))
      if (!/^[\d.:a-f]+(\/\d+)?$/i.test(textAt(range, 'from_ip') ?? ''))
        throw invalid('from_ip is no address');
  },
  services: (_, body) => {
    for (const { port, proto } of rows(body, 'service_ports')) {
      if (typeof proto !== 'number') throw invalid('proto must be a number');
      if (port !== undefined && (typeof port !== 'number' || port < 0 || port > 65_535))
        throw invalid('port must be from 0 to 65535');
    }
  },
  label_groups: (world, body) => {
    for (const label of rows(body, 'labels')) {
      const found = world.labels.byHref(hrefOf(label, 'labels'));
      if (found === undefined) throw invalid('unknown label');
      if (body['key'] !== undefined && found.key !== body['key']) throw invalid('labels of one key only');
    }
  },
  enforcement_boundaries: (world, body) => {
    if (!atLeast(world.settings.release, 20, 2)) throw invalid('enforcement boundaries came with 20.2');
    checkFlags(body, ['enabled']);
    checkSides(world, body);
  },
};

const rows = (body: JsonObject, key: string): readonly JsonObject[] => {
  const items = arrayOfAtMost(body[key] ?? [], Number.POSITIVE_INFINITY, key);
  if (!items.every(isObject)) throw invalid(`${key} must hold objects`);
  return items;
};
