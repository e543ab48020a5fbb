import { type Chat, ChatError } from '../core/ports.ts';
import { routeChannels } from '../core/route.ts';
import type { Settings } from '../core/settings.ts';

/** A channel a rule may be sent to. */
export interface RuleChannel {
  readonly id: string;
  /** `#soc-alerts`; the id where Slack does not tell. */
  readonly name: string;
}

/** Ids of the channels the configuration speaks in. */
export const configuredChannels = ({
  routes,
  channels,
}: Pick<Settings, 'routes' | 'channels'>): readonly string[] => [
  ...new Set([channels.fallthrough, ...routes.flatMap(routeChannels), channels.admin, channels.fallback]),
];

/** The channels the configuration speaks in: an alert goes to no other, whoever chooses. One that is shared with others is left out. */
export const ruleChannels = async (
  settings: Pick<Settings, 'routes' | 'channels'>,
  chat: Pick<Chat, 'channel'>,
): Promise<readonly RuleChannel[]> => {
  const named = await Promise.all(
    configuredChannels(settings).map(async (id): Promise<RuleChannel[]> => {
      try {
        const { name, external } = await chat.channel(id);
        return external ? [] : [{ id, name: `#${name}` }];
      } catch (err) {
        if (err instanceof ChatError) return [{ id, name: id }];
        throw err;
      }
    }),
  );
  return named.flat();
};
