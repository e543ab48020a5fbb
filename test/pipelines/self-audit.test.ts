import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import type { Store } from '../../src/core/ports.ts';
import type { Transition } from '../../src/core/state.ts';
import { createSelfAudit } from '../../src/pipelines/self-audit.ts';
import { anAlert } from '../support/asking.ts';
import { anIncident, HOUR, MINUTE, T0 } from '../support/builders.ts';
import { fakeClock, fakeLog } from '../support/fakes.ts';

const alert = anAlert({ quiet: { until: T0 + HOUR, stepMs: HOUR } });
const fired: Transition = { type: 'alert-fired', alert };
const opened: Transition = {
  type: 'incident-opened',
  incident: anIncident({ id: 'i1', channel: 'C1', rule: alert.rule, alerts: [alert.fingerprint] }),
};
const queued: Transition = {
  type: 'delivery-queued',
  delivery: {
    key: 'i1.first.0',
    incident: 'i1',
    reason: 'first',
    channel: 'C1',
    place: 'root',
    alerts: [alert.fingerprint],
    queuedAt: T0,
    state: 'queued',
    tries: 0,
    notBefore: 0,
  },
};
const sent: Transition = { type: 'delivery-sent', key: 'i1.first.0', channel: 'C1', ts: '1.1', at: T0 };

const aBench = (store: Store = openMemoryStore()) => {
  const told: string[] = [];
  const clock = fakeClock();
  const log = fakeLog();
  const audit = createSelfAudit({ store, clock, log, tell: (trouble) => void told.push(trouble) });
  return { store, clock, log, audit, told };
};

describe('the self-audit', () => {
  it('knows nothing before its first look', () => expect(aBench().audit.last()).toBeUndefined());

  it('says nothing while every alert is on its way or said', async () => {
    const { audit, store, told, clock } = aBench();
    await store.commit([fired, opened, queued]);
    await audit.run();
    expect(audit.last()).toEqual({ at: T0, checked: 3, ok: true, problems: [] });
    await store.commit([sent]);
    await clock.advance(10 * MINUTE);
    await audit.run();
    expect(audit.last()).toMatchObject({ checked: 2, ok: true });
    expect(told).toEqual([]);
  });

  it('tells once that something is stuck, once more when it is not, and logs each look', async () => {
    const { audit, store, told, clock, log } = aBench();
    await store.commit([fired, opened, queued]);
    await clock.advance(11 * MINUTE);
    await audit.run();
    await audit.run();
    expect(told).toEqual([
      'I check every 10 min that each alert reached Slack, and found: a message that has waited for more than 10 min. /illumio status shows which; the log has all.',
    ]);
    expect(audit.last()?.problems).toEqual([{ what: 'delivery-stuck', id: 'i1.first.0', since: T0 }]);
    await store.commit([sent]);
    await audit.run();
    await audit.run();
    expect(told.slice(1)).toEqual([
      'My check of what reached Slack is clean again: everything it had found is settled.',
    ]);
    expect(log.lines.map(({ level }) => level)).toEqual(['error', 'error', 'info', 'info']);
  });

  it('finds an alert that fires and that nobody is going to hear of', async () => {
    const { audit, store } = aBench();
    await store.commit([fired]);
    await audit.run();
    expect(audit.last()?.problems).toEqual([{ what: 'alert-unsaid', id: alert.id, since: T0 }]);
  });

  it('does not mistake what moves between two reads for a hole', async () => {
    const store = openMemoryStore();
    await store.commit([fired, opened, queued]);
    // The message is confirmed after the alert was read and before the deliveries are.
    let moved = false;
    const moving: Store = {
      ...store,
      waiting: async () => {
        const unsaid = await store.unsaid();
        if (!moved && unsaid.length > 0) {
          moved = true;
          await store.commit([sent]);
        }
        return store.waiting();
      },
    };
    const { audit, told } = aBench(moving);
    await audit.run();
    expect(audit.last()?.ok).toBe(true);
    expect(told).toEqual([]);
  });
});
