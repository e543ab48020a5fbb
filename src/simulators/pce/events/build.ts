import { isoMillis } from '../clock.ts';
import type { Caller } from '../http/exchange.ts';
import type { JsonObject } from '../json.ts';
import type { World } from '../world.ts';

/**
 * Completes an event (facts §2.2: href, timestamp, pce_fqdn, created_by, status, severity, action, resource_changes,
 * notifications, each change and notification with a uuid) and puts it in the log. `recordedAt` (epoch ms) is when it
 * becomes visible. Returns its href.
 */
export const recordEvent = (
  world: World,
  draft: JsonObject,
  occurredAt: number = world.clock.now(),
  recordedAt: number = world.clock.now(),
): string => {
  const href = draft['href'] ?? world.org(`/events/${world.random.uuid()}`);
  const event = {
    href,
    timestamp: isoMillis(occurredAt),
    pce_fqdn: world.fqdn,
    created_by: { system: {} },
    event_type: 'system_task.unknown',
    status: null,
    severity: 'info',
    action: null,
    resource_changes: [],
    notifications: [],
    ...draft,
  };
  world.events.add(
    {
      ...event,
      resource_changes: withUuids(world, event.resource_changes),
      notifications: withUuids(world, event.notifications),
    },
    occurredAt,
    recordedAt,
  );
  return String(href);
};

/** `created_by` and `action` of something an API key of a user did (facts §2.2: user plus `action.info.api_key_id`). */
export const byCaller = (
  world: World,
  caller: Caller,
  method: string,
  path: string,
  status: number,
): JsonObject => ({
  created_by: { user: caller.user },
  action: {
    uuid: world.random.uuid(),
    ...(caller.keyId === undefined ? {} : { info: { api_key_id: caller.keyId } }),
    api_endpoint: path,
    api_method: method,
    http_status_code: status,
    src_ip: caller.ip,
  },
});

/** The event of a request whose credentials were refused: a system event without org (facts §2.3). */
export const recordAuthenticationFailure = (
  world: World,
  call: {
    readonly method: string;
    readonly path: string;
    readonly ip: string;
    readonly key: string | undefined;
  },
): void => {
  const keyId = call.key?.replace(/^api_/, '');
  recordEvent(world, {
    href: `/system_events/${world.random.uuid()}`,
    event_type: 'request.authentication_failed',
    status: 'failure',
    severity: 'err',
    notifications: [
      {
        notification_type: 'request.authentication_failed',
        info: {
          api_endpoint: call.path,
          api_method: call.method,
          src_ip: call.ip,
          ...(keyId === undefined ? {} : { api_key_id: keyId }),
        },
      },
    ],
  });
};

const withUuids = (world: World, items: unknown): unknown =>
  Array.isArray(items) ? items.map((item) => ({ uuid: world.random.uuid(), ...item })) : items;
