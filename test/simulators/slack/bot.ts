import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { onTestFinished } from 'vitest';
import type { SlackSimulator } from '../../../src/simulators/slack/index.ts';

/** A real Bolt app with its own receiver and option objects (facts/slack §1 "Recommended way"), stopped after the test. */
export const startBot = async (
  sim: SlackSimulator,
  register: (app: App) => void,
  clientPingTimeout = 200,
): Promise<{ app: App; connected: () => Promise<void> }> => {
  const receiver = new SocketModeReceiver({
    appToken: 'xapp-sim',
    logLevel: LogLevel.ERROR,
    installerOptions: { clientOptions: { slackApiUrl: sim.apiUrl } },
    clientPingTimeout,
  } as ConstructorParameters<typeof SocketModeReceiver>[0]);
  const app = new App({
    token: 'xoxb-sim',
    receiver,
    logLevel: LogLevel.ERROR,
    deferInitialization: true,
    convoStore: false,
    clientOptions: { slackApiUrl: sim.apiUrl, retryConfig: { retries: 0 } },
  });
  register(app);
  await app.init();
  await app.start();
  onTestFinished(() => receiver.client.disconnect().then(() => undefined));
  return {
    app,
    connected: () => new Promise((resolve) => receiver.client.once('connected', () => resolve())),
  };
};
