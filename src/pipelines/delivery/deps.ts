import type { Alert, Delivery, Incident } from '../../core/alert.ts';
import type { Chat, Clock, Log, Message, Store, Upload } from '../../core/ports.ts';
import type { Reached } from '../../core/step.ts';

/** What a message of an incident shows is decided when it is sent, from the newest state. */
export interface Render {
  root(incident: Incident, alerts: readonly Alert[], mention: string | undefined): Promise<Message>;
  line(incident: Incident, alerts: readonly Alert[], delivery: Delivery): Promise<Message>;
  /** Names and nothing else: what Slack takes when it refused the full message. */
  plain(
    incident: Incident,
    alerts: readonly Alert[],
    delivery: Pick<Delivery, 'reason' | 'place'>,
  ): Promise<Message>;
  /** The names of a line as a file. */
  file(incident: Incident, alerts: readonly Alert[]): Promise<Upload>;
}

export interface DeliveryDeps {
  readonly store: Store;
  readonly chat: Chat;
  readonly clock: Clock;
  readonly log: Log;
  readonly render: Render;
  /** Where messages go whose channel cannot be posted to. */
  readonly fallback: string;
  readonly requestTimeoutMs: number;
  /** Whether a storm of root posts is joined. */
  readonly folding: boolean;
  /** Named steps, for tests that end the process at each of them. */
  readonly reached?: Reached;
  /** Tells people of a trouble of our own: a channel that is gone, a message that cannot be shown. */
  tell(trouble: string): void;
}
