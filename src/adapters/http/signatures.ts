import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../core/ports.ts';

/** Whether a call may be believed; `at` is when its sender signed it, epoch ms. */
export type Checked =
  | { readonly ok: true; readonly at: number }
  | { readonly ok: false; readonly status: 401 | 409; readonly why: string };

export type Check = (headers: IncomingHttpHeaders, body: Buffer) => Checked | Promise<Checked>;

/** How far a time stamp may be from our clock (definitions §9: ± 5 min). */
const SKEW_MS = 5 * 60_000;

/**
 * `x-chatops-timestamp` (Unix seconds) and `x-chatops-signature: v1=…`, HMAC-SHA256 in hexadecimal over `<timestamp>.<body>`: what the bot
 * signs its own webhooks with. One signature is good for one call.
 * @param first whether a signature comes for the first time, also across restarts; asked of true ones alone, so nobody else can fill its memory
 */
export const signedByUs =
  (secret: string, clock: Pick<Clock, 'now'>, first: (signature: string) => Promise<boolean>): Check =>
  async (headers, body) => {
    const stamp = one(headers['x-chatops-timestamp']);
    if (!/^\d{1,12}$/.test(stamp)) return refuse('no time stamp');
    const at = Number(stamp) * 1_000;
    const given = one(headers['x-chatops-signature']);
    if (!sameText(given, `v1=${hmac(secret, `${stamp}.`, body)}`))
      return refuse('the signature is missing or wrong');
    if (Math.abs(at - clock.now()) > SKEW_MS)
      return refuse('the time stamp is more than 5 min from this clock');
    if (!(await first(given))) return { ok: false, status: 409, why: 'replayed: this call was taken before' };
    return { ok: true, at };
  };

/**
 * PagerDuty's webhooks v3: `x-pagerduty-signature`, one or more `v1=…` (several while a secret is rotated), HMAC-SHA256 over the body alone. The
 * body tells when it happened; a repeat is known by what it says.
 */
export const signedByPagerDuty =
  (secret: string, clock: Pick<Clock, 'now'>): Check =>
  (headers, body) => {
    const due = `v1=${hmac(secret, body)}`;
    const given = one(headers['x-pagerduty-signature']).split(',', 10);
    // Every one is compared: how long it takes says nothing of which fits.
    const fits = given.filter((signature) => sameText(signature.trim(), due)).length > 0;
    return fits ? { ok: true, at: clock.now() } : refuse('the signature is missing or wrong');
  };

const refuse = (why: string): Checked => ({ ok: false, status: 401, why });

const one = (value: string | readonly string[] | undefined): string =>
  typeof value === 'string' ? value : '';

const hmac = (secret: string, ...parts: readonly (string | Buffer)[]): string => {
  const mac = createHmac('sha256', secret);
  for (const part of parts) mac.update(part);
  return mac.digest('hex');
};

/** In a time that does not tell where they differ. */
const sameText = (given: string, due: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(due)];
  return a.length === b.length && timingSafeEqual(a, b);
};
