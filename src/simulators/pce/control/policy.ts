import { invalid, notFound } from '../http/answer.ts';
import { arrayOfAtMost } from '../http/body.ts';
import type { JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import type { FlowEnd, Outcome } from '../policy/enforce.ts';
import { outcomeOf } from '../policy/enforce.ts';
import { DENY_RULE_DEFAULTS, RULE_DEFAULTS, stamps } from '../policy/seed.ts';
import type { Collection, Objects } from '../policy/store.ts';
import { COLLECTIONS } from '../policy/store.ts';
import type { World } from '../world.ts';

/** Who tries to connect to whom: each end by address or by the href of a workload. */
export interface FlowQuestion {
  readonly src: { readonly ip?: string; readonly href?: string };
  readonly dst: { readonly ip?: string; readonly href?: string };
  readonly proto: number;
  readonly port?: number;
}

/** Whether a connection passes now, and what each end's firewall says of it. */
export const askFlow = (world: World, { src, dst, proto, port }: FlowQuestion): Outcome =>
  outcomeOf(world, { src: endOf(world, src), dst: endOf(world, dst), proto, port });

/** An address alone may be a workload's; an href alone means its first address. */
const endOf = (world: World, { ip, href }: FlowQuestion['src']): FlowEnd => {
  const workload = href === undefined ? world.fleet.byAddress(ip ?? '') : world.fleet.byHref(href);
  if (href !== undefined && workload === undefined) throw notFound(`workload ${href}`);
  const address = ip ?? workload?.addresses[0];
  if (address === undefined) throw invalid('src and dst need an ip or an href');
  return { ip: address, workload };
};

/**
 * Replaces whole collections of the policy, provisioned and in force at once, without an event. Objects without href get one;
 * rules get the attributes nobody gives them.
 */
export const replacePolicy = (world: World, given: Readonly<Record<string, unknown>>): void => {
  const objects: Partial<Objects> = Object.fromEntries(
    Object.entries(given).map(([name, list]) => [name, completed(world, collectionOf(name), list)]),
  );
  world.policy.replace(objects);
  for (const { ven } of world.fleet.all()) if (ven) ven.enforced = undefined;
};

const collectionOf = (name: string): Collection => {
  const found = COLLECTIONS.find((one) => one === name);
  if (found === undefined) throw invalid(`unknown collection ${name}`);
  return found;
};

const completed = (world: World, collection: Collection, given: unknown): readonly JsonObject[] =>
  objectsOf(given, collection).map((object) => {
    const href = object['href'] ?? world.org(`/sec_policy/draft/${collection}/${world.policy.nextId()}`);
    const rules = (list: string, kind: string, defaults: JsonObject): JsonObject[] =>
      objectsOf(object[list] ?? [], list).map((rule) => ({
        href: `${String(href)}/${kind}/${world.policy.nextId()}`,
        ...stamps(world.clock.now()),
        ...defaults,
        ...rule,
      }));
    return {
      href,
      ...stamps(world.clock.now()),
      description: '',
      enabled: true,
      ...object,
      ...(collection === 'rule_sets'
        ? {
            rules: rules('rules', 'sec_rules', RULE_DEFAULTS),
            deny_rules: rules('deny_rules', 'deny_rules', DENY_RULE_DEFAULTS),
            ip_tables_rules: [],
          }
        : {}),
    };
  });

const objectsOf = (given: unknown, name: string): readonly JsonObject[] => {
  const items = arrayOfAtMost(given, Number.POSITIVE_INFINITY, name);
  if (!items.every(isObject)) throw invalid(`${name} must hold objects`);
  return items;
};
