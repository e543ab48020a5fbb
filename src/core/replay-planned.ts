import type { Alert, Delivery, Incident } from './alert.ts';
import { apply } from './apply.ts';
import type { Detected, RuleSet } from './detect.ts';
import { weighed } from './dispatch/weighed.ts';
import { attend, type DispatchDeps, dispatch, needsAttention } from './dispatch.ts';
import type { Observation, RuleContext } from './rule.ts';
import { emptyState, type State, type Transition } from './state.ts';
import type { Estate } from './workload.ts';

const MINUTE_MS = 60_000;

/** A message that would have been posted, with what it is about as it was then. */
export interface Planned extends Pick<Delivery, 'place' | 'reason' | 'channel' | 'mention'> {
  /** Epoch ms. */
  readonly at: number;
  readonly incident: Incident;
  readonly alerts: readonly Alert[];
}

export interface Planner {
  /** Takes what an observation meant; observations come in the order of time. */
  hear(observation: Observation, found: Detected): void;
  /** What would have been posted so far, oldest first; edits of messages that stand are none. */
  planned(): readonly Planned[];
}

/**
 * What dispatch (definitions §4) makes of findings, on a state of its own: grouping, routes, quiet periods, inhibition. Slack takes
 * every message at once and nobody answers any, so that what escalates does so to the end, minute by minute between observations.
 */
export const createPlanner = (
  pce: string,
  rules: RuleSet,
  settings: DispatchDeps['settings'],
  context: RuleContext,
): Planner => {
  const planned: Planned[] = [];
  let state: State = emptyState();
  let looked: number | undefined;
  let ids = 0;

  const take = (transitions: readonly Transition[], now: number): void => {
    state = apply(state, transitions);
    for (const row of [...state.deliveries.values()]) {
      planned.push(plannedOf(row, state, now));
      state = apply(state, [
        {
          type: 'delivery-sent',
          key: row.key,
          channel: row.channel,
          ts: `${now}.${planned.length}`,
          at: now,
        },
      ]);
    }
  };
  const newId = (): string => {
    ids += 1;
    return `planned-${ids}`;
  };
  const depsAt = (now: number): DispatchDeps => ({ pce, now, settings, alertId: shortId, newId });

  const passTo = (now: number, estate: Estate): void => {
    for (let at = (looked ?? now) + MINUTE_MS; at <= now; at += MINUTE_MS) {
      const alerts = [...state.alerts.values()].filter(needsAttention);
      if (alerts.length === 0) break;
      const about = {
        labelsOf: ({ workloads }: Alert) => workloads.map((href) => estate.workload(href)?.labels ?? []),
        bornOfAbsence: (rule: string) => rules.rules.get(rule)?.rule.bornOfAbsence === true,
        // Nothing is read of a time that is over: what the events say is all that is known.
        hostsRead: true,
      };
      take(attend(alerts, state, emptyState(), { ...depsAt(at), ...about }), at);
    }
    looked = now;
  };

  return {
    hear({ now, estate }, found) {
      passTo(now, estate);
      const cleared = found.cleared.map(({ rule, cleared: over }) => ({ rule: rule.id, cleared: over }));
      take(
        dispatch(weighed(found.findings, estate, context), cleared, state, emptyState(), depsAt(now)),
        now,
      );
    },
    planned: () => planned,
  };
};

/** Of no message that anybody could press a button of. */
const shortId = (fingerprint: string): string => fingerprint.slice(-40);

const plannedOf = (
  { place, reason, channel, mention, incident, alerts }: Delivery,
  state: State,
  at: number,
) => ({
  at,
  place,
  reason,
  channel,
  ...(mention === undefined ? {} : { mention }),
  incident: state.incidents.get(incident) as Incident,
  alerts: alerts.flatMap((one) => state.alerts.get(one) ?? []),
});
