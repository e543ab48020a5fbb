import type { Decision } from '../../core/flow.ts';
import { agentFigure } from '../../core/series/agents.ts';
import { emptyBook, type SeriesBook, withSample } from '../../core/series/book.ts';
import { flowFigure } from '../../core/series/flows.ts';
import { HEALTH_STATS, type HealthMetric, healthFigure } from '../../core/series/health.ts';
import { type Figures, HOUR_MS } from '../../core/series/sample.ts';

const HOURS = 72;
/** The part of the simulated fleet that has no VEN. */
const UNMANAGED = 0.1;
/** The story's bot was stopped for five hours: a hole, as charts show it. */
const STOPPED = { from: 33, to: 28 } as const;
/** What a usual day looks like, hour by hour, as a share of its busiest. */
const DAY = [3, 2, 2, 2, 3, 4, 6, 8, 10, 10, 9, 9, 8, 9, 10, 9, 8, 7, 5, 4, 4, 3, 3, 3].map(
  (one) => one / 10,
);

/** Three days of samples before the demo begins, made up like everything of the demo: charts and boards need a past. @param hosts of the simulated fleet */
export const demoHistory = (pce: string, hosts: number, now: number): SeriesBook => {
  const last = Math.floor(now / HOUR_MS);
  let book = emptyBook();
  for (let ago = HOURS; ago >= 1; ago -= 1) {
    if (ago <= STOPPED.from && ago > STOPPED.to) continue;
    const hour = last - ago;
    const busy = DAY[((hour % 24) + 24) % 24] ?? 0;
    book = withSample(book, pce, hour, 'agents', agents(hosts, ago));
    book = withSample(book, pce, hour, 'events', events(busy, ago));
    book = withSample(book, pce, hour, 'health', health(busy, ago));
    book = withSample(book, pce, hour, 'flows', flows(busy, ago));
  }
  return book;
};

/** Hosts go over to full enforcement one by one. */
const agents = (hosts: number, ago: number): Figures => {
  const unmanaged = Math.round(hosts * UNMANAGED);
  const managed = hosts - unmanaged;
  const visible = Math.min(managed, Math.round(ago / 9));
  const offline = ago % 17 === 0 ? 2 : 1;
  return {
    [agentFigure('managed', 'managed')]: managed,
    [agentFigure('managed', 'unmanaged')]: unmanaged,
    [agentFigure('in policy', 'unmanaged')]: 0,
    [agentFigure('mode', 'full')]: managed - visible,
    [agentFigure('mode', 'visibility only')]: visible,
    [agentFigure('offline', 'online')]: managed - offline,
    [agentFigure('offline', 'offline')]: offline,
    [agentFigure('suspended', 'suspended')]: 0,
    [agentFigure('warning', 'warning')]: 0,
  };
};

const events = (busy: number, ago: number): Figures => ({
  'agent.update': Math.round(40 + 20 * busy),
  'user.login': Math.round(6 * busy),
  'workload.update': Math.round(9 * busy),
  ...(ago % 23 === 5 ? { 'agent.tampering': 2 } : {}),
});

const health = (busy: number, ago: number): Figures =>
  Object.fromEntries(
    ['core0', 'core1', 'data0', 'data1'].flatMap((node, n) =>
      [
        ['cpu', 8 + 40 * busy] as const,
        ['memory', 60 + n] as const,
        ['disk', (n === 1 ? 88 : 30) - ago / 12] as const,
      ].flatMap(([metric, value]) => figuresOf(node, metric, value)),
    ),
  );

const figuresOf = (node: string, metric: HealthMetric, average: number): (readonly [string, number])[] =>
  HEALTH_STATS.map((stat, n) => [healthFigure(node, metric, stat), Math.round(average + 3 * (n - 1))]);

const flows = (busy: number, ago: number): Figures => {
  const counts = (share: number): (readonly [Decision, number])[] => [
    ['allowed', Math.round(share * (300 + 1_500 * busy))],
    ['potentially_blocked', Math.round(share * 90 * busy)],
    ['blocked', Math.round(share * (ago === 6 ? 400 : 25 * busy))],
  ];
  return Object.fromEntries(
    ([undefined, 'env=prod', 'env=dev'] as const).flatMap((group) =>
      counts(group === undefined ? 1 : group === 'env=prod' ? 0.6 : 0.25).map(([decision, count]) => [
        flowFigure(group, decision),
        count,
      ]),
    ),
  );
};
