import type { Alert, AlertVerdict } from './alert.ts';
import type { Label } from './label.ts';
import { isEmpty, type Matcher, matches } from './matcher.ts';
import type { Severity } from './severity.ts';

const HOUR_MS = 3_600_000;

/** Definitions §8: what a responder may hide alone, and what nobody may. */
const MOST = { aloneMs: 8 * HOUR_MS, ms: 7 * 24 * HOUR_MS, share: 0.2 } as const;
/** What a trial looks at: the last 7 days (definitions §4). */
export const TRIAL_MS = 7 * 24 * HOUR_MS;

/** An alert with the labels of its hosts. */
export interface Tried {
  readonly alert: Alert;
  readonly labels: readonly (readonly Pick<Label, 'key' | 'value'>[])[];
}

/** What a matcher hides now and would have hidden: alerts are counted each time they fired, facts at each occurrence. */
export interface Trial {
  /** Of those that fire now. */
  readonly firing: readonly Alert[];
  readonly hidden: number;
  readonly total: number;
  /** Criticals among the hidden. */
  readonly critical: number;
  /** Those of the hidden that a person closed so. */
  readonly closed: Readonly<Record<AlertVerdict, number>>;
}

interface Time {
  readonly severity: Severity;
  readonly as: AlertVerdict | undefined;
  readonly count: number;
}

/** @param alerts of any state that fired since; @param since epoch ms */
export const trialOf = (alerts: readonly Tried[], matcher: Matcher, since: number): Trial => {
  const closed = { real: 0, expected: 0, false: 0 };
  let hidden = 0;
  let total = 0;
  let critical = 0;
  for (const { alert, labels } of alerts)
    for (const { severity, as, count } of timesOf(alert, since)) {
      total += count;
      if (!matches(matcher, { ...alert, severity, labels })) continue;
      hidden += count;
      if (severity === 'critical') critical += count;
      if (as !== undefined) closed[as] += count;
    }
  const firing = alerts
    .filter(({ alert, labels }) => alert.state === 'firing' && matches(matcher, { ...alert, labels }))
    .map(({ alert }) => alert);
  return { firing, hidden, total, critical, closed };
};

/** Each time an alert fired since then. */
const timesOf = (alert: Alert, since: number): Time[] => [
  ...(alert.past ?? [])
    .filter(({ to }) => to >= since)
    .map(({ severity, closed }) => ({ severity, as: closed?.as, count: 1 })),
  ...(alert.lastAt < since
    ? []
    : [
        {
          severity: alert.severity,
          as: alert.closed?.as,
          count: alert.life === 'once' ? alert.count : 1,
        },
      ]),
];

/** What the button of a message offers: alone up to 8 h, with an approver up to 7 days (definitions §8). */
export const SILENCE_CHOICES = [1, 4, 8, 24, 168].map((hours) => hours * 3_600_000) as [number, ...number[]];

export type SilenceVerdict =
  | { readonly kind: 'alone' }
  /** Another person of the approvers must agree; why, for people. */
  | { readonly kind: 'approver'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string };

/** How wide a silence a responder may set alone (definitions §8). Pure: who asks is authorised elsewhere. */
export const judgeSilence = (matcher: Matcher, forMs: number, trial: Trial): SilenceVerdict => {
  if (isEmpty(matcher)) return { kind: 'refused', why: 'it names nothing, so it would hide everything' };
  if (forMs > MOST.ms) return { kind: 'refused', why: 'it is longer than 7 days, which nobody may set' };
  const { hidden, total, critical, firing } = trial;
  const grave = critical + firing.filter(({ severity }) => severity === 'critical').length;
  const whys = [
    ...(forMs > MOST.aloneMs ? ['it is longer than 8 h'] : []),
    ...(matcher.labels === undefined && matcher.host === undefined
      ? ['it names neither a label nor a host']
      : []),
    ...(hidden > MOST.share * total
      ? [`it would have hidden ${Math.round((100 * hidden) / total)} % of the last 7 days (alone: 20 %)`]
      : []),
    ...(grave > 0 || matcher.severities.includes('critical') ? ['it hides criticals'] : []),
  ];
  return whys.length === 0 ? { kind: 'alone' } : { kind: 'approver', why: whys.join('; ') };
};
