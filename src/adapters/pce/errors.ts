import { dict, list, text } from '../../core/foreign.ts';
import { PceError, type PceErrorCode } from '../../core/ports.ts';

/** The PCE answered, and not with what was asked for. */
export class StatusError extends PceError {
  readonly status: number;
  /** As the Retry-After header says; undefined when it says nothing readable. */
  readonly retryAfterMs: number | undefined;
  constructor(
    status: number,
    message: string,
    more: { requestId?: string; retryable?: boolean; retryAfterMs?: number | undefined },
  ) {
    super(codeOf(status), message, more);
    this.name = 'StatusError';
    this.status = status;
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** What a status means (facts §1): 406, not 400 or 422, is the validation error; 407 comes from a proxy before the PCE. */
const codeOf = (status: number): PceErrorCode => {
  if (status === 401) return 'unauthorised';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 429) return 'rate-limited';
  if (status >= 500 || status === 407) return 'unavailable';
  return status >= 400 ? 'invalid' : 'bad-answer';
};

/** The error of an answer, in words for people: ours first, then the PCE's own first message. */
export const statusError = (
  status: number,
  key: string,
  said: string | undefined,
  more: { requestId?: string; retryAfterMs?: number | undefined },
): StatusError => {
  const http = said === undefined ? `HTTP ${status}` : `HTTP ${status}: ${said}`;
  const words: Readonly<Record<number, string>> = {
    401: `the PCE does not accept the ${key} key`,
    403: `the ${key} key may not do this, or the organisation is another`,
    404: 'the PCE does not have this',
    407: 'a proxy before the PCE wants a password',
    429: 'the PCE wants fewer calls',
  };
  const ours = words[status];
  return new StatusError(status, ours === undefined ? http : `${ours} (${http})`, more);
};

/** The first message and token of an error body: an array of {token, message}, one such object, or {error} (facts §1). */
export const firstMessage = (body: unknown): string | undefined => {
  const first = dict(Array.isArray(body) ? list(body)[0] : body);
  const message = text(first['message']) ?? text(first['error']);
  const token = text(first['token']);
  if (message === undefined) return token;
  const short = message.length > 300 ? `${message.slice(0, 299)}…` : message;
  return token === undefined ? short : `${short} (${token})`;
};

/** The answer was read and is not what the PCE should have said. */
export const badAnswer = (message: string, cause?: unknown): PceError =>
  new PceError('bad-answer', message, cause === undefined ? {} : { cause });

/** Failures before a single byte of the request was sent. */
const UNSENT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name not found (DNS does not answer)',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'no connection: the host does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'no connection: the host does not answer',
  CERT_HAS_EXPIRED: 'TLS: certificate expired',
  CERT_NOT_YET_VALID: 'TLS: certificate not valid yet',
  CERT_REVOKED: 'TLS: certificate revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'TLS: certificate is self-signed; name it in ca_file',
  SELF_SIGNED_CERT_IN_CHAIN: 'TLS: certificate authority is not known; name it in ca_file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TLS: certificate authority is not known; name it in ca_file',
  UNABLE_TO_GET_ISSUER_CERT: 'TLS: certificate authority is not known; name it in ca_file',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'TLS: certificate authority is not known; name it in ca_file',
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLS: certificate is for another host name',
};

/** Failures after which nobody knows whether the PCE acted. */
const LOST: Readonly<Record<string, readonly [PceErrorCode, string]>> = {
  ECONNRESET: ['unavailable', 'connection lost'],
  EPIPE: ['unavailable', 'connection lost'],
  UND_ERR_SOCKET: ['unavailable', 'connection lost'],
  UND_ERR_CLOSED: ['unavailable', 'connection closed'],
  UND_ERR_DESTROYED: ['unavailable', 'connection closed'],
  UND_ERR_HEADERS_TIMEOUT: ['timeout', 'no answer in time'],
  UND_ERR_BODY_TIMEOUT: ['timeout', 'the answer stopped in the middle'],
  UND_ERR_HEADERS_OVERFLOW: ['bad-answer', 'an answer with too many headers'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['bad-answer', 'an answer cut short'],
};

/**
 * What went wrong as a PceError; undefined for an error that is none of the PCE's or the network's, i.e. a fault of ours.
 * @param write a call that changes something: then whatever does not prove that the PCE did nothing becomes `timeout`, not
 *   retryable — "outcome unknown, read back" (design §4.3) — an answer 5xx included, since a proxy may have given it.
 */
export const pceErrorOf = (cause: unknown, write: boolean, requestId?: string): PceError | undefined => {
  const error = cause instanceof PceError ? cause : transportError(cause);
  if (error === undefined) return undefined;
  const id = error.requestId ?? requestId;
  const more = { cause, ...(id === undefined ? {} : { requestId: id }) };
  if (write && leavesInDoubt(error)) {
    const message = `${error.message}; whether the PCE did it is not known`;
    return new PceError('timeout', message, { ...more, retryable: false });
  }
  if (error.requestId === id) return error;
  return new PceError(error.code, error.message, { ...more, retryable: error.retryable });
};

const leavesInDoubt = (error: PceError): boolean =>
  error.code === 'timeout' ||
  error.code === 'bad-answer' ||
  (error.code === 'unavailable' && !(codeIn(error.cause) in UNSENT) && !isProxy(error));

const isProxy = (error: PceError): boolean => error instanceof StatusError && error.status === 407;

const codeIn = (cause: unknown): string => text(dict(cause)['code']) ?? '';

const transportError = (cause: unknown): PceError | undefined => {
  if (cause instanceof SyntaxError) return badAnswer(cause.message, cause);
  const code = codeIn(cause);
  const unsent = UNSENT[code];
  if (unsent !== undefined) return new PceError('unavailable', unsent, { cause });
  const lost = LOST[code];
  if (lost !== undefined) return new PceError(lost[0], lost[1], { cause });
  if (code.startsWith('Z_')) return badAnswer('an answer whose gzip is damaged', cause);
  if (code.startsWith('HPE_')) return badAnswer('an answer that is not HTTP', cause);
  if (/^(?:ERR_(?:SSL|TLS)_|EPROTO|CERT_|UNABLE_TO_)/.test(code)) {
    return new PceError('unavailable', `TLS: ${code}`, { cause });
  }
  return undefined;
};
