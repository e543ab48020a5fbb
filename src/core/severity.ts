/** The bot's own severities, mildest first (definitions §3). A PCE event's severity is only a hint. */
export const SEVERITIES = ['info', 'warning', 'error', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Orders severities: negative when `a` is milder than `b`. */
export const compareSeverity = (a: Severity, b: Severity): number =>
  SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);

/** The graver of two severities. */
export const graver = (a: Severity, b: Severity): Severity => (compareSeverity(a, b) >= 0 ? a : b);

/** One step up, as a `high_value` match asks for; critical stays critical (definitions §3). */
export const raised = (severity: Severity): Severity =>
  SEVERITIES[Math.min(SEVERITIES.indexOf(severity) + 1, SEVERITIES.length - 1)] ?? severity;

const PLURAL: Readonly<Record<Severity, string>> = {
  info: 'info',
  warning: 'warnings',
  error: 'errors',
  critical: 'critical',
};

/** `1 critical`, `3 warnings`: how many of each there are, gravest first. */
export const severityWords = (all: readonly { readonly severity: Severity }[]): string[] =>
  [...SEVERITIES].reverse().flatMap((severity) => {
    const count = all.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? severity : PLURAL[severity]}`];
  });
