import { z } from 'zod';
import { commonTo } from './common.ts';
import type { Cleared, Finding } from './rule.ts';
import type { Standing } from './standing.ts';
import { hrefOfKey, type Subject, subjectKey } from './subject.ts';
import { counted, listed, span } from './text.ts';
import { together } from './together.ts';
import type { Estate } from './workload.ts';

const MINUTE_MS = 60_000;
/** Many at once: so many within the span, or this share of what is managed, whichever is more (definitions §3 ven-offline). */
const MANY = { hosts: 20, share: 0.05, spanMs: 15 * MINUTE_MS } as const;
/** Hosts remembered of one such event, and members of a supercluster: what nobody reads one by one need not be kept. */
const MOST = { hosts: 5_000, members: 20 } as const;

/** Hosts that went offline together and are not back, by subject key, with since when; and members of the PCE that told of hosts. */
export const ManyOffline = z
  .object({ away: z.record(z.string(), z.number()).default({}), members: z.array(z.string()).default([]) })
  .prefault({});
export type ManyOffline = z.infer<typeof ManyOffline>;

/** A host that went offline, and the member of the PCE that said so. */
export interface Gone {
  readonly subject: Subject;
  readonly at: number;
  readonly member: string | undefined;
}

/**
 * The one story of many hosts that went offline together, beside those of the hosts.
 * @param standing what is known of each host now
 * @param gone what this poll told, without hosts that come and go
 * @param counts whether a host of the memory counts at all
 */
export const manyOffline = (
  pce: string,
  before: ManyOffline,
  standing: Standing,
  gone: readonly Gone[],
  counts: (key: string) => boolean,
  estate: Estate,
): { readonly findings: readonly Finding[]; readonly memory: ManyOffline } => {
  const members = [...new Set([...before.members, ...gone.flatMap(({ member }) => member ?? [])])].sort();
  const memory = { away: before.away, members: members.slice(0, MOST.members) };
  const struck = Object.entries(standing).flatMap(([key, [at, holds]]) =>
    holds && counts(key) ? [{ at, key }] : [],
  );
  const least = Math.max(MANY.hosts, Math.ceil(estate.managed * MANY.share));
  const found = together(
    struck,
    gone.map(({ at }) => at),
    MANY.spanMs,
    least,
  );
  if (found === undefined) return { findings: [], memory };
  const times = new Map(struck.map(({ key, at }) => [key, at]));
  const all = {
    ...before.away,
    ...Object.fromEntries(found.keys.map((key) => [key, times.get(key) ?? found.last])),
  };
  const kept = Object.fromEntries(Object.entries(all).slice(-MOST.hosts));
  return { findings: [story(pce, kept, gone, members, estate)], memory: { ...memory, away: kept } };
};

/** Which of those that went together are back; with the last one the story is over. */
export const backFrom = (
  pce: string,
  before: ManyOffline,
  back: readonly Subject[],
  at: number,
): { readonly cleared: readonly Cleared[]; readonly memory: ManyOffline } => {
  const gone = new Set(back.map(subjectKey));
  const away = Object.fromEntries(Object.entries(before.away).filter(([key]) => !gone.has(key)));
  const over = Object.keys(before.away).length > 0 && Object.keys(away).length === 0;
  return {
    cleared: over ? [{ subject: pceOf(pce), at, why: 'all are back or gone' }] : [],
    memory: { ...before, away },
  };
};

const pceOf = (pce: string): Subject => ({ kind: 'pce', href: null, name: pce });

const story = (
  pce: string,
  away: ManyOffline['away'],
  gone: readonly Gone[],
  members: readonly string[],
  estate: Estate,
): Finding => {
  const times = Object.values(away);
  const first = times.reduce((a, b) => Math.min(a, b));
  const last = times.reduce((a, b) => Math.max(a, b));
  const hosts = Object.keys(away).flatMap((key) => estate.workload(hrefOfKey(key)) ?? []);
  const common = commonTo(hosts);
  const member = memberOf(gone, members);
  const what = `${counted(times.length, 'VEN')} went offline${last - first < MINUTE_MS ? '' : ` within ${span(last - first)}`}`;
  const where = common?.name ?? member;
  return {
    subject: pceOf(pce),
    severity: 'error',
    gathers: true,
    at: last,
    title: where === undefined ? what : `${where}: ${what}`,
    story: [
      common?.told ?? 'They share no label and no network. ',
      member === undefined ? '' : `They report to ${member}. `,
      'The first was removed from policy at ',
      { time: first },
      '. Look first at what they share: ',
      listed(['the network', ...(member === undefined ? [] : [member]), 'a change rolled out to them']),
      '.',
    ],
    workloads: hosts.map(({ href }) => href),
    suggests: [],
    event: null,
  };
};

/** The member all of them report to: worth a word only where there are several. */
const memberOf = (gone: readonly Gone[], members: readonly string[]): string | undefined => {
  const [one, other] = new Set(gone.map(({ member }) => member));
  return members.length > 1 && other === undefined ? one : undefined;
};
