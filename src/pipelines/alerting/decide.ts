import { fingerprintOf } from '../../core/alert.ts';
import type { Detected } from '../../core/detect.ts';
import { weighed } from '../../core/dispatch/weighed.ts';
import { type DispatchDeps, dispatch, inhibitorsOf, type Slice, type Weighed } from '../../core/dispatch.ts';
import { destinations, type Routed, unansweredKey } from '../../core/route.ts';
import type { Cleared, Observation } from '../../core/rule.ts';
import { SEVERITIES } from '../../core/severity.ts';
import { emptyState, type Transition } from '../../core/state.ts';
import { subjectKey } from '../../core/subject.ts';
import type { AlertingDeps } from './deps.ts';

/** How findings are told that are not of this moment. */
export type Told = Pick<DispatchDeps, 'late' | 'digestBefore'>;

export const decide = (
  found: Detected,
  observation: Observation,
  deps: AlertingDeps,
  told: Told,
): Promise<readonly Transition[]> => {
  const cleared = found.cleared.map(({ rule, cleared }) => ({ rule: rule.id, cleared }));
  const about = weighed(found.findings, observation.estate, deps.context);
  return decideOn(about, cleared, observation.now, deps, told);
};

/** Reads the part of the state that the findings concern, and decides on it. */
export const decideOn = async (
  findings: readonly Weighed[],
  cleared: readonly { readonly rule: string; readonly cleared: Cleared }[],
  now: number,
  deps: AlertingDeps,
  told: Told = {},
): Promise<readonly Transition[]> => {
  const { pce } = deps;
  if (findings.length === 0 && cleared.length === 0) return [];
  const about = [
    ...findings.map(({ rule, finding }) => ({ rule, subject: finding.subject })),
    ...cleared.map((one) => ({ rule: one.rule, subject: one.cleared.subject })),
  ];
  const fingerprints = about.map(({ rule, subject }) => fingerprintOf(pce.name, rule, subjectKey(subject)));
  const inhibitors = findings.flatMap((one) => inhibitorsOf(one, pce.name, one.finding.subject));
  const keys = findings.flatMap(({ rule, finding, labels }) => {
    const fingerprint = fingerprintOf(pce.name, rule, subjectKey(finding.subject));
    return keysOf({ pce: pce.name, rule, fingerprint, labels }, now, deps);
  });
  const slice = await sliceOf(fingerprints, inhibitors, keys, deps);
  return dispatch(findings, cleared, slice, emptyState(), {
    ...dispatchDeps(now, deps),
    ...(told.late === undefined ? {} : { late: told.late }),
    ...(told.digestBefore === undefined ? {} : { digestBefore: told.digestBefore }),
  });
};

/** What a decision is given beside what it decides on. @param now the PCE's clock, epoch ms */
export const dispatchDeps = (now: number, { pce, settings, alertId, ids }: AlertingDeps): DispatchDeps => ({
  pce: pce.name,
  now,
  settings,
  alertId,
  newId: ids.next,
});

/**
 * The part of the state a decision about these alerts needs.
 * @param more alerts that only have to be looked at
 * @param keys of incidents that may take them
 */
export const sliceOf = async (
  fingerprints: readonly string[],
  more: readonly string[],
  keys: readonly string[],
  { store }: AlertingDeps,
): Promise<Slice> => {
  const incidents = [
    ...(await store.openIncidents(new Set(keys))),
    ...(await store.incidentsOf(fingerprints)),
  ];
  const mine = new Set(incidents.map(({ id }) => id));
  const members = incidents.flatMap((one) => one.alerts);
  const alerts = await store.alerts(new Set([...fingerprints, ...more, ...members]));
  const deliveries = (await store.waiting()).filter(({ incident }) => mine.has(incident));
  return {
    alerts: new Map(alerts.map((one) => [one.fingerprint, one])),
    incidents: new Map(incidents.map((one) => [one.id, one])),
    deliveries: new Map(deliveries.map((one) => [one.key, one])),
    silences: new Map((await store.silences()).map((one) => [one.id, one])),
  };
};

/** Every incident key an alert may go to, whatever severity it has by then; that of the approvers too. */
export const keysOf = (
  alert: Omit<Routed, 'severity'>,
  now: number,
  { settings }: AlertingDeps,
): string[] => [
  unansweredKey(alert, settings.channels),
  ...SEVERITIES.flatMap((severity) =>
    destinations({ ...alert, severity }, settings, now).map(({ key }) => key),
  ),
];
