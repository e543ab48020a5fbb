import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Control, createControl } from './control/index.ts';
import { loopbackUrl } from './control/machinery.ts';
import { createDelivery } from './delivery.ts';
import { createSlackServer } from './server.ts';
import { createSim, type SlackSimulatorOptions } from './sim.ts';

export type { Clock } from './clock.ts';
export type { SlackSimulatorOptions } from './sim.ts';

/** A running simulator. */
export interface SlackSimulator {
  /** `http://127.0.0.1:PORT`: the page, and the base of `/_sim`. */
  readonly url: string;
  /** The base of the Web API, with the trailing slash `slackApiUrl` wants. */
  readonly apiUrl: string;
  readonly port: number;
  /** The operations of `/_sim` as functions. */
  readonly control: Control;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts a Slack workspace on 127.0.0.1 that behaves, limits and refuses as facts/slack says: Web API under `/api/`,
 * Socket Mode, control under `/_sim`, the demo page at `/`. Rejects when the port is taken.
 */
export const startSlackSimulator = async (options: SlackSimulatorOptions = {}): Promise<SlackSimulator> => {
  const sim = createSim(options);
  sim.requestUrl = loopbackUrl(sim.requestUrl);
  const delivery = createDelivery(sim);
  const control = createControl(sim, delivery);
  const server = createSlackServer(sim, delivery.hub, control);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  sim.url = `http://127.0.0.1:${port}`;
  return {
    url: sim.url,
    apiUrl: `${sim.url}/api/`,
    port,
    control,
    close: async () => {
      delivery.hub.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
