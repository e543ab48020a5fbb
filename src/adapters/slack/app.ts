import { App, type CodedError, type Receiver } from '@slack/bolt';
import { dict, text } from '../../core/foreign.ts';
import type { Log } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import { clientOptions } from './client.ts';
import type { Identity } from './identity.ts';
import type { Intake } from './inbound.ts';
import { sdkLogger } from './logger.ts';

/**
 * Bolt's App, told who it is so that it makes no call of its own: with an unverified token its constructor fires auth.test without
 * a handler and a wrong token kills the process (facts/slack §1). Whatever a receiver hands over is taken in, made durable and
 * acknowledged before Bolt looks at it, and worked on in its one global middleware: Bolt's own way through costs a rush of commands
 * several times what their acknowledgements do, and nothing is left without one.
 */
export const createApp = async (
  settings: SlackSettings,
  receiver: Receiver,
  us: Identity,
  intake: Intake,
  log: Log,
): Promise<App> => {
  const app = new App({
    token: settings.botToken,
    botId: us.bot,
    botUserId: us.user,
    tokenVerificationEnabled: false,
    deferInitialization: true,
    receiver,
    convoStore: false,
    extendedErrorHandler: true,
    clientOptions: clientOptions(settings),
    logger: sdkLogger(log),
  });
  app.use(async ({ context }) => {
    const work: unknown = context['work'];
    if (typeof work === 'function') await work();
  });
  // Back to whoever had it done: the person is told there.
  app.error(({ error }: { readonly error: CodedError }) => Promise.reject(error.original ?? error));
  const behind = app.processEvent.bind(app);
  app.processEvent = (event) =>
    intake.take({
      body: dict(event.body),
      envelope: text(event.customProperties?.['envelope']),
      ack: event.ack,
      through: (work) =>
        behind({ ...event, ack: acknowledged, customProperties: { ...event.customProperties, work } }),
    });
  await app.init();
  return app;
};

/** Bolt acknowledges some things once more; they are. */
const acknowledged = async (): Promise<void> => {};
