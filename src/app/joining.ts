import { createJoining, type Joining } from '../pipelines/joining.ts';
import type { Base } from './base.ts';

/** Who joins a user group with a role, and who lets him in. */
export const openJoining = ({ settings, store, chat, gate, audit, clock, log, memberships }: Base): Joining =>
  createJoining({
    store,
    chat,
    gate,
    audit,
    clock,
    log,
    memberships,
    roles: settings.roles,
    holdMs: settings.limits.joinHoldMs,
    channel: settings.channels.announce ?? settings.channels.admin,
    fallback: settings.channels.fallback,
  });
