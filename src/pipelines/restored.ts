import type { BotStatus } from '../core/command.ts';
import { type Dispute, disputesOf } from '../core/dispute.ts';
import { type Clock, type Inventory, type Log, type Pce, PceError, type Store } from '../core/ports.ts';
import type { Response } from '../core/response.ts';
import type { Transition } from '../core/state.ts';
import { clockUtc, counted } from '../core/text.ts';
import type { Workload } from '../core/workload.ts';

export interface RestoredDeps {
  readonly store: Store;
  readonly desks: ReadonlyMap<
    string,
    {
      readonly pce: Pick<Pce, 'workload'>;
      readonly inventory: Pick<Inventory, 'note' | 'workloads'>;
      readonly alerting: { touchHost(href: string): Promise<void> };
    }
  >;
  readonly clock: Clock;
  readonly log: Log;
  /** The labels that make a quarantine, by key; none = quarantine is off. */
  quarantineLabels(): Readonly<Record<string, string>>;
  /** Tells people of a trouble of our own. */
  tell(trouble: string): void;
}

/**
 * A state that was put back from a backup knows nothing of what was done after the copy. Until every open response was read back from
 * its PCE and every doubtful message looked up in Slack, nothing is written to a PCE (design §5); a restart does not end that.
 */
export interface Restored {
  /** Before anything is sent: what waits may have been sent after the copy, so it is looked up first. */
  begin(): Promise<void>;
  /** Why nothing may be written to a PCE now; undefined when it may. */
  held(): Promise<string | undefined>;
  /** Reads what is still to be read back, and ends the hold when nothing is left. */
  check(): Promise<void>;
  status(): Promise<BotStatus['restored']>;
}

export const createRestored = ({
  store,
  desks,
  clock,
  log,
  quarantineLabels,
  tell,
}: RestoredDeps): Restored => {
  /** Responses that were read back in this process, by id, with their host as it was. */
  const read = new Map<string, Workload | null>();

  const toRead = async (): Promise<readonly Response[]> =>
    [...(await store.responsesUnfinished()), ...(await store.quarantines())].filter(
      // A PCE that is no longer configured can neither be read nor written to.
      ({ id, pce }) => !read.has(id) && desks.has(pce),
    );

  const status = async (): Promise<BotStatus['restored']> => {
    const known = await store.restore();
    if (known === undefined) return undefined;
    const { disputes: _disputes, ...row } = known;
    if (row.checkedAt !== undefined) return { ...row, responses: 0, messages: 0 };
    const doubtful = (await store.waiting()).filter(
      ({ state, intentAt = 0 }) => state === 'intent' && intentAt <= row.at,
    );
    return { ...row, responses: (await toRead()).length, messages: doubtful.length };
  };

  const readBack = async ({ id, pce, target }: Response): Promise<void> => {
    const desk = desks.get(pce);
    if (desk === undefined) return;
    let workload: Workload | null;
    try {
      workload = await desk.pce.workload(target.href, 'response');
    } catch (err) {
      if (!(err instanceof PceError)) throw err;
      return log.info({ pce, err }, 'a response cannot be read back yet');
    }
    desk.inventory.note(target.href, workload);
    await desk.alerting.touchHost(target.href);
    read.set(id, workload);
  };

  /** Where the state and the PCEs disagree about who is in quarantine. */
  const disputes = async (): Promise<readonly Dispute[]> => {
    const standing = await store.quarantines();
    return [...desks].flatMap(([pce, { inventory }]) => {
      const own = standing.filter((row) => row.pce === pce);
      const hosts = new Map(
        own.flatMap(({ id, target }) => {
          const host = read.get(id);
          return host === undefined ? [] : [[target.href, host] as const];
        }),
      );
      return disputesOf(pce, own, hosts, inventory, quarantineLabels());
    });
  };

  return {
    async begin() {
      const doubtful = await doubts(store);
      await store.commit([{ type: 'restored', at: clock.now() }, ...doubtful]);
      log.warn(
        { waiting: doubtful.length },
        'the state is older than the audit log: what waits is looked up before it is sent, and nothing is written to a PCE until then',
      );
    },

    async held() {
      const now = await status();
      if (now === undefined || now.checkedAt !== undefined) return undefined;
      return `this bot was put back from a backup at ${clockUtc(now.at)} UTC and first checks what is open (${leftText(now)}); it goes on by itself.`;
    },

    async check() {
      const before = await status();
      if (before === undefined || before.checkedAt !== undefined) return;
      for (const response of await toRead()) await readBack(response);
      const after = await status();
      if (after === undefined || after.responses + after.messages > 0) return;
      const found = await disputes();
      await store.commit([{ type: 'restore-checked', at: clock.now(), disputes: found }]);
      tell(
        `The check after the restored backup is over: every open response was read back, every doubtful message looked up. ${
          found.length === 0
            ? 'This bot and the PCE agree about every quarantine.'
            : `About ${counted(found.length, 'host')} this bot and the PCE disagree: ${found.length === 1 ? 'it is' : 'they are'} asked about where responses are announced, and nothing was written.`
        }`,
      );
    },

    status,
  };
};

/** What is left to check, in words. */
const leftText = ({ responses, messages }: NonNullable<BotStatus['restored']>): string =>
  `${counted(responses, 'response')} to read back, ${counted(messages, 'message')} to look up`;

/**
 * Every queued message becomes one whose outcome is unclear since it was queued. A line whose root waits as well is looked up below that
 * root when it is found; a file cannot be looked up by its key, so it goes out marked as a possible repeat.
 */
const doubts = async (store: Store): Promise<Transition[]> => {
  const doubtful: Transition[] = [];
  for (const row of await store.waiting()) {
    const { key, state, queuedAt, notBefore, channel, place, incident } = row;
    if (state !== 'queued') continue;
    const root = place === 'root' ? undefined : (await store.incident(incident))?.root;
    doubtful.push(
      place === 'file'
        ? { type: 'delivery-failed', key, notBefore, trouble: 'restored from a backup', repeated: true }
        : {
            type: 'delivery-intent',
            key,
            at: queuedAt,
            channel: root?.channel ?? channel,
            ...(root === undefined ? {} : { thread: root.ts }),
          },
    );
  }
  return doubtful;
};
