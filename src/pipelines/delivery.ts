import type { Transition } from '../core/state.ts';
import { claimsFor } from './delivery/claim.ts';
import type { DeliveryDeps } from './delivery/deps.ts';
import { createPace, RETRY_MS } from './delivery/pace.ts';
import { post } from './delivery/send.ts';
import { turn } from './delivery/turn.ts';
import { placeOf, waitingIn } from './delivery/waiting.ts';

export type { DeliveryDeps, Render } from './delivery/deps.ts';

/** How often the loop looks for what became due without a commit. */
const LOOK_MS = 1_000;
/** Without a reason, each abort makes an error with a stack. */
const KICKED = 'kicked';

/** One in which the message is made, and one in which undici looks whether a connection that rested still stands. */
const TURNS_TO_SEND = 2;

const turnOfLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface DeliveryLoop {
  /** Something may be due: call it after every commit. Returns at once. */
  kick(): void;
  /**
   * Commits as the store does, and sends what that queues. A root post that the pacer would let through now carries its intent in the
   * same commit (design §11), which saves it a wait for the disk.
   */
  commit(transitions: readonly Transition[]): Promise<void>;
  /** Sends until stopped; resolves when the call under way has been recorded. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Sends what the store holds (promise 2): intent durable → post with its key → confirmation durable. One worker per channel, so that
 * a channel that is refused delays no other.
 */
export const createDelivery = (deps: DeliveryDeps): DeliveryLoop => {
  const { store, clock, log } = deps;
  const workers = new Map<string, Promise<void>>();
  /** Channels that were looked at while their worker ran: it may have read the store just before the newest commit. */
  const missed = new Set<string>();
  const pace = createPace(clock);
  let wake = (): void => {};
  let kicked = true;
  /** While it runs. */
  let running: AbortSignal | undefined;

  const kick = (): void => {
    kicked = true;
    wake();
  };

  /** @param first what is to be done before anything else */
  const work = async (
    channel: string,
    signal: AbortSignal,
    first = async (): Promise<void> => {},
  ): Promise<void> => {
    try {
      await first();
      while (!signal.aborted && pace.held(channel) === 0 && (await turn(channel, deps, pace))) {
        // One job after the other; each reads the newest state.
      }
    } catch (err) {
      log.error({ err, channel }, 'delivery stopped in a channel, to be tried again');
      pace.hold(channel, RETRY_MS.first);
    } finally {
      workers.delete(channel);
      // Only then: a worker that found nothing due must not wake the loop that would start it again at once.
      if (missed.delete(channel)) kick();
    }
  };

  const isFree = (channel: string): boolean => !workers.has(channel) && pace.held(channel) === 0;

  return {
    kick,
    async commit(transitions) {
      const signal = running;
      if (signal === undefined || signal.aborted) return await store.commit(transitions);
      const claims = await claimsFor(transitions, isFree, deps);
      const durable = store.commit([...transitions, ...claims.map(({ intent }) => intent)]);
      const kept = durable.then(
        () => true,
        () => false,
      );
      for (const { key, channel, giveBack } of claims)
        workers.set(
          channel,
          work(channel, signal, async () => {
            if (await kept) await post(key, channel, deps, pace);
            else giveBack();
          }),
        );
      await durable;
      // What became durable goes out first: all else that follows from it waits until the calls are on their way.
      if (claims.length > 0) for (let turn = 0; turn < TURNS_TO_SEND; turn += 1) await turnOfLoop();
      kick();
    },
    async run(signal) {
      running = signal;
      while (!signal.aborted) {
        kicked = false;
        for (const channel of await channelsWithWork(deps))
          if (workers.has(channel)) missed.add(channel);
          else if (pace.held(channel) === 0) workers.set(channel, work(channel, signal));
        if (!kicked) {
          const pause = new AbortController();
          wake = () => pause.abort(KICKED);
          signal.addEventListener('abort', wake, { once: true });
          await clock.sleep(LOOK_MS, pause.signal);
          signal.removeEventListener('abort', wake);
        }
      }
      await Promise.all(workers.values());
    },
  };
};

const channelsWithWork = async ({ store, clock }: DeliveryDeps): Promise<Set<string>> => {
  const { rows, incidents } = await waitingIn(store);
  const edits = await store.incidentsToEdit();
  const copies = (await store.toldToLookAt()).filter(({ lookAt = 0 }) => lookAt <= clock.now());
  return new Set([
    ...rows.map((row) => placeOf(row, incidents)),
    ...edits.map(({ root, channel }) => root?.channel ?? channel),
    ...copies.map(({ channel }) => channel),
  ]);
};
