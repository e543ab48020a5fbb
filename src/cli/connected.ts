import { type Connected, connect } from '../app.ts';
import type { Log } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import type { Edge } from './verb.ts';

const nothing = (): void => {};
/** What goes wrong is the result of the verbs that look: nothing is left to log. */
const QUIET: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/**
 * Looks at the world through the adapters of a configuration and hangs up afterwards. A signal hangs up at once: calls under
 * way then reject with PceError or end by their own time-outs.
 */
export const connected = async <T>(
  settings: Settings,
  edge: Pick<Edge, 'signal'>,
  look: (world: Connected) => Promise<T>,
): Promise<T> => {
  const world = connect(settings, QUIET);
  const hangUp = (): void => void world.close();
  edge.signal.addEventListener('abort', hangUp, { once: true });
  try {
    return await look(world);
  } finally {
    edge.signal.removeEventListener('abort', hangUp);
    await world.close();
  }
};
