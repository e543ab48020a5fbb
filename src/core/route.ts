import type { Label } from './label.ts';
import { matchesLabels, selector } from './label-query.ts';
import type { Route, Settings } from './settings.ts';
import { compareSeverity, type Severity } from './severity.ts';

/** What routing looks at. */
export interface Routed {
  readonly pce: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly fingerprint: string;
  /** Label sets of the workloads concerned. */
  readonly labels: readonly (readonly Label[])[];
}

export interface Destination {
  readonly channel: string;
  /** The incident this belongs to: channel + PCE + rule + group values (definitions §4). */
  readonly key: string;
  /** Whom to mention at this severity, from the configuration only. */
  readonly mention: string | undefined;
}

/** Where an alert is told: the first route that matches, and those after it where `continue` says so; else the default channel. */
export const destinations = (
  alert: Routed,
  settings: Pick<Settings, 'routes' | 'channels'>,
): Destination[] => {
  const found: Destination[] = [];
  for (const route of settings.routes) {
    if (!matches(route, alert)) continue;
    found.push(destination(route, alert));
    if (!route.goOn) return unique(found);
  }
  if (found.length > 0) return unique(found);
  return [destination({ channel: settings.channels.fallthrough, groupBy: ['rule'], notify: {} }, alert)];
};

const matches = ({ match }: Route, alert: Routed): boolean =>
  (match.rules.length === 0 || match.rules.includes(alert.rule)) &&
  compareSeverity(alert.severity, match.minSeverity) >= 0 &&
  (match.pce === undefined || match.pce === alert.pce) &&
  (match.labels === undefined || carries(match.labels, alert));

const carries = (text: string, { labels }: Routed): boolean => {
  const query = selector(text);
  return labels.some((set) => matchesLabels(query, set));
};

const destination = (
  { channel, groupBy, notify }: Pick<Route, 'channel' | 'groupBy' | 'notify'>,
  alert: Routed,
): Destination => ({
  channel,
  key: [channel, alert.pce, alert.rule, ...groupBy.map((name) => groupValue(name, alert))].join('|'),
  mention: notify[alert.severity],
});

const groupValue = (name: string, alert: Routed): string => {
  if (name === 'rule') return '';
  if (name === 'subject') return alert.fingerprint;
  const values = alert.labels.flatMap((set) =>
    set.filter(({ key }) => key === name).map(({ value }) => value),
  );
  return `${name}=${values[0] ?? ''}`;
};

const unique = (found: readonly Destination[]): Destination[] => [
  ...new Map(found.map((one) => [one.key, one])).values(),
];
