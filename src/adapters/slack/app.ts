import { App, type Receiver } from '@slack/bolt';
import { dict, text } from '../../core/foreign.ts';
import type { Log } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import { clientOptions } from './api.ts';
import type { Identity } from './identity.ts';
import type { Intake } from './inbound.ts';
import { sdkLogger } from './logger.ts';

/**
 * Bolt's App, told who it is so that it makes no call of its own: with an unverified token its constructor fires auth.test without
 * a handler and a wrong token kills the process (facts/slack §1). One global middleware takes everything and ends the chain:
 * there is no payload without a listener, hence none that is never acknowledged.
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
  app.use(async (args) => {
    const ack = 'ack' in args && typeof args.ack === 'function' ? args.ack : undefined;
    await intake.take({
      body: dict(args.body),
      envelope: text(args.context['envelope']),
      ack:
        ack === undefined ? undefined : (payload) => (ack as (payload?: unknown) => Promise<void>)(payload),
    });
  });
  app.error(async ({ error }: { readonly error: Error }) => log.error({ err: error }, 'bolt failed'));
  await app.init();
  return app;
};
