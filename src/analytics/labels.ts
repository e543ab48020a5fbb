import type { End } from '../core/flow.ts';

/** The value an end has for a label key; `(none)` without one (definitions §6). */
export const labelValue = ({ labels }: End, key: string): string =>
  labels.find((label) => label.key === key)?.value ?? '(none)';
