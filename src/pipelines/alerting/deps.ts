import type { RuleSet } from '../../core/detect.ts';
import type { PceEvent } from '../../core/event.ts';
import type { HealthReading } from '../../core/health.ts';
import type { Clock, Ids, Inventory, Log, Pce, Store } from '../../core/ports.ts';
import type { RuleContext } from '../../core/rule.ts';
import type { Settings } from '../../core/settings.ts';
import type { Transition } from '../../core/state.ts';
import type { Reached } from '../../core/step.ts';

export interface AlertingDeps {
  readonly pce: Pce;
  readonly inventory: Inventory;
  /** Read only: what is written goes through `commit`. */
  readonly store: Omit<Store, 'commit'>;
  readonly rules: RuleSet;
  readonly context: RuleContext;
  readonly settings: Pick<Settings, 'routes' | 'channels'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** A short stable id for an alert's fingerprint. */
  alertId(fingerprint: string): string;
  /** Called with the events of every poll, once what they mean is durable; those of overlapping polls come again. */
  evaluated(events: readonly PceEvent[]): Promise<void>;
  /** What was read beside the events, for the series: each poll of health, and each complete hour of events (null = it could not be read). */
  readonly sampled?: {
    health(reading: HealthReading): void;
    events(from: number, events: readonly PceEvent[] | null): Promise<void>;
  };
  /** Named steps, for tests that end the process at each of them. */
  readonly reached?: Reached;
  /** Commits as the store does, and has what is queued sent: DeliveryLoop.commit. */
  commit(transitions: readonly Transition[]): Promise<void>;
  /** Tells people of a trouble of our own. */
  tell(trouble: string): void;
  /** Fire alerts for the hour before the first start instead of reading it as history. */
  readonly backfill: boolean;
}
