import { plainTime } from '../../../core/flow.ts';
import { BYTE } from './scan.ts';

/** Reads quoted times of the form the PCE writes, `"2026-07-01T10:00:00Z"`. */
export interface Times {
  /** Epoch ms of the time whose opening quote is at `at`; NaN for any other form. */
  read(bytes: Uint8Array, at: number): number;
}

/** Days are parsed by Date.parse once each. A 30th of February, which it takes for another day, is not of the form: NaN. */
export const createTimes = (): Times => {
  const days = new Map<number, number>();
  const dayMs = (year: number, month: number, day: number): number => {
    const key = (year * 100 + month) * 100 + day;
    const known = days.get(key);
    if (known !== undefined) return known;
    const digits = String(key).padStart(8, '0');
    const midnight = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}T00:00:00Z`;
    const parsed = Date.parse(midnight);
    const ms = Number.isNaN(parsed) || plainTime(parsed) !== midnight ? Number.NaN : parsed;
    days.set(key, ms);
    return ms;
  };
  return {
    read(bytes, at) {
      if (
        bytes[at] !== BYTE.quote ||
        bytes[at + 5] !== BYTE.minus ||
        bytes[at + 8] !== BYTE.minus ||
        bytes[at + 11] !== 0x54 ||
        bytes[at + 14] !== BYTE.colon ||
        bytes[at + 17] !== BYTE.colon ||
        bytes[at + 20] !== 0x5a ||
        bytes[at + 21] !== BYTE.quote
      )
        return Number.NaN;
      const hour = two(bytes, at + 12);
      const minute = two(bytes, at + 15);
      const second = two(bytes, at + 18);
      // NaN of a letter makes every comparison false.
      if (!(hour < 24 && minute < 60 && second < 60)) return Number.NaN;
      const year = 100 * two(bytes, at + 1) + two(bytes, at + 3);
      const day = dayMs(year, two(bytes, at + 6), two(bytes, at + 9));
      return day + ((hour * 60 + minute) * 60 + second) * 1_000;
    },
  };
};

/** Two digits; NaN for anything else. */
const two = (bytes: Uint8Array, at: number): number => {
  const ten = (bytes[at] as number) - BYTE.zero;
  const one = (bytes[at + 1] as number) - BYTE.zero;
  return ten < 0 || ten > 9 || one < 0 || one > 9 ? Number.NaN : 10 * ten + one;
};
