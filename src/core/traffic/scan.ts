import { z } from 'zod';
import { type End, identity } from '../flow.ts';
import type { Finding, Observation, RuleContext } from '../rule.ts';
import type { Severity } from '../severity.ts';
import type { Subject } from '../subject.ts';
import { counted, listed, type Text } from '../text.ts';
import type { NewEdge } from './edge.ts';
import { LEARNT_DAYS } from './known.ts';

type FlowsSeen = Extract<Observation, { kind: 'flows' }>;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Definitions §5: how long candidates stay open, when a report is late, and how many blocked ones are told whatever else. */
const OPEN_MS = 25 * MINUTE_MS;
const LATE_MS = HOUR_MS;
const GRAVE = 20;

/** By source, or whatever was told: the newest report that was told of it, epoch ms. */
export const ToldAt = z.record(z.string(), z.number()).default({});
export type ToldAt = z.infer<typeof ToldAt>;
/** What was told is remembered for as long as its edges are looked at. */
const REMEMBERED_MS = 25 * HOUR_MS;

export const withoutOld = (told: ToldAt, now: number): Record<string, number> =>
  Object.fromEntries(Object.entries(told).filter(([, at]) => at >= now - REMEMBERED_MS));

/** New edges by sources that may not scan. */
export const suspicious = ({ edges, now }: FlowsSeen, context: RuleContext): readonly NewEdge[] =>
  edges.filter(({ source }) => !context.scanner(source, now));

/** Candidates of a scan within a minute: they stay open for as long as the other end, or the next report, may bring more. */
export const stillOpen = (edges: readonly NewEdge[], now: number): readonly NewEdge[] =>
  edges.filter(({ reportedAt }) => reportedAt >= now - OPEN_MS);

/** Edges by what they have in common, in the order of time. */
export const groupsOf = (
  edges: readonly NewEdge[],
  keyOf: (edge: NewEdge) => string,
): ReadonlyMap<string, readonly NewEdge[]> => {
  const groups = new Map<string, NewEdge[]>();
  for (const edge of edges) {
    const key = keyOf(edge);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [edge]);
    else group.push(edge);
  }
  for (const group of groups.values()) group.sort((a, b) => timeOf(a) - timeOf(b));
  return groups;
};

/** One source and destination, or one source and service, as a key. */
export const pairKey = ({ source, destination }: NewEdge): string =>
  `${identity(source)} ${identity(destination)}`;
export const serviceKey = ({ source, service }: NewEdge): string => `${identity(source)} ${service}`;

/**
 * The edges that stand in any window which qualifies: last − first ≤ 60 s. They must be in the order of time, with a time each.
 * @param qualifies given how many edges are in the window, and how many of them were not simply allowed
 */
const inWindows = (
  edges: readonly NewEdge[],
  qualifies: (all: number, notAllowed: number) => boolean,
): readonly NewEdge[] => {
  const marked: NewEdge[] = [];
  let first = 0;
  let notAllowed = 0;
  let markedTo = 0;
  for (const [last, edge] of edges.entries()) {
    notAllowed += isOpenlyAllowed(edge) ? 0 : 1;
    for (; timeOf(edge) - timeOf(edges[first] as NewEdge) > WINDOW_MS; first += 1)
      notAllowed -= isOpenlyAllowed(edges[first] as NewEdge) ? 0 : 1;
    if (!qualifies(last - first + 1, notAllowed)) continue;
    for (let at = Math.max(first, markedTo); at <= last; at += 1) marked.push(edges[at] as NewEdge);
    markedTo = last + 1;
  }
  return marked;
};

const isOpenlyAllowed = ({ decisions }: NewEdge): boolean => decisions.every((one) => one === 'allowed');

const timeOf = ({ at, reportedAt }: NewEdge): number => at ?? reportedAt;

/** Definitions §5: what makes a scan and a sweep. */
export const FAST = { services: 5, servicesAllowed: 10, hosts: 20 } as const;
const WINDOW_MS = MINUTE_MS;

/** By pair, the edges of a port scan: many services within 60 s, fewer where not all of them are simply allowed. */
export const portScans = (
  edges: readonly NewEdge[],
  { services, servicesAllowed }: { readonly services: number; readonly servicesAllowed: number } = FAST,
): readonly (readonly NewEdge[])[] =>
  windowed(edges, pairKey, (all, notAllowed) => all >= (notAllowed > 0 ? services : servicesAllowed));

/** By source and service, the edges of a sweep: more than so many destinations within 60 s. */
export const sweeps = (
  edges: readonly NewEdge[],
  { hosts }: { readonly hosts: number } = FAST,
): readonly (readonly NewEdge[])[] => windowed(edges, serviceKey, (all) => all > hosts);

const windowed = (
  edges: readonly NewEdge[],
  keyOf: (edge: NewEdge) => string,
  qualifies: (all: number, notAllowed: number) => boolean,
): readonly (readonly NewEdge[])[] =>
  [
    ...groupsOf(
      edges.filter(({ at }) => at !== undefined),
      keyOf,
    ).values(),
  ]
    .map((group) => inWindows(group, qualifies))
    .filter(({ length }) => length > 0);

/** What a scan rule says of one source. */
export interface ScanWords {
  readonly severity: Severity;
  title(source: string): string;
  /** What the edges of one group show: "reached 912 services of db-07". */
  group(edges: readonly NewEdge[]): string;
}

/**
 * One finding per source that scans, again only when a later report adds to it (definitions §5).
 * @param groups qualifying ones: the edges of each
 */
