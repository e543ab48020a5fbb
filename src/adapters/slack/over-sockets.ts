import type { Receiver } from '@slack/bolt';
import { createAppApi } from './api.ts';
import { createApp } from './app.ts';
import { keepConnected, LINE_TIMES } from './sockets.ts';
import type { Way } from './way.ts';

/** Socket Mode: connections that we open. */
export const receive: Way = async ({ settings, us, intake, clock, log, times }, tell, signal) => {
  const app = await createApp(settings, noReceiver, us, intake, log);
  const asApp = createAppApi(settings, log);
  await keepConnected({ settings, asApp, app, clock, log, times: { ...LINE_TIMES, ...times } }, tell, signal);
};

/** Bolt wants a receiver; ours come and go with the connections (line.ts). */
const noReceiver: Receiver = {
  init: () => {},
  start: async () => {},
  stop: async () => {},
};
