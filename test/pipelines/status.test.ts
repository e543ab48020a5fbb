import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import type { BotStatus } from '../../src/core/command.ts';
import { metricsText } from '../../src/core/metrics.ts';
import { ChatError } from '../../src/core/ports.ts';
import type { PceSettings } from '../../src/core/settings.ts';
import { createDailyLine } from '../../src/pipelines/daily-line.ts';
import { createMeter, meteredChat, meteredCommits } from '../../src/pipelines/meter.ts';
import { observedStore } from '../../src/pipelines/observed-store.ts';
import { createProbes } from '../../src/pipelines/probes.ts';
import { createStatus, type StatusDeps } from '../../src/pipelines/status.ts';
import { statusView } from '../../src/views/status.ts';
import { anAlert } from '../support/asking.ts';
import { problemsOf, shown } from '../support/blocks.ts';
import { anIncident, HOUR, MINUTE, SECOND, T0 } from '../support/builders.ts';
import { aChannel, fakeChat, fakeClock, fakeInventory, fakePce } from '../support/fakes.ts';

const DAY = 24 * HOUR;
const polled = {
  cursor: T0 - 20 * SECOND,
  lastPollAt: T0 - 12 * SECOND,
  rows: 120,
  eventsSeen: 48_211,
  rejected: 0,
  lastSweepFound: 0,
  late: 0,
  gapFrom: undefined,
  gaps: 0,
};
const asleep = { ...polled, cursor: undefined, lastPollAt: undefined };

type Polled = ReturnType<NonNullable<ReturnType<StatusDeps['desks']['get']>>['alerting']['status']>;

const aBot = (
  differs: Partial<StatusDeps> & { alerting?: Polled; expires?: number; syslog?: PceSettings['syslog'] } = {},
) => {
  const clock = fakeClock();
  const store = openMemoryStore();
  const { alerting = polled, expires, syslog, ...deps } = differs;
  const pce = { ...fakePce('prod-east'), overflows: () => 2 };
  const status = createStatus({
    version: '0.1.0',
    startedAt: T0 - 2 * HOUR,
    clock,
    store,
    desks: new Map([
      [
        'prod-east',
        {
          settings: { expires, syslog },
          pce,
          inventory: fakeInventory('prod-east', []),
          alerting: { status: () => alerting },
        },
      ],
    ]),
    slack: { connections: () => ({ up: 2, wanted: 2 }), backlog: () => [] },
    counts: () => [],
    outputs: [],
    intake: false,
    restored: async () => undefined,
    audited: () => undefined,
    changes: async () => [],
    ...deps,
  });
  return { clock, store, status };
};

describe('ready', () => {
  it.each<[string, Parameters<typeof aBot>[0], string]>([
    ['once a connection stands and a PCE is polled', {}, ''],
    [
      'not while Slack is away',
      { slack: { connections: () => ({ up: 0, wanted: 2 }), backlog: () => [] } },
      'Slack: 0 of 2 connections stand\n',
    ],
    ['not before the first poll', { alerting: asleep }, 'prod-east: not polled yet\n'],
  ])('%s', async (_, differs, why) => {
    const { status, store, clock } = aBot(differs);
    const probes = createProbes({
      status,
      store,
      clock,
      meter: createMeter(),
      silentMs: () => 0,
      process: () => ({ rssBytes: 1, heapUsedBytes: 1, loopDelayMs: { p99: 0, max: 0 } }),
      nodeVersion: 'v20',
    });
    expect((await status()).ready).toBe(why === '');
    expect(await probes['/readyz']()).toMatchObject(
      why === '' ? { status: 200, body: 'ready\n' } : { status: 503, body: why },
    );
    expect((await probes['/metrics']()).body).toContain(`illumio_chatops_ready ${why === '' ? 1 : 0}`);
  });
});

