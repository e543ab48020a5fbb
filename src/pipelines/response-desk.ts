import type { Action } from '../core/action.ts';
import type { PceEvent } from '../core/event.ts';
import type { Audit, Chat, Clock, Ids, Inventory, Log, Message, Pce, Store } from '../core/ports.ts';
import type { ResponseLimits, Settings } from '../core/settings.ts';
import type { Reached } from '../core/step.ts';
import type { Gate } from './gate.ts';
import type { Guard } from './guard.ts';
import type { PeerCounts } from './peer-counts.ts';

/** One PCE as responses need it. */
export interface ResponseDesk {
  readonly pce: Pce;
  readonly inventory: Inventory;
  /** True when a write key is configured. */
  readonly mayWrite: boolean;
  /** Names and addresses of the bot's own machine and of the name servers it asks: never quarantined (definitions §7.2). */
  readonly ownHosts: readonly string[];
  /** Has the messages about a host shown anew. */
  touchHost(href: string): Promise<void>;
}

export interface RespondingDeps {
  readonly desks: ReadonlyMap<string, ResponseDesk>;
  readonly actions: readonly Action[];
  readonly store: Store;
  readonly audit: Audit;
  readonly chat: Chat;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly settings: Pick<Settings, 'quarantine' | 'management' | 'never' | 'protected'>;
  readonly limits: ResponseLimits;
  /** What it takes to touch a host beside the right to. */
  readonly guard: Guard;
  /** Whom a host talked to, for its form. */
  readonly peers: PeerCounts;
  /** Where requests for approval and reminders stand, and who is asked there: ids of people. */
  readonly board: {
    readonly channel: string;
    readonly approvers: readonly string[];
    readonly admins: readonly string[];
    /** Where one message lists who is in quarantine; absent = nowhere. */
    readonly list?: string | undefined;
  };
  /** Where those messages stand instead, once their channel is shared with another organisation. */
  readonly fallback: string;
  /** Why nothing may be written to any PCE now; undefined when it may. */
  held(): Promise<string | undefined>;
  /** Tells people of a trouble of our own. */
  tell(trouble: string): void;
  /**
   * Says in the announce channel, for all to see, what was done; once per key.
   * @param said called when it stands there
   */
  announce(key: string, line: Message, said?: () => Promise<void>): void;
  /** True when one of the bot's own keys made the event. */
  isOurs(event: PceEvent): boolean;
  /** Named steps, for tests that end the process at each of them. */
  readonly reached?: Reached;
}
