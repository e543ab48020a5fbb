import type { Alert, Person } from '../../core/alert.ts';
import type { Transition } from '../../core/state.ts';
import type { Mutex } from '../mutex.ts';
import type { AlertingDeps } from './deps.ts';

/** What people do to alerts. */
export interface AlertChanges {
  /** The first one stays: who was slower changes nothing. */
  acknowledge(alerts: readonly Alert[], by: Person): Promise<void>;
  snooze(alerts: readonly Alert[], by: Person, until: number): Promise<void>;
  /** Makes every message that shows one of the host's alerts show its newest state. */
  touchHost(href: string): Promise<void>;
}

/** @param exclusive one decision after the other, with those of the polls */
export const createAlertChanges = (deps: AlertingDeps, exclusive: Mutex): AlertChanges => {
  const { pce, store, clock } = deps;
  return {
    acknowledge: (alerts, by) =>
      exclusive(async () => {
        // Read anew: somebody may have been faster, and the first one stays.
        const now = await store.alerts(alerts.map(({ fingerprint }) => fingerprint));
        const open = now.filter(({ acknowledged }) => acknowledged === undefined);
        await change(
          open,
          open.map(({ fingerprint }) => ({ type: 'alert-acknowledged', fingerprint, by, at: clock.now() })),
          deps,
        );
      }),

    snooze: (alerts, by, until) =>
      exclusive(() =>
        change(
          alerts,
          alerts.map(({ fingerprint }) => ({ type: 'alert-snoozed', fingerprint, by, until })),
          deps,
        ),
      ),

    touchHost: (href) =>
      exclusive(async () =>
        change(
          (await store.alertsOfHost(pce.name, href)).filter(({ state }) => state !== 'resolved'),
          [],
          deps,
        ),
      ),
  };
};

/** Commits changes to alerts and has every message that shows one of them shown anew. */
const change = async (
  alerts: readonly Alert[],
  transitions: readonly Transition[],
  { store, committed }: AlertingDeps,
): Promise<void> => {
  if (alerts.length === 0) return;
  const incidents = await store.incidentsOf(alerts.map(({ fingerprint }) => fingerprint));
  await store.commit([
    ...transitions,
    ...incidents.map(({ id }): Transition => ({ type: 'incident-touched', id })),
  ]);
  committed();
};
