import type { BotStatus } from '../core/command.ts';
import type { Clock, Inventory, Log } from '../core/ports.ts';
import type { Desk } from './desk.ts';
import { SECOND_MS } from './loops.ts';

/** How often the start looks whether the bot has become ready. */
const READY_MS = 50;

/** How long the start waits for the first look at a PCE's machines before it goes on without. */
const INVENTORY_MS = 15 * SECOND_MS;

/** A key or token that is not accepted: the operator must act, trying again does not help. */
class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

/** A key that is refused is told at once, exit 1: a bot that starts half would be trusted with what it cannot see. */
export const refuseBadKeys = async (desks: readonly Desk[], log: Log): Promise<void> => {
  for (const { settings, pce } of desks)
    for (const key of ['read', 'write', 'traffic'] as const) {
      if (settings[key] === undefined) continue;
      const access = await pce.checkAccess(key);
      if (access.ok) continue;
      if (access.code === 'unauthorised' || access.code === 'forbidden' || access.code === 'not-found')
        throw new StartRefused(`${settings.name}: the ${key} key is not accepted: ${access.why}`);
      log.warn({ pce: settings.name, why: access.why }, 'the PCE is away, it is tried again');
      break;
    }
};

/** Reads a PCE's machines for the first time. Resolves when they are read, or after 15 s without. */
export const firstLook = async (
  inventory: Inventory,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  signal: AbortSignal,
): Promise<void> => {
  const read = new AbortController();
  inventory
    .refresh()
    .catch((err: unknown) => log.warn({ err, pce: inventory.pce }, 'the inventory could not be read yet'))
    .finally(() => read.abort());
  // A sleep that nobody ends would keep the process for its whole time after a stop.
  await clock.sleep(INVENTORY_MS, AbortSignal.any([read.signal, signal]));
};

/** Calls `ready` once, as soon as it is so. */
export const sayReady = async (
  status: () => Promise<BotStatus>,
  ready: () => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    if ((await status()).ready) {
      ready();
      return;
    }
    await clock.sleep(READY_MS, signal);
  }
};

/** Ends one after the other, each whatever became of those before; a disk that is full must not keep the lock. Rejects as the first did. */
export const endAll = async (ends: readonly (() => Promise<void>)[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const end of ends) await end().catch((err: unknown) => failures.push(err));
  if (failures.length > 0) throw failures[0];
};
