import type { Alert, Incident, Reason } from '../alert.ts';
import { compareSeverity } from '../severity.ts';
import type { LabelSets } from './weighed.ts';

/** A line is also shown in the channel for the first alerts of an incident, and when its root is this old (definitions §4). */
const BROADCAST = { first: 3, rootAgeMs: 60 * 60_000 } as const;

/** Definitions §4 "more": an edit and a plain thread line make no sound in Slack, so what is new enough is shown in the channel too. */
export const loud = (
  incident: Incident,
  alert: Alert,
  labels: LabelSets,
  reason: Reason,
  now: number,
): boolean => {
  if (reason === 'repeat' && alert.acknowledged !== undefined) return false;
  return (
    alert.highValue ||
    compareSeverity(alert.severity, incident.severity) > 0 ||
    groupsOf(labels).some((group) => !incident.groups.includes(group)) ||
    incident.alerts.length < BROADCAST.first ||
    now - incident.openedAt > BROADCAST.rootAgeMs
  );
};

/** The (app, env) pairs a finding concerns. */
export const groupsOf = (labels: LabelSets): string[] =>
  labels.map((set) => {
    const value = (key: string): string => set.find((label) => label.key === key)?.value ?? '';
    return `${value('app')}/${value('env')}`;
  });