export const scanFindings = (
  groups: readonly (readonly NewEdge[])[],
  told: ToldAt,
  seen: FlowsSeen,
  context: RuleContext,
  words: ScanWords,
): { readonly findings: readonly Finding[]; readonly memory: ToldAt } => {
  const { now } = seen;
  const bySource = new Map<string, (readonly NewEdge[])[]>();
  for (const group of groups) {
    const key = identity((group[0] as NewEdge).source);
    bySource.set(key, [...(bySource.get(key) ?? []), group]);
  }
  const next = withoutOld(told, now);
  const findings: Finding[] = [];
  for (const [key, own] of bySource) {
    const newest = own.flat().reduce((latest, { reportedAt }) => Math.max(latest, reportedAt), 0);
    if (newest <= (told[key] ?? 0)) continue;
    next[key] = newest;
    findings.push(findingOf(own, seen, context, words));
  }
  return { findings, memory: next };
};

/** Groups a story lists, largest first. */
const LISTED = 5;

const findingOf = (
  groups: readonly (readonly NewEdge[])[],
  seen: FlowsSeen,
  context: RuleContext,
  words: ScanWords,
): Finding => {
  const { now, daysKnown } = seen;
  const edges = groups.flat();
  const { source } = edges[0] as NewEdge;
  const largest = [...groups].sort((a, b) => b.length - a.length);
  const last = edges.reduce((latest, edge) => Math.max(latest, timeOf(edge)), 0);
  const grave = groups.some((group) => group.filter(isBlocked).length >= GRAVE);
  const wide = groups.some((group) => group.length >= GRAVE) || isHighValue(edges, context);
  const inside = context.internal(source);
  const learning = daysKnown < LEARNT_DAYS;
  const quiet = (learning && !grave) || (now - last > LATE_MS && !wide) || !inside;
  return {
    subject: subjectOf(source),
    severity: words.severity,
    at: now,
    title: words.title(source.name),
    story: [
      ...told(source, largest, words),
      ...timesOf(edges),
      `${inside ? '' : ' It comes from outside of the own networks.'}${learning ? ` I have watched for ${counted(daysKnown, 'day')} only and am still learning what is usual.` : ''}`,
      ` All of it: /illumio scan ${source.address}`,
    ],
    workloads: source.href === undefined ? [] : [source.href],
    suggests: isManaged(source, seen) ? ['quarantine'] : [],
    event: null,
    ...(quiet ? { digest: true as const } : {}),
  };
};

const told = (source: End, largest: readonly (readonly NewEdge[])[], words: ScanWords): Text => {
  const lines = largest.slice(0, LISTED).map((group) => words.group(group));
  const more = largest.length - LISTED;
  return [
    { bold: source.name },
    `${labelled(source)} ${listed(lines, LISTED)}${more > 0 ? `, and ${counted(more, 'more target', 'more targets')}` : ''}. `,
  ];
};

/** ` (app=shop env=prod)`, or its address where it is no workload that has labels. */
const labelled = ({ labels, address, name }: End): string => {
  const text = labels.map(({ key, value }) => `${key}=${value}`).join(' ');
  if (text !== '') return ` (${text})`;
  return address === name ? '' : ` (${address})`;
};

const subjectOf = ({ href, name }: End): Subject =>
  href === undefined ? { kind: 'ip', href: null, name } : { kind: 'workload', href, name };

/** Only a machine with an agent can be isolated. */
const isManaged = ({ href }: End, { estate }: FlowsSeen): boolean =>
  href !== undefined && estate.workload(href)?.managed !== false && href.includes('/workloads/');

const isBlocked = ({ decisions }: NewEdge): boolean => decisions.includes('blocked');

export const isHighValue = (edges: readonly NewEdge[], context: RuleContext): boolean =>
  edges.some(
    ({ source, destination }) => context.highValue(source.labels) || context.highValue(destination.labels),
  );

/** "912 services of db-07 (env=prod): 1/tcp, 2/tcp …", "22/tcp on 200 hosts: …". */
export const manyServices = (edges: readonly NewEdge[]): string => {
  const { destination } = edges[0] as NewEdge;
  const names = edges.map(({ service }) => service);
  return `tried ${counted(edges.length, 'service')} of ${destination.name}${labelled(destination)}: ${listed(names, 5)}`;
};
export const manyHosts = (edges: readonly NewEdge[]): string => {
  const names = edges.map(({ destination }) => destination.name);
  return `tried ${edges[0]?.service} on ${counted(edges.length, 'host')}: ${listed(names, 3)}`;
};

/** Both times of edges: when a VEN saw them, and when the PCE told (definitions §5). */
export const timesOf = (edges: readonly NewEdge[]): Text => [
  `Seen ${between(edges)}, reported `,
  { time: Math.max(...edges.map(({ reportedAt }) => reportedAt)) },
  '.',
];

/** Reported more than 60 min after it was seen. */
export const isLate = ({ at, reportedAt }: NewEdge): boolean => at !== undefined && reportedAt - at > LATE_MS;

/** `10:02:10–10:02:55 UTC`: seconds tell a scan from a person, so they are written out. */
const between = (edges: readonly NewEdge[]): string => {
  const times = edges.flatMap(({ at }) => at ?? []);
  if (times.length === 0) return 'on a day whose hours the PCE does not tell';
  const clock = (at: number): string => new Date(at).toISOString().slice(11, 19);
  return `${clock(Math.min(...times))}–${clock(Math.max(...times))} UTC`;
};
