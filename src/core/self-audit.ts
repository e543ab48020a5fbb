import type { Alert, Delivery, Incident } from './alert.ts';

const MINUTE_MS = 60_000;

/** How long something may be on its way before it counts as held up. */
const OVERDUE_MS = { delivery: 10 * MINUTE_MS, edit: 5 * MINUTE_MS } as const;
/** An alert may join a message that has waited so long; a message given up longer ago says nothing about it. */
const DEAD_MS = 24 * 60 * MINUTE_MS;

/** The ways a match can fail to reach an end state of promise 2 (design §4.2). */
export const HOLES = {
  'alert-unsaid': 'an alert that no message names and none is going to',
  'delivery-stuck': 'a message that has waited for more than 10 min',
  'incident-unposted': 'an incident without a message in Slack and none on its way',
  'incident-behind': 'a message that has not shown its newest state for more than 5 min',
} as const;
export type Hole = keyof typeof HOLES;

export interface AuditProblem {
  readonly what: Hole;
  /** Of the alert, the delivery (its key) or the incident. */
  readonly id: string;
  /** Epoch ms. */
  readonly since: number;
}

export interface SelfAudit {
  /** When the look was taken, epoch ms. */
  readonly at: number;
  /** Alerts, deliveries and incidents looked at. */
  readonly checked: number;
  readonly ok: boolean;
  readonly problems: readonly AuditProblem[];
}

/** What the audit looks at, read in one go. */
export interface Audited {
  /** Those that fire, and any other that no confirmed message has named. */
  readonly alerts: readonly Alert[];
  /** Those that hold one of the alerts, and those whose message is behind. */
  readonly incidents: readonly Incident[];
  readonly waiting: readonly Delivery[];
  /** Given up with an alarm: an end state. */
  readonly dead: readonly Delivery[];
}

/** Incidents seen behind, by id: what they showed, and since when. An incident does not say when it last changed. */
export type Behind = ReadonlyMap<string, { readonly shown: number; readonly since: number }>;

/**
 * Proves that every match ended, or is about to end, in one of the ways of promise 2: shown or joined (`said`, or a delivery names
 * it), counted (`hushed`), inhibited or silenced (`held`), snoozed, dead-lettered. What is history or expired never becomes an alert.
 * @param now our clock, epoch ms
 * @param before what the look before this one saw behind: an edit is overdue only when nothing newer was shown since
 */
export const selfAudit = (
  { alerts, incidents, waiting, dead }: Audited,
  now: number,
  before: Behind = new Map(),
): { readonly audit: SelfAudit; readonly behind: Behind } => {
  const underWay = new Set(waiting.flatMap((row) => row.alerts));
  const givenUp = new Map(dead.flatMap((row) => row.alerts.map((one) => [one, row.queuedAt])));
  const roots = new Set(
    [...waiting.filter(({ place }) => place === 'root'), ...dead].map((row) => row.incident),
  );
  const behind = new Map(
    incidents
      .filter(({ root, shown, revision }) => root !== undefined && shown < revision)
      .map(({ id, shown }) => {
        const seen = before.get(id);
        return [id, seen?.shown === shown ? seen : { shown, since: now }];
      }),
  );
  const problems: AuditProblem[] = [
    ...alerts
      .filter(
        (alert) =>
          alert.said === undefined &&
          !underWay.has(alert.fingerprint) &&
          !excused(alert) &&
          (givenUp.get(alert.fingerprint) ?? 0) < weighedAt(alert) - DEAD_MS,
      )
      .map(({ id, firstAt }) => ({ what: 'alert-unsaid' as const, id, since: firstAt })),
    ...waiting
      .filter(({ queuedAt }) => now - queuedAt > OVERDUE_MS.delivery)
      .map(({ key, queuedAt }) => ({ what: 'delivery-stuck' as const, id: key, since: queuedAt })),
    ...incidents
      .filter(({ id, root, open }) => open && root === undefined && !roots.has(id))
      .map(({ id, openedAt }) => ({ what: 'incident-unposted' as const, id, since: openedAt })),
    ...[...behind]
      .filter(([, { since }]) => now - since > OVERDUE_MS.edit)
      .map(([id, { since }]) => ({ what: 'incident-behind' as const, id, since })),
  ];
  const checked = alerts.length + waiting.length + incidents.length;
  return { audit: { at: now, checked, ok: problems.length === 0, problems }, behind };
};

/** Counted within the quiet period of what was told before, inhibited, silenced, or snoozed when it was last weighed. */
const excused = (alert: Alert): boolean =>
  alert.hushed === true ||
  alert.held !== undefined ||
  (alert.snoozed !== undefined && alert.snoozed.until > weighedAt(alert));

/** When it was last decided to tell of it, by the PCE's clock: its quiet period began then. */
const weighedAt = ({ quiet }: Alert): number => quiet.until - quiet.stepMs;

/** A sentence for people: what is wrong and how often. `''` when nothing is. */
export const holesIn = ({ problems }: SelfAudit): string =>
  Object.entries(HOLES)
    .flatMap(([what, words]) => {
      const count = problems.filter((one) => one.what === what).length;
      return count === 0 ? [] : [count === 1 ? words : `${count} × ${words}`];
    })
    .join('; ');
