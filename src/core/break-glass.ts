import type { Person } from './alert.ts';
import { decidedText } from './approval.ts';
import { sameAccount } from './person.ts';
import type { Response } from './response.ts';
import { clockUtc, span } from './text.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A request unanswered for so long may be carried out by its requester alone, where that is configured (definitions §7.5). */
const ALONE_AFTER_MS = 5 * MINUTE_MS;
/** How often (definitions §7.5): one per responder and hour, three per bot and day. */
const MOST = { responder: 1, responderMs: HOUR_MS, bot: 3, botMs: 24 * HOUR_MS } as const;

/** So far back responses matter to `aloneProblem`. */
export const ALONE_LOOK_BACK_MS = MOST.botMs + HOUR_MS;

/** Whether [Act alone…] stands under a request: one host, to be quarantined, unanswered for 5 min. */
export const offersAlone = (rows: readonly Response[], now: number): boolean => {
  const [only, ...others] = rows;
  return (
    only?.state === 'waiting' &&
    others.length === 0 &&
    only.action === 'quarantine' &&
    now - only.requestedAt >= ALONE_AFTER_MS
  );
};

/**
 * Why this person cannot carry the request out alone; undefined when he can. Completes "You can't …:". What the host is, and
 * whether he may still do it at all, is asked right before the PUT.
 * @param recent responses of the last day, of any kind
 */
export const aloneProblem = (
  rows: readonly Response[],
  person: Person,
  recent: readonly Response[],
  now: number,
): string | undefined => {
  const [request] = rows;
  if (request === undefined) return 'the request is no longer known';
  if (!sameAccount(request.by, person)) return `only ${request.byName}, who asked for it, could`;
  if (request.state !== 'waiting') return decidedText(request);
  if (now >= (request.lapsesAt ?? 0)) return 'the request lapsed. Ask again';
  if (!offersAlone(rows, now))
    return now - request.requestedAt < ALONE_AFTER_MS
      ? `the approver list has until ${clockUtc(request.requestedAt + ALONE_AFTER_MS)} UTC to answer`
      : 'only the quarantine of one host can be done alone';
  const used = recent.filter(({ alone }) => alone !== undefined);
  const within = (ms: number): readonly Response[] => used.filter(({ alone }) => (alone?.at ?? 0) > now - ms);
  const mine = within(MOST.responderMs).filter(({ by }) => sameAccount(by, person));
  if (mine.length >= MOST.responder) return `you have acted alone within ${span(MOST.responderMs)} already`;
  if (within(MOST.botMs).length >= MOST.bot)
    return `it has been done ${MOST.bot} times within ${span(MOST.botMs)}, and no more is allowed`;
  return undefined;
};

/** True while nobody of the approver list has looked at what was done alone: not reviewed, and released by nobody else. */
export const isUnreviewed = ({ alone }: Pick<Response, 'alone'>, releasedByOther: boolean): boolean =>
  alone !== undefined && alone.reviewed === undefined && !releasedByOther;
