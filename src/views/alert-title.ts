import type { Alert, Incident } from '../core/alert.ts';
import { labelText } from '../core/label.ts';
import type { PolicyFacts, Response } from '../core/response.ts';
import type { Severity } from '../core/severity.ts';
import { clockUtc, grouped, listed } from '../core/text.ts';
import type { Workload } from '../core/workload.ts';
import { clip, LIMITS } from './parts.ts';

/** One alert with what a reader wants to know of its host now. */
export interface ShownAlert {
  readonly alert: Alert;
  readonly workload: Workload | undefined;
  /** Our quarantine of the host, when there is one. */
  readonly quarantine:
    | (Pick<Response, 'by' | 'until' | 'kept' | 'review'> & {
        readonly at: number;
        readonly policy: PolicyFacts;
      })
    | undefined;
  /** Page of the host in the PCE's console. */
  readonly link: string | undefined;
}

/** An incident as its root message shows it. */
export interface ShownIncident {
  readonly incident: Incident;
  readonly alerts: readonly ShownAlert[];
  /** What the rule finds, in two or three words, and what to do: from the registry. */
  readonly title: string;
  readonly todo: string;
  /** Where people read more of what to do, as configured. */
  readonly runbook?: string | undefined;
}

export const MARKS: Readonly<Record<Severity, string>> = {
  info: '🔵',
  warning: '🟡',
  error: '🟠',
  critical: '🔴',
};
export const WORDS: Readonly<Record<Severity, string>> = {
  info: 'Info',
  warning: 'Warning',
  error: 'Error',
  critical: 'Critical',
};

/** Characters of a title; of the names in one of several alerts, and how many these are, so that a phone shows it whole. */
const TITLE = 300;
const NAMED = { most: 3, characters: 60 } as const;
/** Groups of labels that a notification and a message name. */
const GROUPS = { push: 2, message: 5 } as const;

/** What happened and to what: "Firewall tampering on web-01 and db-01", "VEN offline on 300 hosts". */
export const titleOf = ({ alerts, title, incident }: ShownIncident): string => {
  const [only] = alerts;
  if (alerts.length === 1 && only !== undefined) return clip(only.alert.title, TITLE);
  const lead = leadOf(alerts);
  if (lead !== undefined) return clip(lead.alert.title, TITLE);
  const names = [...new Set(alerts.map(({ alert }) => alert.subject.name))];
  const hosts = alerts.every(isHost);
  if (names.length <= NAMED.most && names.join('').length <= NAMED.characters)
    return `${title}${hosts ? ' on' : ':'} ${listed(names)}`;
  return hosts
    ? `${title} on ${grouped(alerts.length)} hosts`
    : `${title}: ${grouped(alerts.length)} alerts on ${incident.pce}`;
};

const isHost = ({ alert: { subject } }: ShownAlert): boolean =>
  subject.kind === 'workload' || subject.kind === 'ven';

/** The one alert that is about the PCE among those of its hosts: what is said of all of them together (`gathers` of a finding). */
export const leadOf = (alerts: readonly ShownAlert[]): ShownAlert | undefined => {
  const [lead, second] = alerts.filter(({ alert }) => alert.subject.kind === 'pce');
  if (lead === undefined || second !== undefined || alerts.length === 1) return undefined;
  return alerts.every((one) => one === lead || isHost(one)) ? lead : undefined;
};

/**
 * What the phone shows: severity, what, which app and environment, since when, or when it was over. The time stands whatever the
 * length of the title.
 */
export const push = (word: string, title: string, alerts: readonly ShownAlert[], at: number): string => {
  const lead = leadOf(alerts);
  const groups = byGroup(
    alerts.filter((one) => one !== lead),
    shortGroup,
  );
  const where = groups
    .slice(0, GROUPS.push)
    .map(({ name, count }) => (groups.length === 1 ? name : `${name} ${grouped(count)}`));
  const more = groups.length > GROUPS.push ? ', …' : '';
  const rest = `${where.length === 0 ? '' : ` (${clip(where.join(', '), NAMED.characters)}${more})`} ${clockUtc(at)} UTC`;
  return `${word}: ${clip(title, LIMITS.push - word.length - 2 - rest.length)}${rest}`;
};

/** The five biggest groups of labels, for a message that cannot list all its hosts. */
export const groupsText = (alerts: readonly ShownAlert[]): string => {
  const groups = byGroup(alerts, longGroup);
  const shown = groups
    .slice(0, GROUPS.message)
    .map(({ name, count }) => `${clip(name, 100)} ${grouped(count)}`);
  const more = groups.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more groups`] : [])].join(' · ');
};

const KEYS = ['app', 'env'];
const groupLabels = ({ workload }: ShownAlert) =>
  (workload?.labels ?? []).filter(({ key }) => KEYS.includes(key));

const longGroup = (alert: ShownAlert): string => {
  const labels = groupLabels(alert);
  return labels.length === 0 ? '' : labelText(labels);
};

/** `shop/prod`: app and environment of a host, as far as it has them. */
export const shortGroup = (alert: ShownAlert): string => {
  const labels = groupLabels(alert);
  return KEYS.flatMap((key) => labels.find((label) => label.key === key)?.value ?? []).join('/');
};

/** Groups that have a name, biggest first. */
const byGroup = (
  alerts: readonly ShownAlert[],
  nameOf: (alert: ShownAlert) => string,
): { readonly name: string; readonly count: number }[] => {
  const counts = new Map<string, number>();
  for (const alert of alerts) counts.set(nameOf(alert), (counts.get(nameOf(alert)) ?? 0) + 1);
  counts.delete('');
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
};
