import type { Alert } from '../../core/alert.ts';
import type { Transition } from '../../core/state.ts';
import type { Mutex } from '../mutex.ts';
import type { AlertingDeps } from './deps.ts';

/** What people do to alerts. */
export interface AlertChanges {
  /**
   * Changes alerts one by one, each as it is now: somebody may have been faster. Every message that shows one is shown anew.
   * @param step undefined = there is nothing left to change
   * @returns those that were changed, as they were before
   */
  tend(alerts: readonly Alert[], step: (alert: Alert) => Transition | undefined): Promise<readonly Alert[]>;
  /** Makes every message that shows one of the host's alerts show its newest state. */
  touchHost(href: string): Promise<void>;
}

/** @param exclusive one decision after the other, with those of the polls */
export const createAlertChanges = (deps: AlertingDeps, exclusive: Mutex): AlertChanges => {
  const { pce, store } = deps;
  return {
    tend: (alerts, step) =>
      exclusive(async () => {
        const now = await store.alerts(alerts.map(({ fingerprint }) => fingerprint));
        const steps = now.flatMap((alert) => {
          const transition = step(alert);
          return transition === undefined ? [] : [{ alert, transition }];
        });
        const changed = steps.map(({ alert }) => alert);
        await change(
          changed,
          steps.map(({ transition }) => transition),
          deps,
        );
        return changed;
      }),

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
  { store, commit }: AlertingDeps,
): Promise<void> => {
  if (alerts.length === 0) return;
  const incidents = await store.incidentsOf(alerts.map(({ fingerprint }) => fingerprint));
  await commit([
    ...transitions,
    ...incidents.map(({ id }): Transition => ({ type: 'incident-touched', id })),
  ]);
};
