import type { PceEvent } from './event.ts';
import { dict, text } from './foreign.ts';

const SIGN_INS = ['user.sign_in', 'user.login'];
const FAILED = ['user.login_failed', 'user.pw_change_failure'];
const LOCKED = 'user.login_failure_count_exceeded';
const EXPIRED = 'user.use_expired_password';
const REFUSED = 'request.authentication_failed';

/** The events that say who proved to be who they claim, or did not (facts §2.3 "Failed UI/API login"). */
export const SIGN_IN = {
  types: [...SIGN_INS, EXPIRED, REFUSED],
  notices: [...FAILED, LOCKED, REFUSED],
} as const;

interface Attempt {
  readonly event: PceEvent;
  /** Where it came from; undefined when the PCE does not say. */
  readonly address: string | undefined;
}

export interface PersonSignIn extends Attempt {
  readonly caller: 'person';
  readonly outcome: 'in' | 'failed' | 'locked';
  /** undefined in the shape of 26.2, which names nobody. */
  readonly name: string | undefined;
}

/** An attempt to prove who one is. Callers are kept apart (definitions §3 auth-failures). */
export type SignIn =
  | PersonSignIn
  | (Attempt & { readonly caller: 'key'; readonly key: string })
  | (Attempt & { readonly caller: 'unknown' });

/**
 * Reads both shapes of a failed sign-in: `user.sign_in` with the name in the notification (23.5), `user.login` with an address and no
 * name (26.2); and refused requests, with a key id or without. undefined for all else: above all VENs and container clusters whose
 * token failed, and a session that ended by time-out.
 */
export const signInOf = (event: PceEvent): SignIn | undefined => {
  const { type, status, actor, action, notices } = event;
  if (actor.kind === 'host' || actor.kind === 'container_cluster') return undefined;
  const says = (types: readonly string[]): boolean =>
    notices.length > 0 && notices.some((notice) => types.includes(notice.type));
  const signsIn = SIGN_INS.includes(type);
  if (says([LOCKED])) return personOf(event, 'locked');
  if (type === EXPIRED || (signsIn && status === 'failure') || says(FAILED)) return personOf(event, 'failed');
  if (signsIn) return status === 'success' ? personOf(event, 'in') : undefined;
  if (type !== REFUSED && !says([REFUSED])) return undefined;
  const key = action.apiKeyId ?? ofNotices(event, (info) => text(info['api_key_id']));
  const address = addressOf(event);
  return key === undefined ? { event, address, caller: 'unknown' } : { event, address, caller: 'key', key };
};

const personOf = (event: PceEvent, outcome: PersonSignIn['outcome']): PersonSignIn => ({
  event,
  address: addressOf(event),
  caller: 'person',
  outcome,
  name: nameIn(event),
});

const addressOf = (event: PceEvent): string | undefined =>
  event.action.address ?? ofNotices(event, (info) => text(info['src_ip']));

const nameIn = (event: PceEvent): string | undefined =>
  ofNotices(event, (info) => {
    const supplied = dict(info['associated_user']);
    const user = dict(info['user']);
    return (
      text(supplied['supplied_username']) ??
      text(supplied['username']) ??
      text(info['supplied_username']) ??
      text(user['username'])
    );
  }) ?? (event.actor.kind === 'user' ? event.actor.name : undefined);

const ofNotices = (
  { notices }: PceEvent,
  read: (info: PceEvent['notices'][number]['info']) => string | undefined,
): string | undefined => {
  for (const { info } of notices) {
    const found = read(info);
    if (found !== undefined) return found;
  }
  return undefined;
};
