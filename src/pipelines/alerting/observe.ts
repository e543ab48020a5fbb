import { type PolicyChange, type PolicyQuestion, questionKey } from '../../core/draft/change.ts';
import { type ExternalAlert, intakeKey, type MeantHost } from '../../core/external.ts';
import { type NamingRule, rulesNaming } from '../../core/naming-rules.ts';
import type { NodeReport } from '../../core/node-report.ts';
import { PceError } from '../../core/ports.ts';
import { type QuarantinedHost, quarantinedHosts } from '../../core/quarantined.ts';
import { STANDING_MS, standingStates } from '../../core/standing-state.ts';
import type { Polled } from '../../core/traffic/watch.ts';
import type { Workload } from '../../core/workload.ts';
import type { Mutex } from '../mutex.ts';
import { type Accept, stream } from './accept.ts';
import { decideOn } from './decide.ts';
import type { AlertingDeps } from './deps.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Above so many hosts a state sweep reads the whole collection instead of each (definitions §2). */
const READ_EACH = 50;

/** What is looked at beside the events: each run is one observation. */
export interface Observing {
  health(): Promise<void>;
  /** Takes what nodes of the PCE say of themselves, oldest first. */
  reported(reports: readonly NodeReport[]): Promise<void>;
  reach(): Promise<void>;
  /** Takes what another product detected, once. @returns whether it was new */
  external(alert: ExternalAlert, hosts: readonly MeantHost[]): Promise<boolean>;
  /** Reads the hosts of open ven-* alerts: events alone may never clear them (definitions §2). */
  sweep(): Promise<void>;
  /** Reads the hosts in quarantine and the rules that name their labels: a quarantine is watched as long as it lasts. */
  quarantines(): Promise<void>;
  /** A person says that a node of the PCE was removed on purpose. @param node by the name its alert has */
  removed(node: string): Promise<void>;
  /** Calls the rules that asked to be called by now. */
  wake(): Promise<void>;
  /** Reads what rules ask of the policy. */
  policy(): Promise<void>;
  /** Judges what a poll of traffic meant. */
  traffic(polled: Pick<Polled, 'edges' | 'hours' | 'daysKnown'>): Promise<void>;
  /** Resolves burst alerts that have been quiet long enough, and those of rules that do not run any more. */
  settle(): Promise<void>;
}

/**
 * @param exclusive one decision after the other, with those of the events
 * @param pceNow the PCE's clock, epoch ms
 */
