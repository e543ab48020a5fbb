/**
 * Readers for data that is not ours. A value of an unexpected shape reads as absent instead of throwing: one odd field must
 * never cost an event (facts/pce-api §11.7).
 */
export type Dict = Readonly<Record<string, unknown>>;

/** The object, or an empty one for anything else. */
export const dict = (value: unknown): Dict =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Dict) : NOTHING;

const NOTHING: Dict = Object.freeze({});

/** The array, or an empty one for anything else. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : NONE);

const NONE: readonly unknown[] = Object.freeze([]);

/** A text worth showing. null, '' and the PCE's literal `FILTERED` (facts §2.2) all mean that it is not known. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value !== 'FILTERED' ? value : undefined;

/** A finite number; numbers written as text count (syslog bodies quote them). */
export const number = (value: unknown): number | undefined => {
  const n = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof n === 'number' && Number.isFinite(n) ? n : undefined;
};

/** true / false; 0 and 1 too, which older PCEs send for `managed` (facts §4.2). */
export const flag = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : value === 1 ? true : value === 0 ? false : undefined;

/** Epoch milliseconds of an RFC 3339 time with a zone; a time without one is not a time (facts §2.1). */
export const instant = (value: unknown): number | undefined => {
  if (typeof value !== 'string' || !/(?:Z|[+-]\d{2}:?\d{2})$/.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
};
