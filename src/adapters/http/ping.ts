import { fetch } from 'undici';

const TIME_MS = 10_000;

/**
 * One GET to a dead-man's switch, such as healthchecks.io: it alarms when none comes. Follows no redirect, sends nothing but the
 * request, reads no answer. Rejects with an Error that does not name the address, which is as good as a password.
 */
export const ping = async (url: string, timeMs = TIME_MS): Promise<void> => {
  let status: number;
  try {
    const answer = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(timeMs),
      headers: { 'user-agent': 'illumio-chatops' },
    });
    status = answer.status;
    await answer.body?.cancel();
  } catch (cause) {
    throw new Error(`the ping did not arrive: ${reason(cause)}`);
  }
  if (status >= 300) throw new Error(`the ping was answered with HTTP ${status}`);
};

/** fetch says only "fetch failed"; its cause has a code. Neither is handed on whole: causes may name the host. */
const reason = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'no answer';
  if (cause.name === 'TimeoutError') return 'timeout';
  const inner = cause.cause;
  if (inner instanceof Error && 'code' in inner && typeof inner.code === 'string') return inner.code;
  return inner instanceof Error && inner.message === 'unexpected redirect' ? 'redirected' : 'no answer';
};
