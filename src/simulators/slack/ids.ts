import type { Clock } from './clock.ts';
import { hex, type Random } from './random.ts';

/** Identifiers in Slack's shapes (facts/slack §8): `F[A-Z0-9]{8,}`, ts `\d{10}\.\d{6}`, trigger `a.b.hex`. */
export interface Ids {
  /** A fresh message ts, larger than every earlier one of this workspace. */
  ts(): string;
  /** A fresh id: the prefix and nine upper-case characters. */
  next(prefix: string): string;
  /** A view's hash: changes with every change of the view. */
  hash(): string;
  trigger(): string;
  /** A block_id or action_id for an element that came without. */
  block(): string;
  /** A UUID-shaped envelope id. */
  envelope(): string;
  secret(): string;
}

/** Ids that depend only on the clock, the seed and how many were asked for before. */
export const createIds = (clock: Clock, random: Random): Ids => {
  let lastMicros = 0;
  let counter = 0;
  const micros = (): number => {
    lastMicros = Math.max(lastMicros + 1, Math.floor(clock.now() * 1000));
    return lastMicros;
  };
  const ts = (): string => {
    const digits = String(micros());
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  };
  return {
    ts,
    next: (prefix) => `${prefix}${(++counter).toString(36).toUpperCase().padStart(9, '0')}`,
    hash: () => `${Math.floor(clock.now() / 1000)}.${hex(random, 8)}`,
    trigger: () => `${++counter}.${Math.floor(clock.now())}.${hex(random, 32)}`,
    block: () => hex(random, 5),
    envelope: () => [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-'),
    secret: () => hex(random, 24),
  };
};
