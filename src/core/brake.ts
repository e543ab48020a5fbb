import type { Person } from './alert.ts';
import { clockUtc } from './text.ts';

/** All responses stopped by a person (definitions §8). */
export interface Brake {
  readonly by: Person;
  readonly byName: string;
  readonly at: number;
  /** Epoch ms; null = until somebody re-arms. */
  readonly until: number | null;
  readonly why: string;
}

/** What any responder may pull it for; longer is an admin's (definitions §8). */
export const BRAKE_MS = 60 * 60_000;

/** Why no response may be carried out now; undefined when the bot is armed. */
export const disarmedText = (brake: Brake | undefined, now: number): string | undefined => {
  if (brake === undefined || (brake.until !== null && brake.until <= now)) return undefined;
  const end = brake.until === null ? 'until it is re-armed' : `until ${clockUtc(brake.until)} UTC`;
  return `responses are disarmed ${end}: ${brake.byName} pulled the brake at ${clockUtc(brake.at)} UTC (${brake.why}). An approver or admin can give /illumio rearm`;
};
