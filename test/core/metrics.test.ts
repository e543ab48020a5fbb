import { describe, expect, it } from 'vitest';
import { type Figures, metricsText } from '../../src/core/metrics.ts';
import { T0 } from '../support/builders.ts';

const figures = (parts: Partial<Figures> = {}): Figures => ({
  now: T0,
  status: {
    version: '0.1.0',
    startedAt: T0 - 7_200_000,
    ready: true,
    slack: { connections: 1, wanted: 2 },
    pces: [
      {
        name: 'prod "east"\\1',
        cursor: T0 - 20_000,
        lastPollAt: T0 - 12_000,
        eventsSeen: 48_211,
        rejected: 3,
        trouble: undefined,
        callsPerMinute: 8.4,
        lagMs: 20_000,
        gaps: 2,
        gapFrom: T0,
        keyExpiresAt: T0 + 61 * 86_400_000,
        inventory: { workloads: 5, managed: 4, readAt: T0 },
      },
    ],
    queue: { waiting: 2, oldestAt: T0 - 4_000, dead: 1 },
    selfAudit: {
      at: T0 - 60_000,
      checked: 9,
      ok: false,
      problems: [{ what: 'alert-unsaid', id: 'a1', since: T0 }],
    },
  },
  counts: [
    { name: 'posts', labels: {}, value: 7 },
    { name: 'runs', labels: { pce: 'p', job: 'events', outcome: 'failed' }, value: 2 },
    { name: 'chat_refusals', labels: { call: 'post', why: 'rate-limited' }, value: 4 },
  ],
  firing: [{ severity: 'error' }, { severity: 'error' }, { severity: 'info' }],
  unfinished: [{ state: 'writing' }],
  quarantines: 3,
  process: { rssBytes: 95e6, heapUsedBytes: 30e6, loopDelayMs: { p99: 2.5, max: 20 } },
  nodeVersion: 'v20.20.0',
  ...parts,
});

const text = metricsText(figures());
const EAST = 'pce="prod \\"east\\"\\\\1"';

describe('the metrics', () => {
  it.each([
    ['which build runs', 'build_info{version="0.1.0",node="v20.20.0"} 1'],
    ['whether it is ready', 'ready 1'],
    ['events seen, a quote and a backslash in a name escaped', `events_seen_total{${EAST}} 48211`],
    ['rows that were no events', `events_rejected_total{${EAST}} 3`],
    ['how far behind the cursor is', `cursor_lag_seconds{${EAST}} 20`],
    ['calls per minute', `pce_calls_per_minute{${EAST}} 8.4`],
    ['a gap that is open', `ingest_gap_open{${EAST}} 1`],
    ['when the key ends', `key_expiry_days{${EAST}} 61`],
    ['alerts by severity', 'alerts_firing{severity="error"} 2'],
    ['a severity without alerts as zero', 'alerts_firing{severity="critical"} 0'],
    ['what waits', 'deliveries_waiting 2'],
    ['what was given up', 'deliveries_dead 1'],
    ['how long the oldest has waited', 'delivery_oldest_age_seconds 4'],
    ['Slack connections', 'slack_connections 1'],
    ['Slack connections wanted', 'slack_connections_wanted 2'],
    ['what the self-audit found', 'self_audit_problems 1'],
    ['polls that failed', 'runs_total{pce="p",job="events",outcome="failed"} 2'],
    ['posts', 'posts_total 7'],
    ['refusals for the pace', 'chat_refusals_total{call="post",why="rate-limited"} 4'],
    ['responses that have not ended', 'responses_unfinished{state="writing"} 1'],
    ['quarantines', 'quarantines 3'],
    ['memory', 'resident_memory_bytes 95000000'],
    ['how late timers are', 'event_loop_delay_seconds{quantile="0.99"} 0.0025'],
  ])('say %s', (_, line) => {
    expect(text.split('\n')).toContain(`illumio_chatops_${line}`);
  });

  it('leave out what is not known instead of claiming zero', () => {
    const { selfAudit: _audit, ...status } = figures().status;
    const bare = metricsText(
      figures({
        status: { ...status, pces: status.pces.map(({ keyExpiresAt: _key, lagMs: _lag, ...pce }) => pce) },
        counts: [],
      }),
    );
    expect(bare).not.toMatch(/key_expiry|cursor_lag|self_audit|posts_total/);
  });

  it('are well-formed: each family once, with help and type before its samples', () => {
    const seen: string[] = [];
    let family = '';
    for (const line of text.trimEnd().split('\n')) {
      const [, help] = /^# HELP (\w+) \S/.exec(line) ?? [];
      const [, typed, type] = /^# TYPE (\w+) (counter|gauge)$/.exec(line) ?? [];
      const [, sample] =
        /^(illumio_chatops_\w+)(?:\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)+\})? -?[\d.e+]+$/.exec(line) ?? [];
      expect(help ?? typed ?? sample, line).toBeDefined();
      if (help !== undefined) {
        expect(seen).not.toContain(help);
        seen.push(help);
        family = help;
      }
      expect(help ?? typed ?? sample).toBe(family);
      if (typed !== undefined) expect(type === 'counter', line).toBe(typed.endsWith('_total'));
    }
    expect(text.endsWith('\n')).toBe(true);
  });
});
