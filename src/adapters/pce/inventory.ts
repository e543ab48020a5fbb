import { buildHostIndex, type HostIndex, sameInSearch } from '../../core/host-index.ts';
import type { Label } from '../../core/label.ts';
import type { Clock, Inventory, Log, Member } from '../../core/ports.ts';
import { PceError } from '../../core/ports.ts';
import { BREATH, type Steps, withPauses } from '../../core/steps.ts';
import { type Workload, workloadOfVen } from '../../core/workload.ts';
import { compactor } from './compact.ts';
import { createIndex } from './index-by.ts';
import { TIMES, type Times } from './limits.ts';
import type { MemberReading } from './members.ts';

/** What the inventory needs of a PCE: `PceAdapter` has it. */
export interface InventorySource {
  readonly name: string;
  /** Streams all workloads; some may come twice. Rejects with PceError unless all came. */
  eachWorkload(workload: (workload: Workload) => void): Promise<void>;
  /** VENs as each PCE of a supercluster hears them, and which of these answered. Absent = it stands alone. @param active the PCEs they report to */
  eachOfMembers?(
    active: ReadonlySet<string>,
    heard: (workload: Workload) => void,
  ): Promise<readonly MemberReading[]>;
  allLabels(): Promise<readonly Label[]>;
  /** One workload within `times.lookup`, waiting for its turn included. */
  lookUp(href: string): Promise<Workload | null>;
}

/** Look-ups of one `ensure` at the same time. */
const AT_ONCE = 6;
/** A workload that could not be read is not asked for again for so long. */
const MISSED_MS = 5 * 60_000;
/** So many changes since the index was built are looked at one by one before it is built anew. */
const MOST_CHANGED = 1_000;

/**
 * All workloads and labels of a PCE in memory, about 1 kB a workload: rows are streamed in one by one and equal parts are kept
 * once. It starts empty (`readAt` undefined); nothing is read before `refresh` or `ensure`. A refresh works in place, so that a
 * large estate is never held twice; one that fails leaves what it has read so far beside the older readings and rejects with
 * PceError.
 */
