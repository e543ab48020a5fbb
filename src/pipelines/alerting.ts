import { createAccept } from './alerting/accept.ts';
import { type Attending, createAttending } from './alerting/attend.ts';
import type { AlertingDeps } from './alerting/deps.ts';
import { createIngest, type Ingest } from './alerting/ingest.ts';
import { createObserving, type Observing } from './alerting/observe.ts';
import { type AlertChanges, createAlertChanges } from './alerting/people.ts';
import { createMutex } from './mutex.ts';

export type { AlertingDeps } from './alerting/deps.ts';
export { type AlertingStatus, WINDOW_MS } from './alerting/ingest.ts';

/**
 * Watches one PCE: read → detect → dispatch → commit. Reading runs side by side, deciding one after the other. Each run rejects with
 * PceError or StoreError, and then changed nothing.
 */
export interface Alerting extends Ingest, Observing, Attending, AlertChanges {}

export const createAlerting = (deps: AlertingDeps): Alerting => {
  const exclusive = createMutex();
  const accept = createAccept(deps);
  const ingest = createIngest(deps, accept, exclusive);
  const observing = createObserving(deps, accept, exclusive, ingest.now);
  return {
    ...ingest,
    ...observing,
    ...createAttending(deps, exclusive, ingest.now, observing.sweep),
    ...createAlertChanges(deps, exclusive),
  };
};
