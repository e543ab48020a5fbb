import { z } from 'zod';
import type { PceEvent } from '../event.ts';
import { presence } from '../presence.ts';
import { type AffectedHost, subjectKey } from '../subject.ts';
import { DEPLOY_FAILED, hostsOf } from '../ven-problems.ts';
import type { Estate } from '../workload.ts';
import { kinKey } from './population.ts';
import { Provisioning } from './provisioning.ts';

/** Hosts by subject key: their names. */
const Hosts = z.record(z.string(), z.string()).default({});

/** A provisioning of the last half hour, and what happened to the hosts it concerns. */
export const Watch = z.object({
  what: Provisioning,
  /** It was told of: what follows is appended. */
  told: z.boolean(),
  /** `kinKey` of the hosts it concerns; null = any. */
  kin: z.array(z.string()).nullable(),
  offline: Hosts,
  errors: Hosts,
  /** How many of these were appended already. */
  said: z.number(),
});
export type Watch = z.infer<typeof Watch>;

/** How long what follows is put down to a provisioning (definitions §3). */
export const AFTERMATH_MS = 30 * 60_000;

/** Takes in what events say of hosts that a provisioning concerns: VENs that went offline, policy that could not be applied. */
export const followed = (
  watches: readonly Watch[],
  events: readonly PceEvent[],
  estate: Estate,
): readonly Watch[] => {
  if (watches.length === 0) return watches;
  const seen = events.flatMap((event) => [
    ...presence(event, estate)
      .filter(({ says }) => says === 'offline')
      .map(({ host }) => ({ at: event.at, host, what: 'offline' as const })),
    ...(event.notices.some(({ type }) => type === DEPLOY_FAILED)
      ? hostsOf(event, DEPLOY_FAILED, estate).map((host) => ({ at: event.at, host, what: 'errors' as const }))
      : []),
  ]);
  return watches.map((watch) => {
    const mine = seen.filter(({ at, host }) => concerns(watch, at, host));
    const named = (wanted: 'offline' | 'errors'): Record<string, string> => ({
      ...watch[wanted],
      ...Object.fromEntries(
        mine
          .filter(({ what }) => what === wanted)
          .map(({ host: { subject } }) => [subjectKey(subject), subject.name]),
      ),
    });
    return { ...watch, offline: named('offline'), errors: named('errors') };
  });
};

const concerns = ({ what, kin }: Watch, at: number, { workload }: AffectedHost): boolean =>
  at >= what.at &&
  at <= what.at + AFTERMATH_MS &&
  (kin === null || (workload !== undefined && kin.includes(kinKey(workload.labels))));

/** How many hosts had trouble. */
export const troubleOf = ({ offline, errors }: Watch): number =>
  Object.keys(offline).length + Object.keys(errors).length;
