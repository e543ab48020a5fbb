import { BlockList, isIP } from 'node:net';
import { invalid } from '../http/answer.ts';
import { hrefOf } from '../http/body.ts';
import type { JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import type { World } from '../world.ts';
import type { Bucket, End } from './bucket.ts';
import { listTest } from './ip-lists.ts';

/** A condition on one end of a flow. */
export type EndTest = (end: End, bucket: Bucket) => boolean;

/** Where an actor of a query stands. */
export interface ActorPlace {
  readonly side: 'sources' | 'destinations';
  readonly place: 'include' | 'exclude';
  /** `exclude_workloads_from_ip_list_query`: an IP list means no workload (facts §7.1). */
  readonly hideWorkloads: boolean;
}

type Read = (world: World, value: unknown, place: ActorPlace) => EndTest;

/** One actor `{kind: value}` of a query; 406 for an unknown kind, an unknown object, or a kind in the wrong place (facts §7.1). */
export const readActor = (world: World, given: unknown, place: ActorPlace): EndTest => {
  const [kind, value] = isObject(given) ? (Object.entries(given)[0] ?? []) : [];
  const read = kind !== undefined && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (!read || Object.keys(given as JsonObject).length !== 1)
    throw invalid(`unknown actor ${JSON.stringify(given)}`);
  return read(world, value, place);
};

/** True when one of the sets has all its conditions fulfilled: outer OR, inner AND. */
export const anyOfAll =
  (sets: readonly (readonly EndTest[])[]): EndTest =>
  (end, bucket) =>
    sets.some((set) => set.every((test) => test(end, bucket)));

const KINDS: Readonly<Record<string, Read>> = {
  label: (world, value) => hasLabel(world, hrefOf(value, 'label')),
  label_group: (world, value) => {
    const tests = groupLabels(world, hrefOf(value, 'label_group')).map((href) => [hasLabel(world, href)]);
    return anyOfAll(tests);
  },
  workload: (world, value) => {
    const workload = world.fleet.byHref(hrefOf(value, 'workload'));
    if (!workload) throw invalid('unknown workload');
    return (end) => end.workload === workload;
  },
  ip_list: (world, value, { hideWorkloads }) => {
    const href = hrefOf(value, 'ip_list').replace('/sec_policy/active/', '/sec_policy/draft/');
    const list = world.policy.list('draft', 'ip_lists').find((one) => one['href'] === href);
    if (!list) throw invalid('unknown ip_list');
    const has = listTest(list);
    return (end) => !(hideWorkloads && end.workload) && has(end.ip);
  },
  ip_address: (_, value) => hasAddress(value),
  actors: (_, value) => {
    if (value !== 'ams') throw invalid('actors must be ams');
    return (end) => end.workload !== undefined;
  },
  fqdn: (_, value, { side }) => {
    if (side !== 'destinations' || typeof value !== 'string') throw invalid('fqdn is for destinations only');
    return (end) => end.fqdn === value;
  },
  transmission: (_, value, { side, place }) => {
    if (side !== 'destinations' || place !== 'exclude')
      throw invalid('transmission is for destinations.exclude only');
    if (!['broadcast', 'multicast', 'unicast'].includes(String(value))) throw invalid('unknown transmission');
    return (_end, bucket) => bucket.extra['transmission'] === value;
  },
};

const hasLabel = (world: World, href: string): EndTest => {
  const label = world.labels.byHref(href);
  if (!label) throw invalid(`unknown label ${href}`);
  return (end) => end.workload?.labels.includes(label) ?? false;
};

/** The labels of a group and of the groups in it (facts §5: they may nest). */
const groupLabels = (world: World, href: string): readonly string[] => {
  const draft = href.replace('/sec_policy/active/', '/sec_policy/draft/');
  const group = world.policy.list('draft', 'label_groups').find((one) => one['href'] === draft);
  if (!group) throw invalid(`unknown label_group ${href}`);
  const hrefs = (key: string): readonly string[] =>
    (group[key] as { readonly href: string }[]).map((one) => one.href);
  return [...hrefs('labels'), ...hrefs('sub_groups').flatMap((sub) => groupLabels(world, sub))];
};

/** A plain address or CIDR; `{value}` is refused since 21.5 (facts §7.1). */
const hasAddress = (value: unknown): EndTest => {
  const [address = '', prefix] = typeof value === 'string' ? value.split('/') : [];
  const version = isIP(address);
  if (version === 0) throw invalid('ip_address must be an address as text');
  if (prefix === undefined) return (end) => end.ip === value;
  const block = new BlockList();
  block.addSubnet(address, Number(prefix), version === 4 ? 'ipv4' : 'ipv6');
  return (end) => block.check(end.ip, isIP(end.ip) === 6 ? 'ipv6' : 'ipv4');
};
