import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert, Incident } from '../src/core/alert.ts';
import type { Transition } from '../src/core/state.ts';
import { fromDist } from './dist.ts';
import { silent } from './silent.ts';

const HOUR_MS = 3_600_000;

/**
 * A data folder with so many bytes of state: alerts of the last hour, told in messages, half of them still firing. Its newest poll is a
 * moment ago, so that a bot on it goes on instead of starting with history.
 */
export const filledFolder = async (bytes: number): Promise<string> => {
  const { openFileStore } =
    await fromDist<typeof import('../src/adapters/store/file.ts')>('adapters/store/file.js');
  const { systemClock } = await fromDist<typeof import('../src/adapters/schedule/clock.ts')>(
    'adapters/schedule/clock.js',
  );
  const folder = await mkdtemp(join(tmpdir(), 'illumio-chatops-bench-state-'));
  const store = await openFileStore({ folder, log: silent, clock: systemClock });
  const now = Date.now();
  await store.commit([
    { type: 'polled', pce: 'prod-east', stream: 'events', cursor: now, seen: [], memories: {}, wakes: {} },
  ]);
  let written = 0;
  for (let n = 0; written < bytes; ) {
    const batch: Transition[] = [];
    for (const end = n + 50; n < end; n += 1) {
      const told = toldAlert(n, now - (n % 3_000) * 1_000);
      batch.push(...told.transitions);
      written += told.bytes;
    }
    await store.commit(batch);
  }
  await store.close();
  return folder;
};

/** Everything one alert leaves behind, and about how long it is as JSON. */
const toldAlert = (n: number, at: number): { transitions: Transition[]; bytes: number } => {
  const uuid = `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`;
  const href = `/orgs/1/workloads/${uuid}`;
  const event = `/orgs/1/events/${uuid}`;
  const fingerprint = `prod-east|firewall-tampering|workload:${href}`;
  const alert: Alert = {
    id: `a${n}`,
    fingerprint,
    pce: 'prod-east',
    rule: 'firewall-tampering',
    life: 'burst',
    subject: { kind: 'workload', href, name: `host-${n}` },
    state: 'firing',
    severity: 'error',
    title: `Firewall tampering on host-${n}`,
    story: [
      'The host firewall was changed outside Illumio at ',
      { time: at },
      ". The VEN put Illumio's rules back. Process: not reported by this VEN version.",
    ],
    workloads: [href],
    suggests: ['quarantine'],
    event,
    count: 1,
    firstAt: at,
    lastAt: at,
    begunAt: at,
    highValue: false,
    quiet: { until: at + HOUR_MS, stepMs: HOUR_MS },
  };
  const incident: Incident = {
    id: `incident-${n}`,
    key: `C0SOC0001|prod-east|firewall-tampering||${fingerprint}`,
    channel: 'C0SOC0001',
    pce: 'prod-east',
    rule: 'firewall-tampering',
    alerts: [fingerprint],
    openedAt: at,
    joinedAt: at,
    open: true,
    said: 0,
    revision: 0,
    shown: 0,
    severity: 'error',
    groups: ['shop/prod'],
  };
  const key = `incident-${n}.first.0`;
  const sent = {
    type: 'delivery-sent',
    key,
    channel: 'C0SOC0001',
    ts: `${Math.floor(at / 1_000)}.${String(n).padStart(6, '0')}`,
    at,
    revision: 0,
  } as const;
  const transitions: Transition[] = [
    {
      type: 'polled',
      pce: 'prod-east',
      stream: 'events',
      seen: [[event, at]],
      memories: {},
      wakes: {},
    },
    { type: 'alert-fired', alert },
    { type: 'incident-opened', incident },
    {
      type: 'delivery-queued',
      delivery: {
        key,
        incident: incident.id,
        reason: 'first',
        channel: 'C0SOC0001',
        place: 'root',
        alerts: [fingerprint],
        queuedAt: at,
        state: 'queued',
        tries: 0,
        notBefore: 0,
      },
    },
    { type: 'delivery-intent', key, at, channel: 'C0SOC0001' },
    sent,
    ...(n % 2 === 0
      ? []
      : [
          { type: 'alert-resolved', fingerprint, at, why: 'quiet for 4 h' } as const,
          { type: 'incident-closed', id: incident.id } as const,
          { type: 'incident-shown', id: incident.id, revision: 1 } as const,
        ]),
  ];
  const bytes = [alert, fingerprint, incident, incident.id, sent, key, [fingerprint], event]
    .map((part) => JSON.stringify(part).length)
    .reduce((sum, length) => sum + length + 4, 0);
  return { transitions, bytes };
};
