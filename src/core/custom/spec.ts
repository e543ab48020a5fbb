import type { Severity } from '../severity.ts';

/**
 * One condition on the fields of an event: `where: {any: resource_changes[].changes.enforcement_mode, before: full}`. All that are
 * given must hold of the same value. Patterns as in core/pattern.ts; any of several.
 */
export interface Condition {
  /** `all` = every value that stands there, and at least one does. */
  readonly of: 'any' | 'all';
  /** Field names joined by dots, `[]` after a list: `notifications[].info.reason`. */
  readonly path: string;
  readonly is?: readonly string[];
  readonly not?: readonly string[];
  /** What stands under `before` and `after` of the value. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Which events are meant: all that is given must hold, any of several patterns. */
export interface EventMatch {
  /** Event types, and notification types that count in whatever event they occur. One of the two names something. */
  readonly events: readonly string[];
  readonly notifications: readonly string[];
  readonly status?: 'success' | 'failure';
  /** The PCE's own: info, warning, err … */
  readonly eventSeverity: readonly string[];
  /** Name, key id or href of who did it. */
  readonly actors: readonly string[];
  /** Label selector: only hosts that match are meant. */
  readonly labels?: string;
  readonly where: readonly Condition[];
}

/** What occurrences are told apart by: who did it, from where, which host, or a field by its path. */
export type By = 'actor' | 'address' | 'host' | (string & {});

/** A rule that an operator wrote (definitions §3 custom). */
export interface CustomRule extends EventMatch {
  readonly id: string;
  readonly title: string;
  /** What a person should do next. */
  readonly todo: string;
  readonly severity: Severity;
  readonly enabled: boolean;
  /** Told as it comes (once), or as one alert that is over after 30 quiet minutes (burst). Only for rules without count, followed and absent. */
  readonly life: 'once' | 'burst';
  /** At least so many within a window, for each value of `by`; with `distinct` so many different values of that. */
  readonly count?: {
    readonly atLeast: number;
    readonly withinMs: number;
    readonly by: By;
    readonly distinct?: By;
  };
  /** Followed by another event of the same `by` within a time. */
  readonly followed?: EventMatch & { readonly withinMs: number; readonly by: By };
  /** Nothing that matches for so long; with `by`, for each value that was ever seen. */
  readonly absent?: { readonly forMs: number; readonly by?: By };
}
