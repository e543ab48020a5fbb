import { isoMillis } from '../clock.ts';
import { byCaller, recordEvent } from '../events/build.ts';
import { labelCondition } from '../fleet/filter.ts';
import { followPolicy, holdPolicy, requestPolicy } from '../fleet/policy-sync.ts';
import { isManaged } from '../fleet/ven-row.ts';
import type { Workload } from '../fleet/workload.ts';
import { json, noContent, notFound, Refusal } from '../http/answer.ts';
import { objectWith } from '../http/body.ts';
import type { Exchange, Route } from '../http/exchange.ts';
import type { JsonObject } from '../json.ts';
import { textAt } from '../json.ts';
import type { Provisioned } from '../policy/store.ts';
import type { World } from '../world.ts';

/** Policy versions, pending changes, provisioning and reverting all of them (facts §9). */
export const provisionRoutes = (world: World): readonly Route[] => [
  {
    method: 'GET',
    path: '/orgs/:org/sec_policy',
    handle: () => json(world.policy.versions().map((version) => versionRow(world, version))),
  },
  { method: 'GET', path: '/orgs/:org/sec_policy/pending', handle: () => json(pendingRows(world)) },
  {
    method: 'DELETE',
    path: '/orgs/:org/sec_policy/pending',
    handle: (exchange) => {
      world.policy.revert();
      recordEvent(world, {
        event_type: 'sec_policy_pending.delete',
        status: 'success',
        ...by(world, exchange, 204),
      });
      return noContent();
    },
  },
  {
    method: 'GET',
    path: '/orgs/:org/sec_policy/:number',
    handle: ({ params }) => {
      const found = world.policy.versions().find(({ version }) => String(version) === params['number']);
      if (!found) throw notFound('policy version');
      return json(versionRow(world, found));
    },
  },
  { method: 'POST', path: '/orgs/:org/sec_policy', handle: (exchange) => provision(world, exchange) },
];

/** Provisions the whole draft; a `change_subset` is not simulated, and nothing to provision is 406 (facts §9). */
const provision = (world: World, exchange: Exchange) => {
  const body = objectWith(exchange.body, ['update_description']);
  const pending = world.policy.pending();
  if (Object.keys(pending).length === 0)
    throw new Refusal(406, 'not_acceptable_error', 'Nothing to provision');
  const message = textAt(body, 'update_description') ?? '';
  const managed = world.fleet.all().filter(isManaged);
  const concerns = affectedBy(world, pending);
  for (const workload of managed) holdPolicy(world, workload);
  const done = world.policy.provision({
    commitMessage: message,
    at: world.clock.now(),
    by: exchange.caller.user.href,
    workloadsAffected: managed.filter(concerns).length,
  });
  for (const workload of managed) (concerns(workload) ? requestPolicy : followPolicy)(world, workload);
  const href = world.org(`/sec_policy/${done.version}`);
  recordEvent(world, {
    event_type: 'sec_policy.create',
    status: 'success',
    ...by(world, exchange, 201),
    resource_changes: [
      {
        resource: {
          sec_policy: {
            href,
            commit_message: message,
            version: done.version,
            modified_objects: modified(pending),
          },
        },
        changes: {
          commit_message: { before: null, after: message },
          version: { before: null, after: done.version },
          workloads_affected: { before: null, after: done.workloadsAffected },
        },
        change_type: 'create',
      },
    ],
  });
  return json(versionRow(world, done), 201);
};

const by = (world: World, exchange: Exchange, status: number): JsonObject =>
  byCaller(world, exchange.caller, exchange.method, exchange.path, status);

const versionRow = (world: World, version: Provisioned): JsonObject => ({
  href: world.org(`/sec_policy/${version.version}`),
  commit_message: version.commitMessage,
  version: version.version,
  workloads_affected: version.workloadsAffected,
  object_counts: { rule_sets: world.policy.list('active', 'rule_sets').length },
  created_at: isoMillis(version.at),
  created_by: { href: version.by },
});

const pendingRows = (world: World): JsonObject =>
  Object.fromEntries(
    Object.entries(world.policy.pending()).map(([collection, objects]) => [
      collection,
      objects.map(({ name, href, updated_by, updated_at, update_type, caps }) => ({
        name,
        href,
        updated_by,
        updated_at,
        update_type,
        caps,
      })),
    ]),
  );

/** `{rulesets: {href: {action, name}}}` (fixtures/illumio-ops/event_replay_samples.json); other collections by their own names. */
const modified = (pending: Readonly<Record<string, readonly JsonObject[]>>): JsonObject =>
  Object.fromEntries(
    Object.entries({ rule_sets: [], ...pending }).map(([collection, objects]) => [
      collection === 'rule_sets' ? 'rulesets' : collection,
      Object.fromEntries(
        objects.map((object) => [
          String(object['href']),
          { action: ACTIONS[String(object['update_type'])], name: object['name'] },
        ]),
      ),
    ]),
  );

const ACTIONS: Readonly<Record<string, string>> = { create: 'added', update: 'modified', delete: 'deleted' };

/** In a scope of a rule set that changed or names what changed; `[]` = everything. Scopes of label groups count as everything, and so does a changed boundary. */
const affectedBy = (
  world: World,
  pending: Readonly<Record<string, readonly JsonObject[]>>,
): ((workload: Workload) => boolean) => {
  if (pending['enforcement_boundaries'] !== undefined) return () => true;
  const { rule_sets: changed = [], ...referred } = pending;
  const words = Object.values(referred).flatMap((objects) => objects.map(({ href }) => JSON.stringify(href)));
  const naming = world.policy
    .list('draft', 'rule_sets')
    .filter((ruleSet) => words.some((word) => JSON.stringify(ruleSet).includes(word)));
  const scopes = [...changed, ...naming].flatMap(
    (ruleSet) => ruleSet['scopes'] as readonly (readonly JsonObject[])[],
  );
  const tests = scopes.map((scope) =>
    labelCondition(world, [scope.flatMap((entry) => textAt(entry['label'], 'href') ?? [])]),
  );
  return (workload) => tests.some((test) => test(workload));
};
