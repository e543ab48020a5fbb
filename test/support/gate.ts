import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import type { Chat, Clock, Log, Store } from '../../src/core/ports.ts';
import type { Roles } from '../../src/core/settings.ts';
import { createGate, type Gate } from '../../src/pipelines/gate.ts';
import { createMemberships } from '../../src/pipelines/memberships.ts';
import { fakeAudit, fakeClock } from './fakes.ts';

/** A gate that remembers groups in a store of its own, where the test is not about them. */
export const aGate = ({
  chat,
  roles,
  log,
  store = openMemoryStore(),
  clock = fakeClock(),
}: {
  readonly chat: Chat;
  readonly roles: Roles;
  readonly log: Log;
  readonly store?: Store;
  readonly clock?: Clock;
}): Gate => {
  const memberships = createMemberships({
    chat,
    store,
    clock,
    log,
    audit: fakeAudit(),
    holdMs: 60 * 60_000,
  });
  return createGate({ chat, roles, memberships, log });
};
