import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFramer } from '../../src/adapters/syslog/framing.ts';
import { type LineTaker, listenSyslog, type SyslogListener } from '../../src/adapters/syslog/index.ts';
import { type PceEvent, parseEvent } from '../../src/core/event.ts';
import type { Dict } from '../../src/core/foreign.ts';
import { eventAsCef, eventAsLeef } from '../../src/core/formats/pce-event.ts';
import { createMeter } from '../../src/pipelines/meter.ts';
import { createPceStream } from '../../src/pipelines/pce-stream.ts';
import { GOOD, KEY, OTHER_HOST } from '../adapters/pce/support/certificates.ts';
import { anEvent, aWorkload, byVen, noticeOf, SECOND, T0 } from '../support/builders.ts';
import { fakeLog } from '../support/fakes.ts';
import { anAlerting } from './support.ts';

const SOURCE = { version: '25.2.20', fqdn: 'pce.example.com' };
const inSyslog = (body: string): string =>
  `<14>1 2026-11-22T10:00:05.000000+00:00 core0 illumio_pce/agent 31897 - [meta sequenceId="1"] ${body}`;

const FORMATS: readonly (readonly [string, (event: PceEvent) => string])[] = [
  ['JSON', (event) => inSyslog(JSON.stringify(event.raw))],
  ['CEF', (event) => inSyslog(eventAsCef(event, SOURCE))],
  ['LEEF', (event) => inSyslog(eventAsLeef(event, SOURCE))],
];

