import type { Alert } from '../core/alert.ts';
import type { OutputStatus } from '../core/command.ts';
import { OutputError } from '../core/output/failure.ts';
import { type NoticeContext, noticeOf } from '../core/output/from-alert.ts';
import { dueSince, type OutputRow, type Owed, outputKey, owedOf, STALE_MS } from '../core/output/owed.ts';
import type { Clock, Inventory, Log, Output, Store } from '../core/ports.ts';
import { outputsFor } from '../core/route.ts';
import type { Settings } from '../core/settings.ts';
import type { Transition } from '../core/state.ts';
import type { Reached } from '../core/step.ts';

/**
 * Waits after a receiver did not take something: doubling, unless it says how long. A notice that is refused again and again waits
 * longer than the output does, which may take the next one.
 */
const RETRY_MS = { first: 5_000, notice: 300_000, output: 30_000 } as const;

/** Slack away for so long sends criticals to the outputs (definitions §4). */
export const AWAY_MS = 5 * 60_000;

/** A pager's page should lead to the message in Slack: so long it may take to stand there (definitions §4 promises no more). */
export const LINK_MS = 3_000;

/** How long a look at all alerts holds while nothing is committed: time alone decides little, and not to the second. */
const LOOK_MS = 3_000;

export interface OutputsDeps {
  readonly output: Output;
  readonly store: Pick<Store, 'alertsSince' | 'firing' | 'outputRows' | 'incidentsOf' | 'commit'>;
  readonly inventories: ReadonlyMap<string, Pick<Inventory, 'workload'>>;
  readonly settings: Pick<Settings, 'routes' | 'outputs'>;
  /** Changes with every commit. */
  changes(): number;
  /** Slack has been away for five minutes: critical alerts go to every output at once (definitions §4). */
  slackAway(): boolean;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly reached: Reached;
  tell(trouble: string): void;
}

export interface Outlet {
  /** Sends what this output is owed, oldest first, until it does not take something. */
  run(): Promise<void>;
  status(): Promise<OutputStatus>;
}

/** What an output was owed when all alerts were last looked at. */
interface Look {
  readonly changes: number;
  /** Epoch ms. */
  readonly at: number;
  readonly owed: readonly Owed[];
  readonly dead: number;
}

/**
 * Keeps one output told. What it is owed is derived from the alerts as they stand each time, so nothing has to be queued for it and a
 * receiver that was away for a day catches up; a notice is confirmed durably before the next is sent. A crash between the two repeats
 * it under the same id. A refusal for good is an alarm; any other makes this output wait, and no other one. What was refused before is
 * tried after what was not: one notice that never goes through holds up nothing.
 */