it.each([
  ['alive while a loop has run', 59 * SECOND, 200],
  ['not alive when none has for a minute', 60 * SECOND, 503],
])('%s', async (_, silentMs, expected) => {
  const { status, store, clock } = aBot();
  const probes = createProbes({
    status,
    store,
    clock,
    meter: createMeter(),
    silentMs: () => silentMs,
    process: () => ({ rssBytes: 1, heapUsedBytes: 1, loopDelayMs: { p99: 0, max: 0 } }),
    nodeVersion: 'v20',
  });
  expect((await probes['/healthz']()).status).toBe(expected);
});

describe('what is outside Slack', () => {
  const outside = async () => {
    const meter = createMeter();
    const PORT = { host: '127.0.0.1', port: 6514, tls: undefined, from: [], clientCaFile: undefined };
    const pager = {
      name: 'pager',
      waiting: 3,
      oldestAt: T0 - 4 * MINUTE,
      dead: 1,
      trouble: 'answered 503',
      toldAt: T0,
    };
    const bot = aBot({
      syslog: PORT,
      counts: meter.counts,
      intake: true,
      outputs: [
        { status: async () => pager },
        {
          status: async () => ({
            ...pager,
            name: 'mail',
            waiting: 0,
            oldestAt: undefined,
            dead: 0,
            trouble: undefined,
          }),
        },
      ],
    });
    for (const kind of ['event', 'event', 'health', 'garbled'])
      meter.count('syslog_lines', { pce: 'prod-east', kind });
    meter.count('syslog_lines', { pce: 'another', kind: 'garbled' });
    for (const answer of ['accepted', 'known', 'refused', 'refused']) meter.count('intake_calls', { answer });
    return { status: await bot.status(), counts: meter.counts() };
  };

  it('is in /illumio status: what waits and why, what was refused, lines that could not be read', async () => {
    const said = shown(statusView((await outside()).status, T0));
    expect(said).toContain(
      'Output pager: 3 notices wait, the oldest for 4 min; answered 503; 1 alert refused for good.',
    );
    expect(said).toContain('Output mail: nothing waits, last told 0 s ago.');
    expect(said).toContain('From outside: 1 call taken, 2 refused since the start.');
    expect(said).toContain('Syslog: 3 lines read, 1 truncated or garbled (their events come by polling).');
  });

  it('is in the metrics', async () => {
    const { status, counts } = await outside();
    const text = metricsText({
      now: T0,
      status,
      counts,
      firing: [],
      unfinished: [],
      quarantines: 0,
      process: { rssBytes: 1, heapUsedBytes: 1, loopDelayMs: { p99: 0, max: 0 } },
      nodeVersion: 'v20',
    });
    for (const line of [
      'output_up{output="pager"} 0',
      'output_up{output="mail"} 1',
      'output_waiting{output="pager"} 3',
      'output_oldest_age_seconds{output="pager"} 240',
      'output_oldest_age_seconds{output="mail"} 0',
      'output_dead{output="pager"} 1',
      'intake_calls_total{answer="refused"} 2',
      'syslog_lines_total{pce="prod-east",kind="garbled"} 1',
    ])
      expect(text.split('\n')).toContain(`illumio_chatops_${line}`);
  });

  it('without any of it nothing is said of it', async () => {
    const said = shown(statusView(await aBot().status(), T0));
    expect(said).not.toMatch(/Output|outside|Syslog/);
  });
});

describe('the backlog', () => {
  it('counts what waits for each channel, the longest wait first', async () => {
    const { status, store } = aBot({
      slack: {
        connections: () => ({ up: 2, wanted: 2 }),
        backlog: () => [{ channel: 'C2', call: 'post', waitMs: 5_400 }],
      },
    });
    for (const [n, channel] of ['C1', 'C1', 'C2'].entries())
      await store.commit([
        {
          type: 'incident-opened',
          incident: anIncident({ id: `i${n}`, key: `k${n}`, channel }),
        },
        {
          type: 'delivery-queued',
          delivery: {
            key: `d${n}`,
            incident: `i${n}`,
            reason: 'first',
            channel,
            place: 'root',
            alerts: [],
            queuedAt: T0 - n,
            state: 'queued',
            tries: 0,
            notBefore: 0,
          },
        },
      ]);
    const seen = await status();
    expect(seen.slack.backlog).toEqual([
      { channel: 'C2', waiting: 1, waitMs: 5_400 },
      { channel: 'C1', waiting: 2, waitMs: 1_000 },
    ]);
    expect(seen.queue).toEqual({ waiting: 3, oldestAt: T0 - 2, dead: 0 });
  });
});

