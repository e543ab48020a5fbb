import { BYTE } from './scan.ts';

const DAY_MS = 86_400_000;

/**
 * Epoch ms of a quoted time of the form the PCE writes, `"2026-07-01T10:00:00Z"`, whose opening quote is at `at`; NaN for any other
 * form, and for a 30th of February. Worked out from the digits: every row has two.
 */
export const timeAt = (bytes: Uint8Array, at: number): number => {
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
  return dayMs(year, two(bytes, at + 6), two(bytes, at + 9)) + ((hour * 60 + minute) * 60 + second) * 1_000;
};

/** Two digits; NaN for anything else. */
const two = (bytes: Uint8Array, at: number): number => {
  const ten = (bytes[at] as number) - BYTE.zero;
  const one = (bytes[at + 1] as number) - BYTE.zero;
  return ten < 0 || ten > 9 || one < 0 || one > 9 ? Number.NaN : 10 * ten + one;
};

/** Midnight of a day of the Gregorian calendar; NaN for a day that is none. A year begins with March here: the odd day is its last. */
const dayMs = (year: number, month: number, day: number): number => {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month))) return Number.NaN;
  const years = month > 2 ? year : year - 1;
  const months = month > 2 ? month - 3 : month + 9;
  const leaps = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  // Months from March on have 31 30 31 30 31 days, over and over.
  const inYear = Math.floor((153 * months + 2) / 5) + day - 1;
  return (365 * years + leaps + inYear - EPOCH_DAY) * DAY_MS;
};

/** 1970-01-01 in days since the March before the year 1. */
const EPOCH_DAY = 719_468;

const daysOf = (year: number, month: number): number => {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
};
