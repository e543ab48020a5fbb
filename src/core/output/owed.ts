import type { Alert } from '../alert.ts';
import { compareSeverity, type Severity } from '../severity.ts';
import type { NoticeKind } from './notice.ts';

/** What one output was last told of one alert, and how the next try stands. */
export interface OutputRow {
  readonly output: string;
  readonly fingerprint: string;
  /** Which time of its firing this is about, by the alert's `begunAt`: a new one is told anew. */
  readonly episode: number;
  /** Newest that was taken, and how grave it was then; absent while not even the first was. */
  readonly told?: { readonly kind: NoticeKind; readonly severity: Severity; readonly at: number };
  /** The next one is not tried before. */
  readonly notBefore?: number;
  readonly attempts?: number;
  readonly trouble?: string;
  /** Given up, with an alarm: nothing more of this time is told. */
  readonly dead?: true;
}

/** One notice that an output has not taken yet. */
export interface Owed {
  readonly alert: Alert;
  readonly episode: number;
  readonly kind: NoticeKind;
  /** Same for every try: what a receiver knows a repeat by. */
  readonly id: string;
  readonly row: OutputRow | undefined;
}

/** What is over for longer is not told any more: no pager is to ring for yesterday. */
export const STALE_MS = 24 * 3_600_000;

/**
 * The next notice that one output is owed of an alert, from nothing but the alert as it stands and what was told: so nothing has to
 * be queued when it happens, and nothing is lost when it could not be said then. Undefined when nothing is owed.
 */
export const owedOf = (alert: Alert, row: OutputRow | undefined, now: number): Owed | undefined => {
  const ours = row !== undefined && isAbout(row, alert) ? row : undefined;
  const episode = ours?.episode ?? alert.begunAt;
  if (ours?.dead === true) return undefined;
  const kind = nextKind(alert, ours, now);
  if (kind === undefined) return undefined;
  const id = [alert.id, episode.toString(36), kind, ...(kind === 'firing' ? [alert.severity] : [])].join('.');
  return { alert, episode, kind, id, row: ours };
};

export const outputKey = (output: string, fingerprint: string): string => `${output}|${fingerprint}`;

/** A new time is told anew; one that begins within its quiet period carries on what the receiver knows of the time before. */
const isAbout = ({ episode }: OutputRow, { begunAt, hushed }: Alert): boolean =>
  episode === begunAt || hushed === true;

const nextKind = (alert: Alert, row: OutputRow | undefined, now: number): NoticeKind | undefined => {
  const told = row?.told;
  if (told === undefined) return worthTelling(alert, now) ? 'firing' : undefined;
  if (told.kind === 'resolved') return undefined;
  if (alert.resolved !== undefined && alert.state === 'resolved') return 'resolved';
  if (compareSeverity(alert.severity, told.severity) > 0) return 'firing';
  return alert.acknowledged !== undefined && told.kind === 'firing' ? 'acknowledged' : undefined;
};

/** Hidden ones are not told elsewhere either; what ended meanwhile is still told, in order, for a day. */
const worthTelling = ({ held, snoozed, state, resolved, lastAt }: Alert, now: number): boolean => {
  if (held !== undefined || (snoozed?.until ?? 0) > now) return false;
  return state === 'firing' || (resolved?.at ?? lastAt) > now - STALE_MS;
};

/** Since when a notice is due, epoch ms. */
export const dueSince = ({ alert, kind }: Pick<Owed, 'alert' | 'kind'>): number => {
  const then = { firing: undefined, acknowledged: alert.acknowledged?.at, resolved: alert.resolved?.at };
  return then[kind] ?? alert.begunAt;
};