const seen = async (parts: Partial<BotStatus> = {}, pce: object = {}): Promise<BotStatus> => {
  const status = await aBot().status();
  return {
    ...status,
    ...parts,
    pces: status.pces.map((one) => ({ ...one, overflows: 0, ...pce })),
  };
};

describe('/illumio status', () => {
  it.each<[string, Partial<BotStatus>, object, string]>([
    [
      'another program on the app',
      { slack: { connections: 2, wanted: 2, foreign: 2 } },
      {},
      'Another program uses this Slack app (2 connections): commands and clicks reach only one of us.',
    ],
    [
      'a backlog that people would notice',
      {
        slack: {
          connections: 2,
          wanted: 2,
          backlog: [{ channel: 'C0SOC0001', waiting: 12, waitMs: 14_000 }],
        },
      },
      {},
      '12 wait for #C0SOC0001 (about 14 s): Slack allows one a second.',
    ],
    [
      'a clean self-audit',
      { selfAudit: { at: T0 - 4 * MINUTE, checked: 312, ok: true, problems: [] } },
      {},
      'Nothing is lost (self-audit 4 min ago, 312 rows checked).',
    ],
    [
      'what a self-audit found',
      {
        selfAudit: {
          at: T0 - 4 * MINUTE,
          checked: 312,
          ok: false,
          problems: [{ what: 'delivery-stuck', id: 'i1.first.0', since: T0 - HOUR }],
        },
      },
      {},
      '• a message that has waited for more than 10 min: i1.first.0, since 09:00 UTC',
    ],
    [
      'a gap that is open',
      {},
      { gaps: 1, gapFrom: T0 },
      'A part of the log cannot be read, from 10:00 UTC on.',
    ],
    ['gaps that were closed', {}, { gaps: 2 }, 'Gaps since the start: 2, all closed.'],
    [
      'what polls alone would have missed',
      {},
      { lastSweepFound: 3, late: 1, overflows: 2 },
      'Events: the last sweep found 3 the polls had not; 1 recorded late; 2 answers reached the cap and were cut.',
    ],
    ['when the key ends', {}, { keyExpiresAt: T0 + 61 * DAY }, 'The key expires in 61 days.'],
    ['a key that has ended', {}, { keyExpiresAt: T0 - 1 }, 'The key has expired.'],
  ])('shows %s', async (_, parts, pce, line) => {
    const view = statusView(await seen(parts, pce), T0);
    expect(problemsOf(view)).toEqual([]);
    expect(shown(view).split('\n')).toContain(line);
  });

  it('keeps quiet about what is as it should be', async () => {
    const view = shown(
      statusView(
        await seen({
          slack: { connections: 2, wanted: 2, backlog: [{ channel: 'C1', waiting: 1, waitMs: 0 }] },
        }),
        T0,
      ),
    );
    expect(view).not.toMatch(/wait for|program|Gaps|sweep|cap|expires/);
  });
});

