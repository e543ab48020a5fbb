import { isValidSlackRequest } from '@slack/bolt';
import type { Clock } from '../../core/ports.ts';
import { createSeen } from './seen.ts';

/** Slack's own bound for old stamps; the same for those of the future, which Bolt lets pass (facts/slack §2 "HTTP mode"). */
const SKEW_MS = 5 * 60_000;

/** What a request is checked by. */
export interface Signed {
  readonly timestamp: string;
  readonly signature: string;
  readonly body: string;
}

/** Why a request is not taken, or undefined. Only valid signatures are remembered, so nobody else can fill the memory. */
export const createGuard = (secret: string, clock: Clock): ((request: Signed) => string | undefined) => {
  const seen = createSeen<true>(clock, 2 * SKEW_MS + 60_000, 50_000);
  return ({ timestamp, signature, body }) => {
    if (!/^\d{1,12}$/.test(timestamp)) return 'no timestamp';
    const stamp = Number(timestamp);
    const valid = isValidSlackRequest({
      signingSecret: secret,
      body,
      headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': stamp },
      nowMilliseconds: clock.now(),
    });
    if (!valid) return 'bad signature or stale';
    if (stamp * 1_000 - clock.now() > SKEW_MS) return 'stamp in the future';
    if (seen.get([signature]) !== undefined) return 'replayed';
    seen.add([signature], true);
    return undefined;
  };
};
