import { type Clock, PceError, type PceErrorCode } from '../../core/ports.ts';
import type { Answer } from './answer.ts';
import type { Call, Client } from './client.ts';

/** Who led longer ago than this may not lead any more: looked up again before each write and traffic query (definitions §7.10). */
const LEADER_MS = 60_000;
/** Reads go on with the leader known for so long; then it is looked for again (definitions §1: each sweep). */
const READS_MS = 10 * 60_000;
const LOOK_UP_MS = 5_000;
/** Whoever answers so may be gone; another PCE may not be. */
const AWAY: readonly PceErrorCode[] = ['unavailable', 'timeout'];

/** The leader's client and when it said that it leads, monotonic ms. */
interface Leader {
  readonly client: Client;
  readonly at: number;
}

export interface Supercluster extends Client {
  /** Resolves when a node said within the last minute that it takes writes. Rejects with PceError `no-leader`, nothing done. */
  leader(): Promise<void>;
}

/**
 * The PCEs of a supercluster as one. Members accept GET only, so everything but a GET goes to the leader, who is asked for at most a
 * minute before; without one, or when two say they lead, nothing is sent. Reads go to the leader as long as it answers, because
 * members lag behind it; then to whoever is there, the configured one first.
 * @param clients one per node, the configured one first
 */
export const superclusterOf = (
  clients: readonly [Client, ...Client[]],
  { clock }: { readonly clock: Clock },
): Supercluster => {
  let known: Leader | undefined;
  let looking: Promise<Client | undefined> | undefined;

  const lookUp = async (): Promise<Client | undefined> => {
    const leads = await Promise.all(clients.map((client) => saysItLeads(client)));
    const [only, ...others] = clients.filter((_, index) => leads[index]);
    known = only !== undefined && others.length === 0 ? { client: only, at: clock.mono() } : undefined;
    return known?.client;
  };

  /** The leader, seen at most so long ago; concurrent callers share one look-up. */
  const leaderWithin = (ms: number): Promise<Client | undefined> => {
    if (known !== undefined && clock.mono() - known.at < ms) return Promise.resolve(known.client);
    looking ??= lookUp().finally(() => {
      looking = undefined;
    });
    return looking;
  };

  const leaderNow = async (): Promise<Client> => {
    const client = await leaderWithin(LEADER_MS);
    if (client !== undefined) return client;
    throw new PceError('no-leader', 'no PCE of the supercluster says that it leads, so none takes changes', {
      retryable: false,
    });
  };

  return {
    leader: async () => void (await leaderNow()),
    async call(call, read) {
      if ((call.method ?? 'GET') !== 'GET') {
        const client = await leaderNow();
        try {
          return await client.call(call, read);
        } catch (error) {
          // Whoever refuses or does not answer is asked again whether it leads before the next one.
          if (known?.client === client) known = undefined;
          throw error;
        }
      }
      const leader = await leaderWithin(READS_MS);
      const order = leader === undefined ? clients : [leader, ...clients.filter((one) => one !== leader)];
      return await firstThatAnswers(order, call, read, (client) => {
        if (known?.client === client) known = undefined;
      });
    },
    async close() {
      await Promise.all(clients.map(({ close }) => close()));
    },
  };
};

/** A PCE that stands alone, behind the same door: it always leads. */
export const standalone = (client: Client): Supercluster => ({ ...client, leader: async () => undefined });

const firstThatAnswers = async <T>(
  clients: readonly Client[],
  call: Call,
  read: (answer: Answer) => Promise<T>,
  away: (client: Client) => void,
): Promise<T> => {
  for (const [at, client] of clients.entries()) {
    try {
      return await client.call(call, read);
    } catch (error) {
      // What was handed over in part is not asked for again elsewhere: that error is not retryable.
      const gone = error instanceof PceError && error.retryable && AWAY.includes(error.code);
      if (!gone || at === clients.length - 1) throw error;
      away(client);
    }
  }
  throw new PceError('unavailable', 'no PCE of the supercluster answers');
};

/** Any 2xx is a yes, 404 a no (facts §3: the pages differ); who does not answer does not lead. */
const saysItLeads = async (client: Client): Promise<boolean> => {
  try {
    return await client.call(
      {
        path: '/supercluster/leader',
        lane: 'response',
        expects: [404],
        tries: 1,
        deadlineMs: LOOK_UP_MS,
        aside: true,
      },
      async ({ status }) => status < 300,
    );
  } catch (error) {
    if (error instanceof PceError) return false;
    throw error;
  }
};
