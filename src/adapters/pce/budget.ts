import type { Clock, Lane } from '../../core/ports.ts';

/** Calls a minute of one PCE that we take for ourselves, of the 500 it allows a key (facts §1), and each lane's part (design §6). */
const SHARE = 200;
const LANES: Readonly<Record<Lane, number>> = { response: 60, ingest: 60, question: 60, background: 20 };

const MINUTE_MS = 60_000;
const HALVED_MS = 5 * MINUTE_MS;
const MEASURED_MS = 5 * MINUTE_MS;

/** The calls one PCE may get from us. */
export interface Budget {
  /**
   * Waits for the lane's turn and takes it; responses never wait. false, and nothing is taken, when the wait would be longer
   * than `patienceMs` or the signal aborts it.
   */
  take(lane: Lane, patienceMs: number, signal: AbortSignal): Promise<boolean>;
  /** The PCE answered 429: for five minutes all lanes but `response` get half. */
  refused(): void;
  /** Calls per minute over the last five minutes, or since the start when that is less, but at least one minute. */
  callsPerMinute(): number;
}

/**
 * One token bucket per lane, each holding at most a minute's calls. A lane is one number, the time of its next free turn, which
 * may lie up to a minute in the past: those turns are the tokens saved up.
 */
export const createBudget = (clock: Pick<Clock, 'mono' | 'sleep'>, share: number = SHARE): Budget => {
  const opened = clock.mono();
  const nextTurn: Partial<Record<Lane, number>> = {};
  let halvedUntil = Number.NEGATIVE_INFINITY;
  let calls: number[] = [];

  const recent = (): number[] => {
    const since = clock.mono() - MEASURED_MS;
    const first = calls.findIndex((at) => at > since);
    calls = first < 0 ? [] : first === 0 ? calls : calls.slice(first);
    return calls;
  };

  const turnOf = (lane: Lane): { readonly at: number; readonly spacing: number } => {
    const now = clock.mono();
    const halved = lane !== 'response' && now < halvedUntil;
    const spacing = (MINUTE_MS * SHARE * (halved ? 2 : 1)) / (LANES[lane] * share);
    return { at: Math.max(nextTurn[lane] ?? Number.NEGATIVE_INFINITY, now - MINUTE_MS + spacing), spacing };
  };

  return {
    async take(lane, patienceMs, signal) {
      const { at, spacing } = turnOf(lane);
      const wait = lane === 'response' ? 0 : Math.max(0, at - clock.mono());
      if (wait > patienceMs || signal.aborted) return false;
      nextTurn[lane] = at + spacing;
      if (wait > 0) await clock.sleep(wait, signal);
      if (signal.aborted) {
        nextTurn[lane] = (nextTurn[lane] ?? at) - spacing;
        return false;
      }
      recent().push(clock.mono());
      return true;
    },
    refused() {
      halvedUntil = clock.mono() + HALVED_MS;
    },
    callsPerMinute() {
      const measured = Math.min(MEASURED_MS, Math.max(MINUTE_MS, clock.mono() - opened));
      return (recent().length * MINUTE_MS) / measured;
    },
  };
};
