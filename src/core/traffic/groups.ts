import { z } from 'zod';
import type { PceEvent } from '../event.ts';
import type { End } from '../flow.ts';
import { text } from '../foreign.ts';
import { labelEvents } from '../label-events.ts';
import { matchesLabels, selector } from '../label-query.ts';
import type { Settings } from '../settings.ts';
import type { Estate } from '../workload.ts';
import type { Row } from './batch.ts';

/** What blocked-spike and traffic-spike count apart in an hour's sums; the group's name follows. */
export const BLOCKED = 'blocked ';
export const TRAFFIC = 'traffic ';
const DAY_MS = 86_400_000;

/**
 * The groups a row counts for: of blocked ones, the values of `watch_groups` that either end has; of all, the `spike_groups` that
 * match either end (definitions §5).
 * @param isChanged hosts whose mode or labels changed within 24 h: what is blocked on them says nothing
 */
export const trafficGroups = (
  { watchGroups, spikeGroups }: Pick<Settings, 'watchGroups' | 'spikeGroups'>,
  isChanged: (href: string) => boolean,
): ((row: Row) => readonly string[]) => {
  const queries = spikeGroups.map((name) => ({ name, query: selector(name) }));
  const watched = watchGroupsOf({ watchGroups });
  const changed = ({ href }: End): boolean => href !== undefined && isChanged(href);
  return ({ source, destination, decision }) => {
    if (changed(source) || changed(destination)) return [];
    const ends = [source, destination];
    const blocked = decision === 'blocked' ? watched({ source, destination }) : [];
    const all = queries.filter(({ query }) => ends.some(({ labels }) => matchesLabels(query, labels)));
    return [...blocked.map((group) => `${BLOCKED}${group}`), ...all.map(({ name }) => `${TRAFFIC}${name}`)];
  };
};

/** The groups by which a row counts in the series: the values of `watch_groups` that either end has (`env=prod`), each once. */
export const watchGroupsOf =
  ({ watchGroups }: Pick<Settings, 'watchGroups'>) =>
  ({ source, destination }: Pick<Row, 'source' | 'destination'>): readonly string[] => [
    ...new Set(
      [source, destination].flatMap(({ labels }) =>
        labels.filter(({ key }) => watchGroups.includes(key)).map(({ key, value }) => `${key}=${value}`),
      ),
    ),
  ];

/** Hosts whose mode or labels changed, and when; the newest that there is room for. */
export const StoredChanges = z.array(z.tuple([z.string(), z.number()]));
export type StoredChanges = z.infer<typeof StoredChanges>;
const MOST_CHANGES = 20_000;

/** Hosts whose mode or labels changed within 24 h. */
export interface ChangedHosts {
  note(events: readonly PceEvent[], estate: Estate): void;
  has(href: string, now: number): boolean;
  /** What an earlier run noted. */
  restore(stored: StoredChanges): void;
  encode(): StoredChanges;
}

export const createChangedHosts = (): ChangedHosts => {
  const hosts = new Map<string, number>();
  const put = (href: string, at: number): void => {
    const known = hosts.get(href) ?? 0;
    hosts.delete(href);
    hosts.set(href, Math.max(known, at));
    for (const oldest of hosts.keys()) {
      if (hosts.size <= MOST_CHANGES) break;
      hosts.delete(oldest);
    }
  };
  return {
    note(events, estate) {
      for (const event of events) {
        for (const { subject } of labelEvents(event, estate))
          if (subject.kind === 'workload' && subject.href !== null) put(subject.href, event.at);
        for (const { resource, changes } of event.resources) {
          const href = text(resource['workload']?.['href']);
          if (href !== undefined && changes['enforcement_mode'] !== undefined) put(href, event.at);
        }
      }
    },
    has(href, now) {
      const at = hosts.get(href);
      if (at === undefined) return false;
      if (now - at <= DAY_MS) return true;
      hosts.delete(href);
      return false;
    },
    restore(stored) {
      for (const [href, at] of stored) put(href, at);
    },
    encode: () => [...hosts],
  };
};
