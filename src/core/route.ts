import { withinHours } from './hours.ts';
import type { Label } from './label.ts';
import { type LabelTest, labelTest, selector } from './label-query.ts';
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
  /** How long an alert may stay unanswered here, where the route says so. */
  readonly escalateAfterMs: number | undefined;
}

/**
 * Where an alert is told: the channels of the first route that matches, and of those after it where `continue` says so; else the
 * default channel. @param now epoch ms: a route may hold at certain hours only
 */
export const destinations = (
  alert: Routed,
  settings: Pick<Settings, 'routes' | 'channels'>,
  now: number,
): Destination[] => {
  const found: Destination[] = [];
  for (const route of settings.routes) {
    if (!matches(route, alert, now)) continue;
    found.push(...channelsOf(route, alert).map((channel) => destination(route, channel, alert)));
    if (!route.goOn) return unique(found);
  }
  if (found.length > 0) return unique(found);
  return [destination({ groupBy: ['rule'], notify: {} }, settings.channels.fallthrough, alert)];
};

/** Outputs that are told of an alert: those of the same routes that name its channels. @param now epoch ms */
export const outputsFor = (alert: Routed, { routes }: Pick<Settings, 'routes'>, now: number): string[] => {
  const found: string[] = [];
  for (const route of routes) {
    if (!matches(route, alert, now)) continue;
    found.push(...(route.outputs ?? []));
    if (!route.goOn) break;
  }
  return [...new Set(found)];
};

/**
 * The routes of the file, and before them those of rules that have a channel of their own by a change in Slack: whom to mention, how to
 * group and when to escalate stays as the file says for the rule.
 * @param own by rule id, the channel
 */
export const routesWith = (routes: readonly Route[], own: ReadonlyMap<string, string>): readonly Route[] => {
  if (own.size === 0) return routes;
  const moved = [...own].map(([rule, channel]): Route => {
    const like = routes.find(({ match }) => match.rules.length === 0 || match.rules.includes(rule));
    return {
      groupBy: like?.groupBy ?? ['rule'],
      notify: like?.notify ?? {},
      ...(like?.escalateAfterMs === undefined ? {} : { escalateAfterMs: like.escalateAfterMs }),
      ...(like?.outputs === undefined ? {} : { outputs: like.outputs }),
      goOn: false,
      channel,
      match: { rules: [rule], minSeverity: 'info', pce: undefined, labels: undefined },
    };
  });
  return [...moved, ...routes];
};

/** Every channel a route may speak in. */
export const routeChannels = ({ channel, also = [], byLabel }: Route): string[] => [
  ...new Set([channel, ...also, ...Object.values(byLabel?.channels ?? {})]),
];

/** Where alerts go that nobody answers. */
export const approversIn = ({ approvers, announce, fallback }: Settings['channels']): string =>
  approvers ?? announce ?? fallback;

/** The incident of one rule's unanswered alerts in the approvers' channel. */
export const unansweredKey = (
  { pce, rule }: Pick<Routed, 'pce' | 'rule'>,
  channels: Settings['channels'],
): string => [approversIn(channels), pce, rule, 'unanswered'].join('|');

const HEALTH = 'pce-health';

const matches = ({ match, hours, floor }: Route, alert: Routed, now: number): boolean =>
  (match.rules.length === 0 || match.rules.includes(alert.rule)) &&
  compareSeverity(alert.severity, match.minSeverity) >= 0 &&
  (floor === undefined || alert.rule !== HEALTH || compareSeverity(alert.severity, floor) >= 0) &&
  (match.pce === undefined || match.pce === alert.pce) &&
  (match.labels === undefined || carries(match, match.labels, alert)) &&
  (hours === undefined || withinHours(hours, now));

/** The channel that a label's value names for a host of the alert, else the route's own; and those that are told the same. */
const channelsOf = ({ channel, byLabel, also = [] }: Route, { labels }: Routed): string[] => {
  const named =
    byLabel === undefined
      ? []
      : labels.flatMap((set) =>
          set.flatMap(({ key, value }) => (key === byLabel.key ? (byLabel.channels[value] ?? []) : [])),
        );
  return [...(named.length === 0 ? [channel] : named), ...also];
};

/** What a route asks of labels is read once: every alert is held against every route, at each severity it may come to have. */
const tests = new WeakMap<Route['match'], LabelTest>();

const carries = (match: Route['match'], text: string, { labels }: Routed): boolean => {
  const test = tests.get(match) ?? labelTest(selector(text));
  tests.set(match, test);
  return labels.some(test);
};

/** Rules whose subjects never share a message, whatever a route groups by (definitions §3: csrf "never grouped across users"). */
const NEVER_GROUPED: readonly string[] = ['csrf'];
export const isNeverGrouped = (rule: string): boolean => NEVER_GROUPED.includes(rule);

const destination = (
  { groupBy, notify, escalateAfterMs }: Pick<Route, 'groupBy' | 'notify' | 'escalateAfterMs'>,
  channel: string,
  alert: Routed,
): Destination => ({
  channel,
  key: [
    channel,
    alert.pce,
    alert.rule,
    ...(isNeverGrouped(alert.rule) ? ['subject'] : groupBy).map((name) => groupValue(name, alert)),
  ].join('|'),
  mention: notify[alert.severity],
  escalateAfterMs,
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
