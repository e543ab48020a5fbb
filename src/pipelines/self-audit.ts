import type { Clock, Log, Store } from '../core/ports.ts';
import { type Audited, type Behind, holesIn, type SelfAudit, selfAudit } from '../core/self-audit.ts';

export interface SelfAuditDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Tells people of a trouble of our own. */
  tell(trouble: string): void;
}

/** The job that proves promise 2 of what is in the store, again and again. */
export interface SelfAuditing {
  /** Takes a look. Tells people once when something is wrong, and once when all is well again. Rejects with StoreError. */
  run(): Promise<void>;
  /** What the newest look found; undefined before the first. */
  last(): SelfAudit | undefined;
}

export const createSelfAudit = ({ store, clock, log, tell }: SelfAuditDeps): SelfAuditing => {
  let last: SelfAudit | undefined;
  let behind: Behind = new Map();

  /** A store is read in several steps, between which things move: only what two looks in a row show is a hole. */
  const look = async (): Promise<SelfAudit> => {
    const first = selfAudit(await read(store), clock.now(), behind);
    if (first.audit.ok) {
      behind = first.behind;
      return first.audit;
    }
    const second = selfAudit(await read(store), clock.now(), first.behind);
    behind = second.behind;
    const before = new Set(first.audit.problems.map(({ what, id }) => `${what} ${id}`));
    const problems = second.audit.problems.filter(({ what, id }) => before.has(`${what} ${id}`));
    return { ...second.audit, ok: problems.length === 0, problems };
  };

  return {
    last: () => last,
    async run() {
      const wasOk = last?.ok ?? true;
      last = await look();
      if (last.ok) log.info({ checked: last.checked }, 'self-audit: nothing is lost');
      else
        log.error(
          { checked: last.checked, count: last.problems.length, problems: last.problems.slice(0, 20) },
          'self-audit: something did not reach its end',
        );
      if (wasOk && !last.ok)
        tell(
          `I check every 10 min that each alert reached Slack, and found: ${holesIn(last)}. /illumio status shows which; the log has all.`,
        );
      if (!wasOk && last.ok)
        tell('My check of what reached Slack is clean again: everything it had found is settled.');
    },
  };
};

const read = async (store: Store): Promise<Audited> => {
  const [waiting, dead, firing, unsaid, behind] = await Promise.all([
    store.waiting(),
    store.dead(),
    store.firing(),
    store.unsaid(),
    store.incidentsToEdit(),
  ]);
  const alerts = [...new Map([...firing, ...unsaid].map((one) => [one.fingerprint, one])).values()];
  const holding = await store.incidentsOf(alerts.map(({ fingerprint }) => fingerprint));
  const incidents = [...new Map([...behind, ...holding].map((one) => [one.id, one])).values()];
  return { alerts, incidents, waiting, dead };
};
