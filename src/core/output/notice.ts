import type { Severity } from '../severity.ts';

/** What happened to an alert: outputs that keep incidents of their own open, acknowledge and close them by it. */
export const NOTICE_KINDS = ['firing', 'acknowledged', 'resolved'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/**
 * One thing said outside Slack about one alert. This is the JSON that a webhook receives (docs/outputs.md), version 1: fields are added, never
 * renamed or removed, within a version.
 */
export interface Notice {
  readonly version: 1;
  /** Unique for this thing said: a repeat of the same call has the same id. */
  readonly id: string;
  readonly kind: NoticeKind;
  /** The alert's fingerprint: the same for all that is said of it. */
  readonly dedupe: string;
  /** RFC 3339, UTC: when it happened. */
  readonly at: string;
  readonly pce: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  readonly story: string;
  /** How often it fired, and since when (RFC 3339). */
  readonly count: number;
  readonly since: string;
  readonly hosts: readonly NoticeHost[];
  /** Slack user id of who acknowledged, or his name and where he did; or why it resolved. */
  readonly by?: string;
  readonly why?: string;
  /** The message in Slack, where there is one. */
  readonly link?: string;
}

export interface NoticeHost {
  readonly name: string;
  readonly href: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** One line for a subject, a summary or a pager's screen. */
export const headline = ({ kind, severity, title, pce }: Notice): string => {
  const word = kind === 'firing' ? `${severity.charAt(0).toUpperCase()}${severity.slice(1)}` : WORDS[kind];
  return `${word}: ${title} (${pce})`;
};

const WORDS = { acknowledged: 'Acknowledged', resolved: 'Resolved' } as const;
