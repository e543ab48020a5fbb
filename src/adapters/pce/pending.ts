import { dict, instant, list, text } from '../../core/foreign.ts';
import type { Pending } from '../../core/ports.ts';
import type { Client } from './client.ts';

const CHANGES: Readonly<Record<string, Pending['change']>> = {
  create: 'created',
  update: 'changed',
  delete: 'deleted',
};

/** Kinds whose name is not their collection's without underscores and `s`. */
const KINDS: Readonly<Record<string, string>> = {
  ip_lists: 'IP list',
  enforcement_boundaries: 'enforcement boundary',
  firewall_settings: 'firewall settings',
};

/** GET /sec_policy/pending: objects by collection (facts §9), as one list, oldest first. Rejects with PceError. */
export const readPending = async (client: Client, org: number): Promise<readonly Pending[]> =>
  await client.call({ path: `/orgs/${org}/sec_policy/pending`, lane: 'question' }, async (answer) => {
    const buckets = Object.entries(dict(await answer.json()));
    const all = buckets.flatMap(([collection, rows]) =>
      list(rows).flatMap((row) => pending(collection, row)),
    );
    return all.sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  });

const pending = (collection: string, value: unknown): Pending[] => {
  const row = dict(value);
  const href = text(row['href']);
  if (href === undefined) return [];
  const by = dict(row['updated_by']);
  return [
    {
      kind: KINDS[collection] ?? collection.replaceAll('_', ' ').replace(/s$/, ''),
      href,
      name: text(row['name']) ?? href.slice(href.lastIndexOf('/') + 1),
      change: CHANGES[text(row['update_type']) ?? ''],
      by: { href: text(by['href']), name: text(by['username']) ?? text(by['full_name']) },
      at: instant(row['updated_at']),
    },
  ];
};
