import type { Delivery } from '../core/alert.ts';
import { type BotStatus, notReady, type OutputStatus } from '../core/command.ts';
import type { CounterName, Labels } from '../core/metrics.ts';
import type { Clock, Inventory, Pce, Store } from '../core/ports.ts';
import type { SelfAudit } from '../core/self-audit.ts';
import type { PceSettings } from '../core/settings.ts';
import type { AlertingStatus } from './alerting.ts';
import type { Meter } from './meter.ts';

/** What one of Slack's paces lets a channel take: a post a second (facts/slack §3). */
const POST_MS = 1_000;

export interface StatusDeps {
  readonly version: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly clock: Clock;
  readonly store: Pick<Store, 'waiting' | 'dead'>;
  readonly desks: ReadonlyMap<
    string,
    {
      readonly settings: Pick<PceSettings, 'expires'> & {
        readonly syslog?: PceSettings['syslog'] | undefined;
      };
      readonly pce: Pick<Pce, 'name' | 'reach' | 'callsPerMinute'> & { overflows?(): number };
      readonly inventory: Pick<Inventory, 'size' | 'managed' | 'readAt' | 'members'>;
      readonly alerting: { status(): AlertingStatus };
    }
  >;
  readonly slack: {
    connections(): {
      readonly up: number;
      readonly wanted: number;
      readonly foreign?: number;
      readonly revoked?: string | undefined;
    };
    backlog(): readonly { readonly channel: string; readonly call: string; readonly waitMs: number }[];
  };
  /** Since the start. */
  readonly counts: Meter['counts'];
  readonly outputs: readonly { status(): Promise<OutputStatus> }[];
  /** Whether other products may call. */
  readonly intake: boolean;
  /** Whether the state was put back from a backup. */
  readonly restored: () => Promise<BotStatus['restored']>;
  /** What people changed of the rules in Slack. */
  readonly changes: () => Promise<NonNullable<BotStatus['changes']>>;
  /** The newest self-audit. */
  readonly audited: () => SelfAudit | undefined;
}

/** How the bot is doing, for `/illumio status`, `status`, the probes and the metrics. Rejects with StoreError. */
export const createStatus =
  ({
    version,
    startedAt,
    clock,
    store,
    desks,
    slack,
    counts,
    outputs,
    intake,
    restored,
    audited,
    changes,
  }: StatusDeps): (() => Promise<BotStatus>) =>
  async () => {
    const waiting = await store.waiting();
    const dead = await store.dead();
    const now = clock.now();
    const count = counter(counts());
    const { up, wanted, foreign, revoked } = slack.connections();
    const seen = {
      slack: { connections: up, wanted, foreign, revoked, backlog: backlogOf(waiting, slack.backlog()) },
      pces: [...desks.values()].map(({ settings, pce, inventory, alerting }) => {
        const { cursor, ...polled } = alerting.status();
        return {
          name: pce.name,
          cursor,
          lastPollAt: polled.lastPollAt,
          eventsSeen: polled.eventsSeen,
          rejected: polled.rejected,
          trouble: pce.reach().why,
          callsPerMinute: pce.callsPerMinute(),
          lagMs: cursor === undefined ? undefined : Math.max(0, now - cursor),
          lastSweepFound: polled.lastSweepFound,
          late: polled.late,
          overflows: pce.overflows?.(),
          gaps: polled.gaps,
          gapFrom: polled.gapFrom,
          keyExpiresAt: settings.expires,
          syslog: settings.syslog && streamOf(pce.name, count),
          inventory: {
            workloads: inventory.size,
            managed: inventory.managed,
            readAt: inventory.readAt,
            members: inventory.members,
          },
        };
      }),
    };
    return {
      version,
      startedAt,
      ready: notReady(seen).length === 0,
      ...seen,
      queue: { waiting: waiting.length, oldestAt: waiting[0]?.queuedAt, dead: dead.length },
      outputs: await Promise.all(outputs.map((output) => output.status())),
      intake: intake ? intakeOf(count) : undefined,
      restored: await restored(),
      selfAudit: audited(),
      changes: await changes(),
    };
  };

type Counter = (name: CounterName, labels: Labels) => number;

/** The sum of what was counted under a name, of those that carry these labels. */
const counter =
  (counts: ReturnType<Meter['counts']>): Counter =>
  (name, labels) =>
    counts
      .filter(
        (one) =>
          one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
      )
      .reduce((sum, { value }) => sum + value, 0);

const streamOf = (pce: string, count: Counter): BotStatus['pces'][number]['syslog'] => {
  const lines = (kind: string): number => count('syslog_lines', { pce, kind });
  return {
    events: lines('event'),
    health: lines('health'),
    other: lines('other'),
    garbled: lines('garbled'),
  };
};

const intakeOf = (count: Counter): BotStatus['intake'] => {
  const calls = (answer: string): number => count('intake_calls', { answer });
  return { taken: calls('accepted') + calls('acknowledged'), refused: calls('refused') };
};

/** How many notifications wait for each channel and about how long, as Slack's pace stands; longest first. */
const backlogOf = (
  waiting: readonly Pick<Delivery, 'channel'>[],
  paced: ReturnType<StatusDeps['slack']['backlog']>,
): NonNullable<BotStatus['slack']['backlog']> => {
  const counts = new Map<string, number>();
  for (const { channel } of waiting) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  return [...counts]
    .map(([channel, count]) => {
      // The pacer knows what blocks the next one; of what stands behind it in the store it knows nothing.
      const first = paced.find((one) => one.channel === channel && one.call === 'post')?.waitMs ?? 0;
      return { channel, waiting: count, waitMs: Math.round(first + (count - 1) * POST_MS) };
    })
    .sort((a, b) => b.waitMs - a.waitMs);
};
