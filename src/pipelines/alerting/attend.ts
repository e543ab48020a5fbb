import type { Alert } from '../../core/alert.ts';
import { attend, inhibitorsOf, isReleased } from '../../core/dispatch.ts';
import { emptyState } from '../../core/state.ts';
import type { Mutex } from '../mutex.ts';
import { dispatchDeps, keysOf, sliceOf } from './decide.ts';
import type { AlertingDeps } from './deps.ts';

export interface Attending {
  /** Says what time alone has made due: what is hidden no longer, what nobody answered, what stopped flapping (definitions §4). */
  attend(): Promise<void>;
}

/**
 * @param exclusive one decision after the other, with those of the polls
 * @param pceNow the PCE's clock, epoch ms
 * @param sweep reads the hosts of open alerts: what was hidden while the PCE was away may be over
 */
export const createAttending = (
  deps: AlertingDeps,
  exclusive: Mutex,
  pceNow: () => number,
  sweep: () => Promise<void>,
): Attending => {
  const { pce, store, rules, inventory } = deps;
  const bornOfAbsence = (rule: string): boolean => rules.rules.get(rule)?.rule.bornOfAbsence === true;
  const labelsOf = ({ workloads }: Alert) => workloads.map((href) => inventory.workload(href)?.labels ?? []);

  const run = async (hostsRead: boolean): Promise<void> => {
    const now = pceNow();
    const alerts = await store.toAttend(pce.name);
    if (alerts.length === 0) return;
    const about = alerts.map((alert) => ({ ...alert, labels: labelsOf(alert) }));
    const slice = await sliceOf(
      alerts.map(({ fingerprint }) => fingerprint),
      inhibitorsFor(alerts),
      about.flatMap((alert) => keysOf(alert, now, deps)),
      deps,
    );
    const more = { labelsOf, bornOfAbsence, hostsRead };
    const due = attend(alerts, slice, emptyState(), { ...dispatchDeps(now, deps), ...more });
    if (due.length === 0) return;
    await deps.commit(due);
  };

  const inhibitorsFor = (alerts: readonly Alert[]): string[] =>
    alerts.flatMap(({ rule, subject }) =>
      inhibitorsOf({ rule, bornOfAbsence: bornOfAbsence(rule) }, pce.name, subject),
    );

  /** Alerts whose inhibitor is over, so that only the PCE can say whether they still hold. */
  const freed = async (): Promise<boolean> => {
    const held = (await store.toAttend(pce.name)).filter((one) => one.held?.kind === 'inhibited');
    if (held.length === 0) return false;
    const by = new Map((await store.alerts(inhibitorsFor(held))).map((one) => [one.fingerprint, one]));
    const about = { now: pceNow(), hostsRead: true, bornOfAbsence };
    return held.some((alert) => isReleased(alert, new Map(), (one) => by.get(one), about));
  };

  return {
    async attend() {
      const read = await freed();
      if (read) await sweep();
      await exclusive(() => run(read));
    },
  };
};