export const createOutlet = (deps: OutputsDeps): Outlet => {
  const { output, store, clock, log, reached, tell } = deps;
  let quietUntil = 0;
  /** Refusals since it last took something. */
  let failures = 0;
  let trouble: string | undefined;
  let toldAt: number | undefined;

  let look: Look | undefined;

  const looked = async (): Promise<Look> => {
    const [changes, at] = [deps.changes(), clock.now()];
    if (look?.changes === changes && at - look.at < LOOK_MS) return look;
    const rows = await store.outputRows(output.name);
    const dead = [...rows.values()].filter((row) => row.dead).length;
    look = { changes, at, dead, owed: await allOwed(rows, at) };
    return look;
  };

  const allOwed = async (rows: ReadonlyMap<string, OutputRow>, now: number): Promise<readonly Owed[]> => {
    const alerts = [...(await store.firing()), ...(await store.alertsSince(now - STALE_MS))];
    return [...new Map(alerts.map((alert) => [alert.fingerprint, alert])).values()]
      .flatMap((alert) => owedOf(alert, rows.get(outputKey(output.name, alert.fingerprint)), now) ?? [])
      .filter(({ alert }) => meant(alert));
  };

  const meant = (alert: Alert): boolean =>
    outputsFor(routedOf(alert, deps), deps.settings, clock.now()).includes(output.name) ||
    (alert.severity === 'critical' && (deps.slackAway() || overdue(alert)));

  /** Slack takes calls but not this one. */
  const overdue = ({ said, state, begunAt }: Alert): boolean =>
    said === undefined && state === 'firing' && clock.now() - begunAt >= AWAY_MS;

  /** Its message is on its way to Slack, and not known to have failed. */
  const awaitsLink = ({ alert, kind }: Owed, { root }: NoticeContext): boolean =>
    kind === 'firing' && root === undefined && !deps.slackAway() && clock.now() - alert.begunAt < LINK_MS;

  /** @returns whether the next one may be tried */
  const send = async (owed: Owed): Promise<boolean> => {
    const { alert, episode, kind } = owed;
    const about = { output: output.name, fingerprint: alert.fingerprint, episode };
    const context = await contextOf(alert, deps);
    if (awaitsLink(owed, context)) return true;
    try {
      await output.send(noticeOf(owed, context));
    } catch (error) {
      if (!(error instanceof OutputError)) throw error;
      return await failed(owed, error, about);
    }
    reached('notice taken');
    await store.commit([{ type: 'output-told', ...about, kind, severity: alert.severity, at: clock.now() }]);
    reached('notice durable');
    look = undefined;
    failures = 0;
    trouble = undefined;
    toldAt = clock.now();
    return true;
  };

  const failed = async (
    { alert, row }: Owed,
    error: OutputError,
    about: Pick<Extract<Transition, { type: 'output-failed' }>, 'output' | 'fingerprint' | 'episode'>,
  ): Promise<boolean> => {
    const attempts = row?.attempts ?? 0;
    const dead = !error.again || alert.lastAt < clock.now() - STALE_MS;
    const notBefore = clock.now() + (error.waitMs ?? backOff(attempts, RETRY_MS.notice));
    await store.commit([{ type: 'output-failed', ...about, notBefore, trouble: error.message, dead }]);
    log.warn(
      { err: error, output: output.name, fingerprint: alert.fingerprint, attempts, dead },
      'an output did not take a notice',
    );
    look = undefined;
    trouble = error.message;
    if (dead) {
      tell(
        `The output ${output.name} refuses “${alert.title}” for good: ${error.message}. Nobody was told there.`,
      );
      return true;
    }
    failures += 1;
    if (failures >= 3)
      tell(
        `The output ${output.name} takes nothing: ${error.message}. I keep trying; alerts wait, none is lost.`,
      );
    quietUntil = clock.now() + (error.waitMs ?? backOff(failures - 1, RETRY_MS.output));
    return false;
  };

  return {
    async run() {
      if (clock.now() < quietUntil) return;
      const { owed } = await looked();
      for (const one of owed.filter(({ row }) => (row?.notBefore ?? 0) <= clock.now()).sort(leastTried))
        if (!(await send(one))) return;
    },

    async status() {
      const { owed, dead } = await looked();
      const due = owed.map(dueSince);
      return {
        name: output.name,
        waiting: due.length,
        oldestAt: due.length === 0 ? undefined : Math.min(...due),
        dead,
        trouble,
        toldAt,
      };
    },
  };
};

const leastTried = (a: Owed, b: Owed): number =>
  (a.row?.attempts ?? 0) - (b.row?.attempts ?? 0) || a.alert.lastAt - b.alert.lastAt;

const backOff = (attempts: number, most: number): number =>
  Math.min(RETRY_MS.first * 2 ** Math.min(attempts, 10), most);

const labelsOf = (alert: Alert, { inventories }: Pick<OutputsDeps, 'inventories'>) =>
  alert.workloads.flatMap((href) => inventories.get(alert.pce)?.workload(href) ?? []);

const routedOf = (alert: Alert, deps: Pick<OutputsDeps, 'inventories'>) => ({
  pce: alert.pce,
  rule: alert.rule,
  severity: alert.severity,
  fingerprint: alert.fingerprint,
  labels: labelsOf(alert, deps).map(({ labels }) => labels),
});

const contextOf = async (alert: Alert, deps: OutputsDeps) => {
  const [incident] = await deps.store.incidentsOf([alert.fingerprint]);
  return { now: deps.clock.now(), hosts: labelsOf(alert, deps), root: incident?.root };
};
