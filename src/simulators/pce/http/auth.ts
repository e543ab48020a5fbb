import { timingSafeEqual } from 'node:crypto';
import { Refusal } from './answer.ts';

/** The two halves of an Authorization header. */
export interface Credentials {
  readonly key: string;
  readonly secret: string;
}

/** The credentials of a Basic header; undefined when there is no such header or it has another form. */
export const basicCredentials = (header: string | undefined): Credentials | undefined => {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : { key: decoded.slice(0, colon), secret: decoded.slice(colon + 1) };
};

/** True when both pairs are the same. */
export const sameCredentials = (a: Credentials, b: Credentials): boolean =>
  equal(a.key, b.key) && equal(a.secret, b.secret);

/** 401: credentials missing or wrong (facts §1). The token is ours: none is recorded in the facts. */
export const unauthorised = (): Refusal =>
  new Refusal(401, 'authentication_failed_error', 'Authentication failed', {
    'WWW-Authenticate': 'Basic realm="Illumio PCE"',
  });

const equal = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};