describe('the line a day', () => {
  const aDay = async (status: BotStatus) => {
    const said: { key: string; text: string }[] = [];
    const clock = fakeClock();
    const meter = createMeter();
    let now = status;
    const run = createDailyLine({
      status: async () => now,
      meter,
      clock,
      troubles: { say: (key, message) => void said.push({ key, text: shown(message) }) },
    });
    return { said, clock, meter, run, becomes: (next: BotStatus) => (now = next) };
  };

  it('says what there was since the start, then since the line before', async () => {
    const first = await seen(
      { queue: { waiting: 1, oldestAt: T0 - 4 * SECOND, dead: 0 } },
      { keyExpiresAt: T0 + 61.5 * DAY },
    );
    const day = await aDay(first);
    for (let n = 0; n < 12; n += 1) day.meter.count('alerts_fired', { rule: 'csrf', severity: 'error' });
    await day.run();
    await day.clock.advance(DAY);
    day.becomes({
      ...first,
      queue: { waiting: 0, oldestAt: undefined, dead: 1 },
      pces: first.pces.map((pce) => ({ ...pce, eventsSeen: 50_000, gaps: 1, trouble: 'timeout' })),
      selfAudit: { at: T0, checked: 1, ok: false, problems: [{ what: 'alert-unsaid', id: 'a', since: T0 }] },
    });
    await day.run();
    expect(day.said).toEqual([
      {
        key: 'alive.2026-11-22',
        text: 'Alive: 48,211 events, 12 alerts, 0 gaps since the start 2 h ago; oldest in the queue 4 s; the key expires in 61 d.',
      },
      {
        key: 'alive.2026-11-23',
        text: 'Alive: 1,789 events, 0 alerts, 1 gap in the last 1 d; nothing waits to be sent; 1 message could not be delivered; self-audit: 1 problem; prod-east does not answer; the key expires in 60 d.',
      },
    ]);
  });

  it('does not promise anything about keys whose end nobody wrote down', async () => {
    const day = await aDay(await seen({ ready: false }));
    await day.run();
    expect(day.said[0]?.text).toBe(
      'Running, but not ready: 48,211 events, 0 alerts, 0 gaps since the start 2 h ago; nothing waits to be sent; when keys expire is not configured.',
    );
  });
});

describe('the meter', () => {
  it('counts what Slack took and what not', async () => {
    const clock = fakeClock();
    const chat = fakeChat(clock);
    chat.channels.set('C1', aChannel('C1'));
    const meter = createMeter();
    const metered = meteredChat(chat, meter);
    const text = { text: 'a', blocks: [] };
    const ts = await metered.post({ channel: 'C1', key: 'k' }, text);
    await metered.edit({ channel: 'C1', ts }, text);
    await expect(metered.post({ channel: 'C9', key: 'k' }, text)).rejects.toThrow(ChatError);
    expect(meter.counts().map(({ name, labels, value }) => [name, labels, value])).toEqual([
      ['posts', {}, 1],
      ['edits', {}, 1],
      ['chat_refusals', { call: 'post', why: 'no-channel' }, 1],
    ]);
  });

  it('counts alerts and responses once they are durable, and not when they are refused', async () => {
    const meter = createMeter();
    const store = observedStore(openMemoryStore(), [meteredCommits(meter)]);
    const fired = { type: 'alert-fired', alert: anAlert() } as const;
    await store.commit([fired]);
    await expect(store.commit([fired])).rejects.toThrow('refused');
    expect(meter.total('alerts_fired')).toBe(1);
    expect(meter.counts()[0]?.labels).toEqual({ rule: 'firewall-tampering', severity: 'error' });
  });

  it('counts runs by their outcome, and hands that on', async () => {
    const meter = createMeter();
    const labels = { pce: 'p', job: 'events' };
    expect(await meter.run(labels, async () => 7)).toBe(7);
    await expect(meter.run(labels, async () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    const { status } = aBot();
    const text = metricsText({
      now: T0,
      status: await status(),
      counts: meter.counts(),
      firing: [],
      unfinished: [],
      quarantines: 0,
      process: { rssBytes: 1, heapUsedBytes: 1, loopDelayMs: { p99: 0, max: 0 } },
      nodeVersion: 'v20',
    });
    expect(text).toContain('runs_total{pce="p",job="events",outcome="ok"} 1');
    expect(text).toContain('runs_total{pce="p",job="events",outcome="failed"} 1');
  });
});
