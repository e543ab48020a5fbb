import { getServers } from 'node:dns';
import { hostname, networkInterfaces } from 'node:os';
import { actions } from '../actions/index.ts';
import { isOurs } from '../core/rule-context.ts';
import { createGuard } from '../pipelines/guard.ts';
import { createPeerCounts } from '../pipelines/peer-counts.ts';
import { createResponding, type Responding } from '../pipelines/response.ts';
import type { Restored } from '../pipelines/restored.ts';
import type { Base } from './base.ts';
import type { Desk } from './desk.ts';

/** What changes a PCE, with the hosts it must never touch: those the bot itself lives on and asks names of. */
export const openResponding = (
  base: Base,
  desks: ReadonlyMap<string, Desk>,
  held: Restored['held'],
): Responding => {
  const { settings, store, audit, chat, gate, clock, ids, log, context, reached, troubles, announce } = base;
  const peers = createPeerCounts({ clock, log });
  return createResponding({
    held,
    desks: new Map(
      [...desks].map(([name, { settings: own, pce, inventory, alerting }]) => [
        name,
        {
          pce,
          inventory,
          mayWrite: own.write !== undefined,
          ownHosts: [...ownNames(), ...getServers()],
          touchHost: alerting.touchHost,
        },
      ]),
    ),
    actions,
    store,
    audit,
    chat,
    gate,
    clock,
    ids,
    log,
    settings,
    limits: settings.limits,
    guard: createGuard(store, settings, peers),
    peers,
    board: {
      channel: settings.channels.announce ?? settings.channels.admin,
      approvers: settings.roles.approver.map(({ user }) => user),
      admins: settings.roles.admin.map(({ user }) => user),
      list: settings.channels.quarantined,
    },
    fallback: settings.channels.fallback,
    reached,
    tell: troubles.tell,
    announce,
    isOurs: (event) => isOurs(event, context),
  });
};

/** What the machine the bot runs on is called, and its addresses: quarantining it would end the bot. */
const ownNames = (): string[] => [
  hostname(),
  ...Object.values(networkInterfaces()).flatMap((all = []) =>
    all.filter(({ internal }) => !internal).map(({ address }) => address),
  ),
];
