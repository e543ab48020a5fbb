import { type BotStatus, notReady } from '../core/command.ts';
import { METRICS_TYPE, metricsText, type ProcessFigures } from '../core/metrics.ts';
import type { Clock, Store } from '../core/ports.ts';
import type { Meter } from './meter.ts';

/** The shortest loops run every 5 s: when none has begun for so long, the process hangs. */
const SILENT_MS = 60_000;

export interface ProbesDeps {
  readonly status: () => Promise<BotStatus>;
  readonly meter: Pick<Meter, 'counts'>;
  readonly store: Pick<Store, 'firing' | 'responsesUnfinished' | 'quarantines'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Since any loop last began a run. */
  readonly silentMs: () => number;
  readonly process: () => ProcessFigures;
  readonly nodeVersion: string;
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
}

/**
 * What a machine may ask the bot about itself, by path: `/healthz` = its loops run, a supervisor restarts it otherwise; `/readyz` = it
 * works, or why not, which a restart would not mend; `/metrics` = Prometheus text.
 */
export const createProbes = (
  deps: ProbesDeps,
): { readonly [path in '/healthz' | '/readyz' | '/metrics']: () => Promise<Answer> } => {
  const { status, meter, store, clock } = deps;
  return {
    async '/healthz'() {
      const silentMs = deps.silentMs();
      return silentMs < SILENT_MS
        ? { status: 200, body: 'ok\n' }
        : { status: 503, body: `no loop has run for ${Math.round(silentMs / 1_000)} s\n` };
    },
    async '/readyz'() {
      const why = notReady(await status());
      return why.length === 0
        ? { status: 200, body: 'ready\n' }
        : { status: 503, body: `${why.join('\n')}\n` };
    },
    async '/metrics'() {
      const [seen, firing, unfinished, quarantines] = await Promise.all([
        status(),
        store.firing(),
        store.responsesUnfinished(),
        store.quarantines(),
      ]);
      return {
        status: 200,
        type: METRICS_TYPE,
        body: metricsText({
          now: clock.now(),
          status: seen,
          counts: meter.counts(),
          firing,
          unfinished,
          quarantines: quarantines.length,
          process: deps.process(),
          nodeVersion: deps.nodeVersion,
        }),
      };
    },
  };
};