export const openInventory = (
  source: InventorySource,
  {
    clock,
    log,
    times: given = {},
  }: { readonly clock: Clock; readonly log: Log; readonly times?: Partial<Times> },
): Inventory => {
  const times = { ...TIMES, ...given };
  const workloads = new Map<string, Workload>();
  const labels = new Map<string, Label>();
  const byAgent = createIndex<Workload>(({ ven }) => (ven?.agentHref === undefined ? [] : [ven.agentHref]));
  const byHostname = createIndex<Workload>(({ hostname }) =>
    hostname === '' ? [] : [hostname.toLowerCase()],
  );
  const byAddress = createIndex<Workload>(({ interfaces, publicAddress }) => [
    ...new Set([
      ...interfaces.map(({ address }) => address),
      ...(publicAddress === undefined ? [] : [publicAddress]),
    ]),
  ]);
  const indices = [byAgent, byHostname, byAddress];
  const compact = compactor((href) => labels.get(href));
  const missedAt = new Map<string, number>();
  let managed = 0;
  let readAt: number | undefined;
  let members: readonly Member[] = [];
  let refreshing: Promise<void> | undefined;
  let searching: HostIndex | undefined;
  /** Workloads of which the index knows nothing, or what was so before. */
  let changed = new Set<string>();
  /** Those of them that the index now being built knows. */
  let indexing: ReadonlySet<string> = new Set();
  /** What `note` said while a refresh ran: newer than the refresh's own rows. */
  const noted = new Set<string>();

  const remove = (href: string): void => {
    const old = workloads.get(href);
    if (old === undefined) return;
    workloads.delete(href);
    if (old.managed) managed -= 1;
    for (const index of indices) index.remove(old);
  };

  const put = (workload: Workload): void => {
    const old = workloads.get(workload.href);
    if (old === undefined || !sameInSearch(old, workload)) changed.add(workload.href);
    remove(workload.href);
    const kept = compact(workload);
    workloads.set(kept.href, kept);
    if (kept.managed) managed += 1;
    for (const index of indices) index.add(kept);
  };

  const note = (href: string, workload: Workload | null): void => {
    if (refreshing !== undefined) noted.add(href);
    missedAt.delete(href);
    if (workload === null) remove(href);
    else put(workload);
  };

  const index = async (): Promise<void> => {
    indexing = changed;
    changed = new Set();
    searching = await withPauses(buildHostIndex(workloads.values()), turn);
    indexing = new Set();
  };

  /** Takes out what a complete reading did not have. */
  function* forgetAllBut(seen: ReadonlySet<string>): Steps<void> {
    let looked = 0;
    for (const href of workloads.keys()) {
      if (++looked % BREATH === 0) yield;
      if (!seen.has(href) && !noted.has(href)) remove(href);
    }
  }

  const readAll = async (): Promise<void> => {
    const started = clock.mono();
    noted.clear();
    const newLabels = await source.allLabels();
    labels.clear();
    for (const label of newLabels) labels.set(label.href, label);
    const seen = new Set<string>();
    await source.eachWorkload((workload) => {
      seen.add(workload.href);
      if (!noted.has(workload.href)) put(workload);
    });
    await withPauses(forgetAllBut(seen), turn);
    members = await readMembers();
    missedAt.clear();
    if (searching === undefined || changed.size > MOST_CHANGED) await index();
    readAt = clock.now();
    log.info(
      {
        pce: source.name,
        workloads: workloads.size,
        managed,
        labels: labels.size,
        ms: clock.mono() - started,
      },
      'inventory read',
    );
  };

  /** The leader has names and labels; who hears a VEN knows whether it lives. */
  const readMembers = async (): Promise<readonly Member[]> => {
    if (source.eachOfMembers === undefined) return [];
    const active = new Set([...workloads.values()].flatMap(({ ven }) => ven?.pce ?? []));
    const readings = await source.eachOfMembers(active, (row) => {
      const known = workloads.get(row.href);
      if (known === undefined || noted.has(row.href) || !isNewer(row, known)) return;
      put({ ...known, online: row.online, policy: row.policy, ven: row.ven && { ...known.ven, ...row.ven } });
    });
    const dead = readings.filter(({ trouble }) => trouble !== undefined);
    const lost =
      dead.length === 0 ? [] : [...workloads.values()].filter((host) => isUnheard(host, clock.now()));
    // What is known of a VEN that nobody hears says nothing of now.
    for (const host of lost) put({ ...host, online: undefined });
    return readings.map(({ name, trouble }) => ({ name, trouble, hosts: countOf(name, trouble, lost) }));
  };

  /** VENs that report to a PCE; of a dead one whose name no VEN says: all that nobody hears. */
  const countOf = (name: string, trouble: string | undefined, lost: readonly Workload[]): number => {
    const named = [...workloads.values()].filter(({ ven }) => ven?.pce === name).length;
    return named === 0 && trouble !== undefined ? lost.length : named;
  };

  const lookUp = async (href: string): Promise<void> => {
    try {
      const workload = await source.lookUp(href);
      if (workload !== null) {
        note(href, workload);
        return;
      }
    } catch (error) {
      if (!(error instanceof PceError)) throw error;
    }
    missedAt.set(href, clock.mono());
  };

  /** Those of them there are, and then all that the index does not know. */
  const known = function* (candidates: Iterable<string>): Generator<Workload> {
    const unknown = new Set([...indexing, ...changed]);
    for (const href of candidates) {
      const workload = workloads.get(href);
      if (workload !== undefined && !unknown.has(href)) yield workload;
    }
    for (const href of unknown) {
      const workload = workloads.get(href);
      if (workload !== undefined) yield workload;
    }
  };

  return {
    pce: source.name,
    get readAt() {
      return readAt;
    },
    get members() {
      return members;
    },
    get managed() {
      return managed;
    },
    workload: (href) => workloads.get(href) ?? workloads.get(workloadOfVen(href)),
    byAgent: (agentHref) => byAgent.get(agentHref)[0],
    byHostname: (hostname) => byHostname.get(hostname.toLowerCase()),
    byAddress: (address) => byAddress.get(address),
    label: (href) => labels.get(href),
    workloads: () => workloads.values(),
    get size() {
      return workloads.size;
    },
    among(search) {
      const candidates = searching?.candidates(search);
      return candidates === undefined ? workloads.values() : known(candidates);
    },
    labels: () => labels.values(),
    refresh() {
      refreshing ??= readAll().finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
    async ensure(hrefs) {
      const until = clock.mono() + times.lookups;
      const wanted = [...new Set([...hrefs].map(workloadOfVen))].filter(
        (href) =>
          !workloads.has(href) &&
          clock.mono() - (missedAt.get(href) ?? Number.NEGATIVE_INFINITY) >= MISSED_MS,
      );
      const worker = async (): Promise<void> => {
        for (let href = wanted.pop(); href !== undefined && clock.mono() < until; href = wanted.pop()) {
          await lookUp(href);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    },
    note,
  };
};

/** A turn of the event loop, in which everybody else gets his. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An hour without a heartbeat is what a PCE itself calls offline (facts §2.3). */
const HEARD_MS = 60 * 60_000;

const isNewer = (row: Workload, known: Workload): boolean =>
  (row.ven?.heartbeatAt ?? Number.NEGATIVE_INFINITY) > (known.ven?.heartbeatAt ?? Number.NEGATIVE_INFINITY) ||
  (row.ven?.heartbeatAt !== undefined && row.ven.heartbeatAt === known.ven?.heartbeatAt);

const isUnheard = ({ managed, ven }: Workload, now: number): boolean =>
  managed && ven?.pce !== undefined && now - (ven.heartbeatAt ?? 0) > HEARD_MS;
