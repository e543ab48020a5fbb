import { inNetwork, parseNetwork } from '../core/address.ts';
import type { Asker, PceDesk } from '../core/command.ts';
import type { Label } from '../core/label.ts';
import { globber, isLabelTerm, labelTest, parseLabelQuery } from '../core/label-query.ts';
import { nearestAmong } from '../core/nearest.ts';
import { listed } from '../core/text.ts';
import type { Workload } from '../core/workload.ts';
import { type Problem, problem } from './problem.ts';

export interface Hit {
  readonly desk: PceDesk;
  readonly workload: Workload;
}

/** Where hosts were looked for that match, best known first by name. */
export type Found = { readonly kind: 'found'; readonly hits: readonly Hit[] } | Problem;

/**
 * The workloads a person means by a host name (`web-01`, `web*`), an address or network, label terms, or a name and terms
 * together: all must hold. A word that means nothing is a problem with the nearest names, never a wider search (promise 5).
 */
export const findHosts = (
  words: readonly string[],
  desks: readonly PceDesk[],
  command: { readonly id: string; readonly example: string },
): Found => {
  const { example } = command;
  const names = words.filter((word) => !isLabelTerm(word));
  const terms = words.filter(isLabelTerm);
  if (words.length === 0)
    return problem('I expected a host name, an address or labels, for example web-01 or env=prod.', example);
  const [name, extra] = names;
  if (extra !== undefined)
    return problem(
      `I take one host name or address; I read "${name}" and "${extra}". Use * for several, or labels as key=value.`,
      example,
    );
  const unread = desks.filter(({ inventory }) => inventory.readAt === undefined);
  if (unread.length > 0)
    return problem(
      `I am still reading the workloads of ${listed(unread.map(({ pce }) => pce.name))}; please ask again in a minute.`,
    );
  if (name !== undefined && terms.length === 0 && isHref(name)) return byHref(name, desks, command);
  const query = parseLabelQuery(terms, knownLabels(desks));
  if (!query.ok) return problem(query.problem, example);

  const hits: Hit[] = [];
  const carries = labelTest(query.query);
  const matches = name === undefined ? () => true : matcher(name, desks);
  for (const desk of desks)
    for (const workload of desk.inventory.among({ name, query: query.query }))
      if (matches(workload) && carries(workload.labels)) hits.push({ desk, workload });
  if (hits.length === 0) return nothing(words, name, desks, command);
  return {
    kind: 'found',
    hits: hits.sort((a, b) =>
      a.workload.name < b.workload.name ? -1 : a.workload.name > b.workload.name ? 1 : 0,
    ),
  };
};

/** What buttons name a host by: exactly one, whatever it is called. */
export const isHref = (word: string): boolean =>
  /^\/orgs\/\d+\/(?:[a-z_]*workloads|vens|agents)\/[\w-]+$/.test(word);

const byHref = (
  href: string,
  desks: readonly PceDesk[],
  { example }: { readonly example: string },
): Found => {
  const hits = desks.flatMap((desk) => {
    const workload = desk.inventory.workload(href) ?? desk.inventory.byAgent(href);
    return workload === undefined ? [] : [{ desk, workload }];
  });
  return hits.length > 0
    ? { kind: 'found', hits }
    : problem(`${listed(desks.map(({ pce }) => pce.name))} no longer has this host.`, example);
};

/** Those of the hosts the asker may see, or do something else to. */
export const visibleHosts = async (
  hits: readonly Hit[],
  asker: Asker,
  action = 'workload',
): Promise<readonly Hit[]> => {
  const labels = (hit: Hit): readonly Label[] => hit.workload.labels;
  if (await asker.may(action, hits.map(labels))) return hits;
  const seen = await Promise.all(hits.map((hit) => asker.may(action, [labels(hit)])));
  return hits.filter((_, at) => seen[at]);
};

const knownLabels = function* (desks: readonly PceDesk[]): Generator<Label> {
  for (const { inventory } of desks) yield* inventory.labels();
};

/** `web-01` of `web-01.example.com`. */
const short = (hostname: string): string => hostname.split('.', 1)[0] ?? hostname;

/** An address or network by the interfaces; a name exactly if any host bears it, else by the first part of host names. */
const matcher = (name: string, desks: readonly PceDesk[]): ((workload: Workload) => boolean) => {
  const network = parseNetwork(name);
  if (network !== undefined)
    return ({ interfaces, publicAddress }) =>
      [
        ...interfaces.map(({ address }) => address),
        ...(publicAddress === undefined ? [] : [publicAddress]),
      ].some((address) => inNetwork(address, network));
  const is = globber(name);
  const whole = ({ hostname, name: called }: Workload): boolean => is(hostname) || is(called);
  if (desks.some(({ inventory }) => inventory.byHostname(name).length > 0)) return whole;
  return (workload) => whole(workload) || is(short(workload.hostname));
};

const nothing = (
  words: readonly string[],
  name: string | undefined,
  desks: readonly PceDesk[],
  { id, example }: { readonly id: string; readonly example: string },
): Problem => {
  const said = words.join(' ');
  const where = desks.length > 1 ? ` on ${listed(desks.map(({ pce }) => pce.name))}` : '';
  const look = (): string => someOf(desks) ?? example;
  if (name === undefined) return problem(`No workload${where} has ${said}.`, look());
  if (parseNetwork(name) !== undefined)
    return problem(`No workload${where} has an address in ${said}.`, look());
  const [near, ...more] = nearestAmong(name, (texts) => namesHolding(texts, desks));
  if (near === undefined)
    return problem(`No workload${where} matches "${said}", and no name is near it.`, look());
  // Looking again may be wide; acting is offered for one host only.
  const copy = id === 'workload' ? `${stem(near)}*` : near;
  return problem(
    `No workload${where} matches "${said}". Nearest: ${[near, ...more].join(', ')}.`,
    `/illumio ${id} ${copy}`,
  );
};

const namesHolding = function* (texts: readonly string[], desks: readonly PceDesk[]): Generator<string> {
  for (const text of texts)
    for (const { inventory } of desks)
      for (const { name, hostname } of inventory.among({ name: `*${text}*`, query: [] })) {
        yield name;
        yield short(hostname || name);
      }
};

/** `web` of `web-01`. */
const stem = (name: string): string => name.replace(/[-_.]?\d+$/, '');

/** Names of so many hosts say which family is large. */
const SAMPLE = 5_000;

/** A look at a large family of names: a command that finds something whatever the estate. */
const someOf = (desks: readonly PceDesk[]): string | undefined => {
  const families = new Map<string, number>();
  for (const { inventory } of desks) {
    let left = SAMPLE;
    for (const { name, hostname } of inventory.workloads()) {
      if (left-- === 0) break;
      const family = stem(short(hostname || name));
      if (family !== '') families.set(family, (families.get(family) ?? 0) + 1);
    }
  }
  const [largest] = [...families].sort((a, b) => b[1] - a[1]);
  return largest && `/illumio workload ${largest[0]}*`;
};
