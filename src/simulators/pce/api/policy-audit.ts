import { isoMillis } from '../clock.ts';
import { byCaller, recordEvent } from '../events/build.ts';
import type { Exchange } from '../http/exchange.ts';
import type { JsonObject } from '../json.ts';
import { textAt } from '../json.ts';
import { stamps } from '../policy/seed.ts';
import type { World } from '../world.ts';

/** Stamps of a new draft object. */
export const created = (world: World, exchange: Exchange): JsonObject => ({
  ...stamps(world.clock.now()),
  created_by: { href: exchange.caller.user.href },
  updated_by: { href: exchange.caller.user.href },
  update_type: 'create',
});

/** A draft object with other attributes. */
export const changed = (
  world: World,
  exchange: Exchange,
  object: JsonObject,
  body: JsonObject,
): JsonObject => ({
  ...object,
  ...body,
  updated_at: isoMillis(world.clock.now()),
  updated_by: { href: exchange.caller.user.href },
  update_type: object['update_type'] ?? 'update',
});

/** `{before, after}` per attribute; lists of actors and services as `{created, deleted}` (facts §2.3, sec_rule). */
export const differences = (before: JsonObject, body: JsonObject): JsonObject => {
  const entries = Object.entries(body).map(([key, after]): readonly [string, unknown] => {
    if (!Array.isArray(after) || key === 'scopes') return [key, { before: before[key] ?? null, after }];
    const old = (before[key] ?? []) as readonly unknown[];
    return [key, { created: missing(after, old), deleted: missing(old, after) }];
  });
  return Object.fromEntries(entries);
};

const missing = (of: readonly unknown[], from: readonly unknown[]): readonly unknown[] => {
  const known = new Set(from.map((item) => JSON.stringify(item)));
  return of.filter((item) => !known.has(JSON.stringify(item)));
};

/** Records the write for /_sim and its event. Rules name their href alone, other objects their name, rule sets their scopes too (facts §2.3). */
export const audit = (
  world: World,
  exchange: Exchange,
  kind: string,
  verb: 'create' | 'update' | 'delete',
  object: JsonObject,
  changes: JsonObject,
): void => {
  const { href, name, scopes } = object;
  const at = isoMillis(world.clock.now());
  const by = exchange.caller.key;
  world.journal.write({ at, href: String(href), body: exchange.body, before: null, after: null, by });
  recordEvent(world, {
    event_type: `${kind}.${verb}`,
    status: 'success',
    ...byCaller(world, exchange.caller, exchange.method, exchange.path, verb === 'create' ? 201 : 204),
    resource_changes: [
      {
        resource: {
          [kind]: {
            href,
            ...(name === undefined ? {} : { name }),
            ...(scopes === undefined ? {} : { scopes: named(world, scopes) }),
          },
        },
        changes:
          'scopes' in changes ? { ...changes, scopes: namedChange(world, changes['scopes']) } : changes,
        change_type: verb,
      },
    ],
  });
};

/** Events spell scopes out: labels with key and value, and "All …" of a dimension as a null href (facts §2.3). */
const named = (world: World, scopes: unknown): unknown =>
  (scopes as readonly (readonly JsonObject[])[]).map((scope) => {
    const entries = scope.map((entry) => {
      const label = world.labels.byHref(textAt(entry['label'], 'href') ?? '');
      return label === undefined
        ? entry
        : { label: { href: label.href, key: label.key, value: label.value } };
    });
    const keys = entries.map((entry) => textAt(entry['label'], 'key'));
    const open = ['app', 'env', 'loc'].filter((key) => !keys.includes(key));
    return [...entries, ...open.map((key) => ({ label: { href: null, key, value: null } }))];
  });

const namedChange = (world: World, change: unknown): JsonObject =>
  Object.fromEntries(
    Object.entries(change as JsonObject).map(([side, scopes]) => [
      side,
      scopes === null ? null : named(world, scopes),
    ]),
  );