export const createObserving = (
  deps: AlertingDeps,
  accept: Accept,
  exclusive: Mutex,
  pceNow: () => number,
): Observing => {
  const { pce, inventory, store, rules, clock, log } = deps;
  /** Until a look without quarantines: what drifted must hear of the release. A start looks once, whatever there is. */
  let watched = true;

  const readHosts = async (hrefs: readonly string[]): Promise<Map<string, Workload | null>> => {
    const hosts = new Map<string, Workload | null>();
    if (hrefs.length > READ_EACH) await inventory.refresh();
    for (const href of hrefs) {
      const host =
        hrefs.length > READ_EACH ? (inventory.workload(href) ?? null) : await pce.workload(href, 'ingest');
      inventory.note(href, host);
      hosts.set(href, host);
    }
    return hosts;
  };

  /** A policy that cannot be read keeps nobody from looking at the hosts. */
  const rulesOf = async (quarantined: readonly QuarantinedHost[]): Promise<NamingRule[] | undefined> => {
    try {
      const labels = quarantined.flatMap((one) => one.labels);
      return rulesNaming(await pce.policy(), labels);
    } catch (err) {
      if (!(err instanceof PceError)) throw err;
      log.warn({ err, pce: pce.name }, 'the policy could not be read to watch quarantines');
      return undefined;
    }
  };

  /** What cannot be read is an answer too: the rule says so, or asks again. */
  const unanswered =
    ({ href }: PolicyQuestion) =>
    (err: unknown): 'refused' | 'failed' => {
      if (!(err instanceof PceError)) throw err;
      log.warn({ err, pce: pce.name, object: href }, 'a change of the policy could not be read');
      return err.retryable ? 'failed' : 'refused';
    };

  return {
    async health() {
      const reading = await pce.health();
      deps.sampled?.health(reading);
      await exclusive(() =>
        accept({ kind: 'health', pce: pce.name, now: pceNow(), estate: inventory, reading }),
      );
    },

    reported: (reports) =>
      exclusive(async () => {
        for (const report of reports)
          await accept({ kind: 'node-report', pce: pce.name, now: pceNow(), estate: inventory, report });
      }),

    reach: () =>
      exclusive(() =>
        accept({ kind: 'reach', pce: pce.name, now: clock.now(), estate: inventory, reach: pce.reach() }),
      ),

    external: (alert, hosts) =>
      exclusive(async () => {
        const key = intakeKey(pce.name, alert);
        if (await store.intakeTaken(key)) return false;
        await accept(
          { kind: 'external', pce: pce.name, now: pceNow(), estate: inventory, alert, hosts },
          { also: [{ type: 'intake-taken', key, at: clock.now() }] },
        );
        return true;
      }),

    async sweep() {
      const open = (await store.firing(pce.name)).filter(({ rule }) => rule.startsWith('ven-'));
      const hosts = await readHosts([...new Set(open.flatMap(({ workloads }) => workloads))]);
      const suspended = await pce.suspended();
      const now = pceNow();
      const last = await store.cursor(pce.name, 'swept');
      // What was so before anybody watched is told once, in one digest per rule (definitions §2 "Standing state").
      const begins = last === undefined || now - last > STANDING_MS;
      const standing = begins ? { standing: standingStates(inventory.workloads(), now) } : {};
      await exclusive(() =>
        accept(
          { kind: 'sweep', pce: pce.name, now, estate: inventory, hosts, suspended, ...standing },
          begins ? { digestBefore: now } : {},
        ),
      );
      if (inventory.readAt !== undefined) await deps.commit([stream(pce.name, 'swept', now)]);
    },

    async quarantines() {
      const quarantined = quarantinedHosts(await store.quarantines(pce.name));
      if (quarantined.length === 0 && !watched) return;
      const hosts = await readHosts(quarantined.map(({ href }) => href));
      const naming = quarantined.length === 0 ? undefined : await rulesOf(quarantined);
      await exclusive(() =>
        accept({
          kind: 'quarantine',
          pce: pce.name,
          now: pceNow(),
          estate: inventory,
          quarantined,
          hosts,
          naming,
        }),
      );
      watched = quarantined.length > 0;
    },

    removed: (node) =>
      exclusive(() => accept({ kind: 'removed', pce: pce.name, now: pceNow(), estate: inventory, node })),

    async wake() {
      const due = await store.wakesDue(pce.name, pceNow());
      if (due.length === 0) return;
      const hosts = await readHosts(rules.reads(await store.memories(pce.name), pceNow()));
      await exclusive(() => accept({ kind: 'wake', pce: pce.name, now: pceNow(), estate: inventory, hosts }));
    },

    async policy() {
      const questions = rules.asks(await store.memories(pce.name), pceNow());
      if (questions.length === 0) return;
      const compare = pce.comparePolicy();
      const answers = new Map<string, PolicyChange | 'refused' | 'failed'>();
      for (const question of questions)
        answers.set(questionKey(question), await compare(question).catch(unanswered(question)));
      await exclusive(() =>
        accept({ kind: 'policy', pce: pce.name, now: pceNow(), estate: inventory, answers }),
      );
    },

    traffic: ({ edges, hours, daysKnown }) =>
      exclusive(() =>
        accept({
          kind: 'flows',
          pce: pce.name,
          now: pceNow(),
          estate: inventory,
          edges,
          hours,
          daysKnown,
        }),
      ),

    settle: () =>
      exclusive(async () => {
        const now = pceNow();
        const quiet = (await store.firing(pce.name)).flatMap(({ rule, subject, lastAt }) => {
          const life = rules.rules.get(rule)?.rule.life;
          // Of a rule that does not run any more nothing will ever say that it is over.
          if (life === undefined)
            return [{ rule, cleared: { subject, at: now, why: 'its rule was switched off' } }];
          if (life.kind !== 'burst' || now - lastAt < life.quietMs) return [];
          return [
            { rule, cleared: { subject, at: now, why: `${life.over} for ${quietWords(life.quietMs)}` } },
          ];
        });
        if (quiet.length === 0) return;
        await deps.commit(await decideOn([], quiet, now, deps));
      }),
  };
};

const quietWords = (ms: number): string => {
  const hours = ms / HOUR_MS;
  return hours >= 1 ? `${hours} h` : `${ms / MINUTE_MS} min`;
};