const WEB = aWorkload({ hostname: 'web-01', labels: 'env=prod' });
const tampering = (at: number): PceEvent =>
  anEvent({
    at,
    event_type: 'agent.tampering',
    created_by: byVen(WEB),
    notifications: [noticeOf('workload.oos_iptables_tampering')],
  });

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/pce-syslog/${name}`, import.meta.url), 'utf8');
const AT = T0 + 5 * SECOND;
const ISO = new Date(AT).toISOString();
/** The same moment as the PCE writes it in CEF. */
const CEF_TIME = 'Nov 22 2026 10:00:05.000';

/** Published lines of JSON and CEF with the event each stands for, and LEEF lines of the same events; all as if they happened now. */
const SAMPLES: readonly (readonly [string, Dict, string])[] = [
  ...fixture('json.lines')
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/"time":"[^"]+"/, `"time":"${ISO}"`))
    .map((line, n): [string, Dict, string] => {
      const raw = JSON.parse(line.slice(line.indexOf('{'))) as Dict;
      return [`JSON ${n + 1} ${raw['event_type']}`, raw, line];
    }),
  ...(JSON.parse(fixture('cef-pairs.json')) as { readonly event: Dict; readonly cef: string }[]).flatMap(
    ({ event, cef }): [string, Dict, string][] => {
      const raw = { ...event, timestamp: ISO };
      const read = parseEvent(raw);
      if (!read.ok) throw new Error(read.why);
      const now = cef.replace(/rt=\w+ \d+ \d+ [\d:.]+ /, `rt=${CEF_TIME} `);
      return [
        [`CEF ${event['event_type']}`, raw, inSyslog(now)],
        [`LEEF ${event['event_type']}`, raw, inSyslog(eventAsLeef(read.event, SOURCE))],
      ];
    },
  ),
];
const RULES_OF_SAMPLES = ['auth-failures', 'firewall-tampering', 'ven-offline'];

/** The alerting of one PCE that was polled once, and its stream. */
const aStream = async () => {
  const world = anAlerting({ hosts: [WEB] });
  const meter = createMeter();
  const log = fakeLog();
  const stream = createPceStream({ pce: 'prod-east', alerting: world.alerting, meter, log });
  await world.alerting.poll(0);
  await world.clock.advance(10 * SECOND);
  const lines = (kind: string): number =>
    meter.counts().reduce((sum, { labels, value }) => (labels['kind'] === kind ? sum + value : sum), 0);
  const hear = async (...said: readonly string[]): Promise<void> => {
    void stream.hear(said, 0);
    await stream.idle();
  };
  const facts = async () =>
    (await world.store.alertsSince(0)).map(({ rule, subject, severity, title, count, workloads, story }) => ({
      rule,
      subject,
      severity,
      title,
      count,
      workloads,
      story,
    }));
  return { ...world, stream, hear, facts, lines, log };
};

describe('a line of the PCE', () => {
  it.each(FORMATS)('in %s finds what the polled event finds', async (_, lineOf) => {
    const polled = await aStream();
    const event = tampering(T0 + 5 * SECOND);
    polled.pce.record(event);
    await polled.alerting.poll(60 * SECOND);
    const heard = await aStream();
    await heard.hear(lineOf(event));
    expect(await heard.facts()).toEqual(await polled.facts());
    expect(await heard.facts()).toHaveLength(1);
  });

  it.each(FORMATS)('in %s and the poll are one alert, whichever is first', async (_, lineOf) => {
    const event = tampering(T0 + 5 * SECOND);
    for (const streamFirst of [true, false]) {
      const { hear, pce, alerting, facts } = await aStream();
      pce.record(event);
      if (streamFirst) await hear(lineOf(event), lineOf(event));
      await alerting.poll(60 * SECOND);
      await alerting.poll(60 * SECOND);
      await hear(lineOf(event));
      expect(await facts()).toMatchObject([{ count: 1 }]);
    }
  });

  it('that says too little to find anything does not keep the poll from finding it', async () => {
    const { hear, pce, alerting, facts } = await aStream();
    const event = tampering(T0 + 5 * SECOND);
    pce.record(event);
    await hear(inSyslog(JSON.stringify({ ...event.raw, event_type: 'some.unheard_of', notifications: [] })));
    expect(await facts()).toEqual([]);
    await alerting.poll(60 * SECOND);
    expect(await facts()).toMatchObject([{ count: 1 }]);
  });

  it('never moves the cursor: what the stream missed is polled', async () => {
    const { hear, pce, alerting, facts, clock } = await aStream();
    const before = alerting.status().cursor;
    const [missed, heard] = [tampering(T0 + 2 * SECOND), tampering(T0 + 5 * SECOND)];
    pce.record(missed, heard);
    await hear(inSyslog(JSON.stringify(heard.raw)));
    expect(alerting.status().cursor).toBe(before);
    await clock.advance(SECOND);
    await alerting.poll(60 * SECOND);
    expect(await facts()).toMatchObject([{ count: 2 }]);
  });

  it('that is truncated, garbled or not for us is counted and alerts nobody', async () => {
    const { hear, facts, lines } = await aStream();
    const line = inSyslog(JSON.stringify(tampering(T0 + SECOND).raw));
    await hear(
      line.slice(0, -20),
      'garbage',
      '<14>1 2026-11-22T10:00:05Z core0 illumio_pce/system_health 1 - - sec=1 sev=INFO cpu=2%',
      inSyslog('CEF:0|Illumio|PCE|25.2|flow_allowed|Flow|1|cat=flow_summary'),
    );
    expect([lines('garbled'), lines('health'), lines('other'), lines('event')]).toEqual([2, 1, 1, 0]);
    expect(await facts()).toEqual([]);
  });

  const outOfTime: readonly (readonly [string, number])[] = [
    ['of a relay that kept it for two days', T0 - 48 * 60 * 60 * SECOND],
    ['that says it happens in an hour', T0 + 60 * 60 * SECOND],
  ];
  it.each(outOfTime)('%s is left to the polls', async (_, at) => {
    const { hear, facts, lines } = await aStream();
    await hear(inSyslog(JSON.stringify(tampering(at).raw)));
    expect([lines('event'), await facts()]).toEqual([1, []]);
  });

  it('of a node that is not well twice running is an alert of pce-health, over when it is well again', async () => {
    const { hear, store } = await aStream();
    const line = (sev: string): string =>
      `<11>1 2026-11-22T10:00:05Z core0 illumio_pce/system_health 1 - - sec=1 sev=${sev} cpu=97% disk=14%`;
    await hear(line('WARN'), 'garbage');
    expect(await store.alertsSince(0)).toEqual([]);
    await hear(line('WARN'));
    expect(await store.alertsSince(0)).toMatchObject([
      {
        rule: 'pce-health',
        severity: 'warning',
        title: 'PCE health: core0 itself reports a warning: cpu 97 % and disk 14 %',
      },
    ]);
    await hear(line('INFO'), line('INFO'));
    expect(await store.alertsSince(0)).toMatchObject([{ state: 'resolved' }]);
  });

  it('that could not be stored is left to the next poll', async () => {
    const { hear, pce, alerting, facts, store } = await aStream();
    const event = tampering(T0 + 5 * SECOND);
    pce.record(event);
    store.broken = true;
    await hear(inSyslog(JSON.stringify(event.raw)));
    store.broken = false;
    await alerting.poll(60 * SECOND);
    expect(await facts()).toMatchObject([{ count: 1 }]);
  });

  it.each(SAMPLES)('as published, %s: the same findings as of the polled event', async (_, raw, line) => {
    const polled = await aStream();
    const read = parseEvent(raw);
    if (!read.ok) throw new Error(read.why);
    polled.pce.record(read.event);
    await polled.alerting.poll(60 * SECOND);
    const heard = await aStream();
    await heard.hear(line);
    expect(heard.lines('event')).toBe(1);
    expect(await heard.facts()).toEqual(await polled.facts());
    heard.pce.record(read.event);
    await heard.alerting.poll(60 * SECOND);
    expect(await heard.facts()).toEqual(await polled.facts());
  });

  it('of those published some find something', async () => {
    const { hear, facts } = await aStream();
    await hear(...SAMPLES.map(([, , line]) => line));
    expect(new Set((await facts()).map(({ rule }) => rule))).toEqual(new Set(RULES_OF_SAMPLES));
  });

  it('the captured CEF lines of a PCE are all events', async () => {
    const pairs = JSON.parse(
      readFileSync(new URL('../fixtures/pce-syslog/cef-pairs.json', import.meta.url), 'utf8'),
    ) as { readonly event: unknown; readonly cef: string }[];
    const { hear, lines } = await aStream();
    for (const { event, cef } of pairs) {
      expect(parseEvent(event).ok).toBe(true);
      await hear(cef.startsWith('<') ? cef : inSyslog(cef));
    }
    expect(lines('event')).toBe(pairs.length);
  });
});

const listening = async (over: Partial<SyslogListener> = {}, taker?: Partial<LineTaker>) => {
  const heard: string[] = [];
  const refused: string[] = [];
  let broken = 0;
  const server = await listenSyslog(
    { host: '127.0.0.1', port: 0, tls: undefined, from: [], ...over },
    {
      hear(lines, bad) {
        heard.push(...lines);
        broken += bad;
        return taker?.hear?.(lines, bad);
      },
    },
    { log: fakeLog(), refused: (peer, why) => void refused.push(`${peer}: ${why}`) },
  );
  onTestFinished(server.close);
  return { port: server.port, heard, refused, broken: () => broken };
};

describe('the port', () => {
  it('hears both framings over TCP and TLS', async () => {
    for (const tls of [undefined, { cert: GOOD, key: KEY, ca: undefined }]) {
      const { port, heard } = await listening({ tls });
      const socket =
        tls === undefined ? connect(port, '127.0.0.1') : connectTls({ port, host: '127.0.0.1', ca: GOOD });
      socket.end('<14>1 a\n12 <14>1 b\n c d<14>1 e\n');
      socket.resume();
      await once(socket, 'close');
      expect(heard).toEqual(['<14>1 a', '<14>1 b\n c d', '<14>1 e']);
    }
  });

  const ended = (socket: Socket): Promise<void> =>
    new Promise((resolve) => {
      socket.on('error', () => {});
      socket.on('close', () => resolve());
      socket.resume();
      socket.end('<14>1 a\n');
    });

  it('with client_ca_file hears only peers with a certificate of that authority, and reports the others', async () => {
    const { port, heard, refused } = await listening({ tls: { cert: GOOD, key: KEY, ca: GOOD } });
    await ended(connectTls({ port, host: '127.0.0.1', ca: GOOD }));
    await ended(connectTls({ port, host: '127.0.0.1', ca: GOOD, cert: OTHER_HOST, key: KEY }));
    await ended(connect(port, '127.0.0.1'));
    expect(heard).toEqual([]);
    // Of a certificate that is not trusted Node tells only when the connection, and with it the address, is gone.
    const why = 'no TLS, or no certificate that is asked for';
    expect([...refused].sort()).toEqual([`127.0.0.1: ${why}`, `127.0.0.1: ${why}`, `unknown: ${why}`]);
    await ended(connectTls({ port, host: '127.0.0.1', ca: GOOD, cert: GOOD, key: KEY }));
    expect(heard).toEqual(['<14>1 a']);
  });

  it('a peer that floods has to wait until what it said is judged; another one is heard meanwhile', async () => {
    let release = (): void => {};
    const full = new Promise<void>((resolve) => {
      release = resolve;
    });
    const line = `<14>1 ${'flood '.repeat(160)}.`;
    const { port, heard } = await listening(
      {},
      { hear: (lines) => (lines.includes(line) ? full : undefined) },
    );
    const flood = connect(port, '127.0.0.1');
    flood.on('error', () => {});
    // More than the system keeps for both ends, which may be 10 MB.
    const much = Buffer.from(`${line}\n`.repeat(64));
    while (flood.writableLength < 64_000_000) flood.write(much);
    await ended(connect(port, '127.0.0.1'));
    expect(heard).toContain('<14>1 a');
    const before = heard.length;
    expect(before).toBeLessThan(1_000);
    expect(flood.writableLength).toBeGreaterThan(0);
    release();
    await once(flood, 'drain');
    expect(heard.length).toBeGreaterThan(before);
    flood.destroy();
  });

  it('turns away who is not named', async () => {
    const { port, heard, refused } = await listening({ from: ['192.0.2.0/24'] });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('<14>1 a\n');
    await once(socket, 'close');
    expect(heard).toEqual([]);
    expect(refused).toEqual(['127.0.0.1: its address may not send syslog']);
  });
});

describe('framing', () => {
  const framed = (line: string): string => `${Buffer.byteLength(line)} ${line}`;

  it('gives every message, however the bytes were cut', () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .map((body) => `<14>1 ${body.replace(/\s/g, '_')}x`);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, fc.boolean()), { maxLength: 20 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 30 })),
        (messages, cuts) => {
          const bytes = Buffer.from(
            messages.map(([line, count]) => (count ? framed(line) : `${line}\n`)).join(''),
          );
          const framer = createFramer(1_000);
          const lines: string[] = [];
          for (let at = 0; at < bytes.length; ) {
            const next = at + (cuts.next().value as number);
            lines.push(...framer.feed(bytes.subarray(at, next)).lines);
            at = next;
          }
          expect(lines).toEqual(messages.map(([line]) => line));
        },
      ),
    );
  });

  it('a message that is too long is skipped, counted, and the next one is read', () => {
    for (const long of [framed('x'.repeat(500)), `<14>${'x'.repeat(500)}\n`]) {
      const framer = createFramer(100);
      const all = [...`${long}<14>1 b\n`].map((byte) => framer.feed(Buffer.from(byte)));
      expect(all.flatMap(({ lines }) => lines)).toEqual(['<14>1 b']);
      expect(all.reduce((sum, { broken }) => sum + broken, 0)).toBe(1);
    }
  });

  it('any bytes at all end nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (pieces) => {
        const framer = createFramer(64);
        for (const piece of pieces) framer.feed(Buffer.from(piece));
      }),
    );
  });
});
