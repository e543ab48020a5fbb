import { fingerprintOf } from '../../core/alert.ts';
import type { Detected } from '../../core/detect.ts';
import { type DispatchDeps, dispatch, type Weighed } from '../../core/dispatch.ts';
import { destinations } from '../../core/route.ts';
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
  const weighed = found.findings.map(({ rule, finding }): Weighed => {
    const labels = finding.workloads.map((href) => observation.estate.workload(href)?.labels ?? []);
    return {
      rule: rule.id,
      life: rule.rule.life.kind,
      finding,
      labels,
      highValue: labels.some(deps.context.highValue),
    };
  });
  const cleared = found.cleared.map(({ rule, cleared }) => ({ rule: rule.id, cleared }));
  return decideOn(weighed, cleared, observation.now, deps, told);
};

/** Reads the part of the state that the findings concern, and decides on it. */
export const decideOn = async (
  weighed: readonly Weighed[],
  cleared: readonly { readonly rule: string; readonly cleared: Cleared }[],
  now: number,
  { pce, store, settings, ids, alertId }: AlertingDeps,
  told: Told = {},
): Promise<readonly Transition[]> => {
  if (weighed.length === 0 && cleared.length === 0) return [];
  const about = [
    ...weighed.map(({ rule, finding }) => ({ rule, subject: finding.subject })),
    ...cleared.map((one) => ({ rule: one.rule, subject: one.cleared.subject })),
  ];
  const fingerprints = about.map(({ rule, subject }) => fingerprintOf(pce.name, rule, subjectKey(subject)));
  const keys = new Set(weighed.flatMap((one) => keysOf(one, pce.name, settings)));
  const incidents = [...(await store.openIncidents(keys)), ...(await store.incidentsOf(fingerprints))];
  const mine = new Set(incidents.map(({ id }) => id));
  const alerts = await store.alerts(new Set([...fingerprints, ...incidents.flatMap((one) => one.alerts)]));
  const deliveries = (await store.waiting()).filter(({ incident }) => mine.has(incident));
  const slice = {
    alerts: new Map(alerts.map((one) => [one.fingerprint, one])),
    incidents: new Map(incidents.map((one) => [one.id, one])),
    deliveries: new Map(deliveries.map((one) => [one.key, one])),
  };
  const dispatchDeps: DispatchDeps = {
    pce: pce.name,
    now,
    settings,
    alertId,
    newId: ids.next,
    ...(told.late === undefined ? {} : { late: told.late }),
    ...(told.digestBefore === undefined ? {} : { digestBefore: told.digestBefore }),
  };
  return dispatch(weighed, cleared, slice, emptyState(), dispatchDeps);
};

/** Every incident key a finding may go to, whatever severity its alert has by then. */
const keysOf = (
  { rule, finding, labels }: Weighed,
  pce: string,
  settings: AlertingDeps['settings'],
): string[] => {
  const fingerprint = fingerprintOf(pce, rule, subjectKey(finding.subject));
  return SEVERITIES.flatMap((severity) =>
    destinations({ pce, rule, severity, fingerprint, labels }, settings).map(({ key }) => key),
  );
};
