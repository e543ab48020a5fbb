const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `15m`, `24h`, `7d`, as people and configuration write it (definitions §0). */
export const DURATION = /^([1-9]\d{0,5})([smhd])$/;

/** Milliseconds of a written duration; undefined for anything else. */
export const durationMs = (text: string): number | undefined => {
  const [, count, unit] = DURATION.exec(text) ?? [];
  return count === undefined || unit === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
};
