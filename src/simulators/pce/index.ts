import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createApi } from './api/api.ts';
import { eventRoutes } from './api/events.ts';
import { jobRoutes } from './api/jobs.ts';
import { labelRoutes } from './api/labels.ts';
import { policyRoutes } from './api/policy.ts';
import { policyObjectRoutes } from './api/policy-objects.ts';
import { policyWriteRoutes } from './api/policy-writes.ts';
import { provisionRoutes } from './api/provision.ts';
import { systemRoutes } from './api/system.ts';
import { trafficRoutes } from './api/traffic.ts';
import { unpairRoutes } from './api/unpair.ts';
import { venRoutes } from './api/vens.ts';
import { bulkRoutes } from './api/workload-bulk.ts';
import { workloadRoutes } from './api/workloads.ts';
import type { PceControl } from './control/control.ts';
import { createControl } from './control/control.ts';
import { createControlApi } from './control/routes.ts';
import { seedChatter } from './events/chatter.ts';
import { createRouter } from './http/router.ts';
import { createListener } from './http/server.ts';
import type { PceSimulatorOptions } from './options.ts';
import { settle } from './options.ts';
import type { World } from './world.ts';
import { createWorld } from './world.ts';

export type { PceControl } from './control/control.ts';
export type { PceSimulatorOptions } from './options.ts';

/** A running simulator. */
export interface PceSimulator {
  /** `http://127.0.0.1:N`, without `/api/v2`. */
  readonly url: string;
  readonly port: number;
  /** Where the other PCEs of the supercluster answer. */
  readonly members: readonly string[];
  /** The operations of /_sim as functions. */
  readonly control: PceControl;
  /** Stops listening and ends open connections. */
  close(): Promise<void>;
}

/** Starts a PCE simulator on 127.0.0.1; rejects when the port is taken. */
export const startPceSimulator = async (options: PceSimulatorOptions = {}): Promise<PceSimulator> => {
  const settings = settle(options);
  const world = createWorld(settings);
  seedChatter(world);
  const control = createControl(world, createRouter(routesOf(world), settings.org));
  const controlApi = createControlApi(control);
  const listenAs = (node: number, at: number): Promise<Listening> =>
    listen(createListener(world, apiOf({ ...world, node }), controlApi, node), at, settings.tls);
  const first = await listenAs(0, settings.port);
  const members: Listening[] = [];
  for (let node = 1; node <= settings.members; node += 1) members.push(await listenAs(node, 0));
  return {
    url: first.url,
    port: first.port,
    members: members.map(({ url }) => url),
    control,
    close: async () => {
      await Promise.all([first, ...members].map(({ close }) => close()));
    },
  };
};

interface Listening {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const listen = async (
  listener: ReturnType<typeof createListener>,
  at: number,
  tls: PceSimulatorOptions['tls'],
): Promise<Listening> => {
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    listener(request, response).catch(() => response.destroy());
  };
  const server = tls ? createHttpsServer(tls, onRequest) : createHttpServer(onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const apiOf = (world: World) => createApi(world, routesOf(world));

const routesOf = (world: World) => [
  ...systemRoutes(world),
  ...eventRoutes(world),
  ...bulkRoutes(world),
  ...workloadRoutes(world),
  ...labelRoutes(world),
  ...unpairRoutes(world),
  ...venRoutes(world),
  ...jobRoutes(world),
  ...trafficRoutes(world),
  ...policyRoutes(world),
  ...policyWriteRoutes(world),
  ...policyObjectRoutes(world),
  ...provisionRoutes(world),
];
