import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../../src/adapters/store/memory.ts';
import { TransitionRefused } from '../../../src/core/apply.ts';
import { parseEvent } from '../../../src/core/event.ts';
import type { Store } from '../../../src/core/ports.ts';
import type { Transition } from '../../../src/core/state.ts';
import { aDelivery, aFolder, anAlert, anIncident, aPoll, aResponse, open, poll } from './support.ts';

const anEvent = (href: string, at: number) => {
  const parsed = parseEvent({ href, event_type: 'x', timestamp: new Date(at).toISOString() });
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.event;
};

const alert = (n: number, over: Parameters<typeof anAlert>[0] = {}): Transition => ({
  type: 'alert-fired',
  alert: anAlert({ id: `a${n}`, fingerprint: `f${n}`, ...over }),
});
const incident = (n: number, over: Parameters<typeof anIncident>[0] = {}): Transition => ({
  type: 'incident-opened',
  incident: anIncident({ id: `i${n}`, key: `k${n}`, alerts: [`f${n}`], ...over }),
});
const delivery = (key: string, over: Parameters<typeof aDelivery>[0] = {}): Transition => ({
  type: 'delivery-queued',
  delivery: aDelivery({ key, incident: key.slice(0, 2), ...over }),
});
const sent = (key: string, more: { ts?: string; revision?: number } = {}): Transition => ({
  type: 'delivery-sent',
  key,
  channel: 'C1',
  ts: '1.1',
  at: 2_000,
  ...more,
});
const response = (n: number, over: Parameters<typeof aResponse>[0] = {}): Transition => ({
  type: 'response-requested',
  response: aResponse({ id: `r${n}`, ...over }),
});
const moved = (n: number, from: 'requested' | 'writing', to: 'writing' | 'done' | 'failed'): Transition => ({
  type: 'response-moved',
  id: `r${n}`,
  from,
  to,
  at: 3_000,
});
const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);
const keys = (rows: readonly { key: string }[]): string[] => rows.map(({ key }) => key);

const STORES: readonly [string, () => Promise<Store>][] = [
  ['memory', async () => openMemoryStore()],
  ['file', async () => open(await aFolder())],
];

/** What is committed first, what is asked, what the answer is. */
const READS: readonly [string, readonly Transition[], (store: Store) => Promise<unknown>, unknown][] = [
  ['the cursor of a stream', [poll(7)], (s) => s.cursor('lab', 'events'), 7],
  ['no cursor of a stream nobody polled', [poll(7)], (s) => s.cursor('lab', 'flows'), undefined],
  [
    'which of these events changed something, and in which minute that was seen, where it was kept',
    [aPoll({ at: 185_000, seen: [['/e/1', 90_000]] }), aPoll({ seen: [['/e/3', 90_000]] })],
    async (s) => [
      ...(await s.seen(
        'lab',
        ['/e/1', '/e/2', '/e/3'].map((href) => anEvent(href, 90_000)),
      )),
    ],
    [
      ['/e/1', 180_000],
      ['/e/3', undefined],
    ],
  ],
  [
    'no event of another PCE as seen',
    [aPoll({ pce: 'other', seen: [['/e/1', 90_000]] })],
    async (s) => [...(await s.seen('lab', [anEvent('/e/1', 90_000)]))],
    [],
  ],
  [
    'the memories of one PCE by rule, also where another PCE’s name begins the same',
    [aPoll({ memories: { one: { n: 1 }, two: [2] } }), aPoll({ pce: 'lab|b', memories: { one: 3 } })],
    async (s) => Object.fromEntries(await s.memories('lab')),
    { one: { n: 1 }, two: [2] },
  ],
  [
    'the rules that are due to be woken',
    [aPoll({ wakes: { early: 5, now: 10, late: 11 } }), aPoll({ pce: 'other', wakes: { early: 1 } })],
    (s) => s.wakesDue('lab', 10),
    ['early', 'now'],
  ],
  [
    'alerts by fingerprint, each once, unknown ones left out',
    [alert(1), alert(2)],
    async (s) => ids(await s.alerts(['f2', 'nobody', 'f2', 'f1'])),
    ['a2', 'a1'],
  ],
  ['an alert by its id', [alert(1), alert(2)], async (s) => (await s.alertById('a2'))?.fingerprint, 'f2'],
  ['no alert of an id nobody has', [alert(1)], (s) => s.alertById('a9'), undefined],
  [
    'all alerts that fire',
    [
      alert(1),
      alert(2, { pce: 'other' }),
      alert(3),
      { type: 'alert-resolved', fingerprint: 'f3', at: 1, why: '' },
    ],
    async (s) => ids(await s.firing()),
    ['a1', 'a2'],
  ],
  [
    'the firing alerts of one PCE',
    [alert(1), alert(2, { pce: 'other' })],
    async (s) => ids(await s.firing('other')),
    ['a2'],
  ],
  [
    'alerts no confirmed message has named, whatever their state',
    [
      alert(1),
      alert(2, { state: 'told' }),
      alert(3),
      { type: 'alert-resolved', fingerprint: 'f3', at: 1, why: '' },
      incident(1),
      delivery('i1.first.0', { alerts: ['f1'] }),
      sent('i1.first.0'),
    ],
    async (s) => ids(await s.unsaid()),
    ['a2', 'a3'],
  ],
  ['an incident by its id', [incident(1), incident(2)], async (s) => (await s.incident('i2'))?.key, 'k2'],
  [
    'the open incidents of these keys',
    [
      incident(1),
      incident(2),
      incident(3, { key: 'k1' }),
      incident(4),
      { type: 'incident-closed', id: 'i1' },
    ],
    async (s) => ids(await s.openIncidents(['k1', 'k2', 'k2', 'nobody'])),
    ['i3', 'i2'],
  ],
  [
    'incidents that hold one of these alerts, open or not, each once',
    [
      incident(1),
      incident(2, { alerts: ['f1', 'f2'] }),
      incident(3, { alerts: ['f9'] }),
      { type: 'incident-closed', id: 'i1' },
    ],
    async (s) => ids(await s.incidentsOf(['f1', 'f2'])),
    ['i1', 'i2'],
  ],
  [
    'an incident by where its root stands',
    [incident(1), delivery('i1.first.0'), sent('i1.first.0', { ts: '5.5' })],
    async (s) => (await s.incidentByRoot('C1', '5.5'))?.id,
    'i1',
  ],
  [
    'no incident at a place its root left',
    [
      incident(1),
      delivery('i1.first.0'),
      sent('i1.first.0', { ts: '5.5' }),
      { type: 'incident-unlinked', id: 'i1' },
    ],
    (s) => s.incidentByRoot('C1', '5.5'),
    undefined,
  ],
  [
    'incidents whose root no longer shows the newest: not those up to date, not those without a root',
    [
      incident(1),
      incident(2),
      incident(3),
      ...['i1.first.0', 'i2.first.0'].flatMap((key) => [delivery(key), sent(key, { revision: 1 })]),
      { type: 'incident-touched', id: 'i2' },
      { type: 'incident-touched', id: 'i3' },
    ],
    async (s) => ids(await s.incidentsToEdit()),
    ['i2'],
  ],
  [
    'nothing to edit once it is shown',
    [
      incident(1),
      delivery('i1.first.0'),
      sent('i1.first.0'),
      { type: 'incident-shown', id: 'i1', revision: 1 },
    ],
    (s) => s.incidentsToEdit(),
    [],
  ],
  [
    'what waits to be sent or confirmed, oldest first; not what was sent or given up',
    [
      incident(1),
      delivery('i1.more.1', { queuedAt: 20 }),
      delivery('i1.first.0', { queuedAt: 10 }),
      delivery('i1.more.2', { queuedAt: 5 }),
      delivery('i1.more.3', { queuedAt: 5 }),
      delivery('i1.more.4', { queuedAt: 1 }),
      { type: 'delivery-intent', key: 'i1.first.0', at: 1, channel: 'C1' },
      { type: 'delivery-dead', key: 'i1.more.3', trouble: 'archived' },
      sent('i1.more.4'),
    ],
    async (s) => keys(await s.waiting()),
    ['i1.more.2', 'i1.first.0', 'i1.more.1'],
  ],
  [
    'a delivery by its key, a dead one too',
    [incident(1), delivery('i1.first.0'), { type: 'delivery-dead', key: 'i1.first.0', trouble: 'archived' }],
    async (s) => (await s.delivery('i1.first.0'))?.trouble,
    'archived',
  ],
  [
    'what was told of an incident',
    [
      incident(1),
      incident(2),
      ...['i1.first.0', 'i2.first.0', 'i1.more.1'].flatMap((key) => [delivery(key), sent(key)]),
    ],
    async (s) => keys(await s.told('i1')),
    ['i1.first.0', 'i1.more.1'],
  ],
  ['nothing told of an incident nobody knows', [], (s) => s.told('i1'), []],
  ['a response by its id', [response(1)], async (s) => (await s.response('r1'))?.byName, 'ada'],
  [
    'responses that are not over',
    [
      response(1),
      response(2),
      moved(2, 'requested', 'writing'),
      response(3),
      moved(3, 'requested', 'failed'),
    ],
    async (s) => ids(await s.responsesUnfinished()),
    ['r1', 'r2'],
  ],
  [
    'quarantines that are done and not released, of all',
    [
      response(1),
      moved(1, 'requested', 'done'),
      response(2),
      response(3, { action: 'release', releases: 'r1' }),
      moved(3, 'requested', 'done'),
      response(4),
      moved(4, 'requested', 'done'),
      { type: 'response-released', id: 'r4', by: 'r3' },
    ],
    async (s) => ids(await s.quarantines()),
    ['r1'],
  ],
  [
    'quarantines of one workload of one PCE',
    [
      ...[1, 2, 3].flatMap((n) => [
        response(n, {
          pce: n === 3 ? 'other' : 'lab',
          target: { href: n === 2 ? '/w/2' : '/w/1', name: '', labels: [], mode: undefined },
        }),
        moved(n, 'requested', 'done'),
      ]),
    ],
    async (s) => [ids(await s.quarantines('lab', '/w/1')), ids(await s.quarantines('lab'))],
    [['r1'], ['r1', 'r2']],
  ],
];

describe.each(STORES)('the %s store', (_name, make) => {
  it.each(READS)('gives %s', async (_what, before, ask, expected) => {
    const store = await make();
    for (const transition of before) await store.commit([transition]);
    expect(await ask(store)).toEqual(expected);
    await store.close();
  });

  it('answers from the newest state after every commit', async () => {
    const store = await make();
    await store.commit([alert(1)]);
    expect(ids(await store.firing())).toEqual(['a1']);
    await store.commit([{ type: 'alert-resolved', fingerprint: 'f1', at: 1, why: '' }, alert(2)]);
    expect(ids(await store.firing())).toEqual(['a2']);
    expect((await store.alertById('a1'))?.state).toBe('resolved');
    await store.close();
  });

  it('shows nothing that is not durable yet', async () => {
    const store = await make();
    const committed = store.commit([poll(7)]);
    expect(await store.cursor('lab', 'events')).toBeUndefined();
    await committed;
    expect(await store.cursor('lab', 'events')).toBe(7);
    await store.close();
  });

  it('lets one of two run a response that both read in the same state', async () => {
    const store = await make();
    await store.commit([response(1)]);
    const answers = await Promise.allSettled([
      store.commit([moved(1, 'requested', 'writing')]),
      store.commit([moved(1, 'requested', 'writing')]),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((answers[1] as PromiseRejectedResult).reason).toBeInstanceOf(TransitionRefused);
    await store.close();
  });

  it('changes nothing for a commit of which one part does not fit, and goes on', async () => {
    const store = await make();
    await expect(store.commit([poll(7), delivery('i1.first.0')])).rejects.toThrow(TransitionRefused);
    expect(await store.cursor('lab', 'events')).toBeUndefined();
    await store.commit([poll(8)]);
    expect(await store.cursor('lab', 'events')).toBe(8);
    await store.close();
  });

  it('forgets one that does not fit among those written together, and nothing of the others', async () => {
    const store = await make();
    const answers = await Promise.allSettled([
      store.commit([alert(1), poll(7)]),
      store.commit([alert(2), poll(8), delivery('i1.first.0')]),
      store.commit([alert(3)]),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await store.cursor('lab', 'events')).toBe(7);
    expect(ids(await store.alertsSince(0))).toEqual(['a1', 'a3']);
    await store.close();
  });

  it('refuses what could not be read back, at the door', async () => {
    const store = await make();
    const never = { type: 'alert-snoozed', fingerprint: 'f1', by: { team: 'T1', user: 'U1' } } as const;
    await store.commit([alert(1)]);
    await expect(store.commit([{ ...never, until: Number.POSITIVE_INFINITY }])).rejects.toThrow(
      TransitionRefused,
    );
    await expect(store.commit([{ ...never, until: Number.NaN }])).rejects.toThrow(TransitionRefused);
    expect((await store.alertById('a1'))?.snoozed).toBeUndefined();
    await store.close();
  });

  it('finishes what was committed before it closes, and takes nothing after', async () => {
    const store = await make();
    const committed = store.commit([poll(7)]);
    await store.close();
    await committed;
    await expect(store.commit([poll(8)])).rejects.toThrow('closed');
    expect(await store.cursor('lab', 'events')).toBe(7);
  });
});

describe('a memory store whose disk fails', () => {
  it('rejects what waited, shows none of it, and takes the next commit', async () => {
    let broken = true;
    const store = openMemoryStore(undefined, async () => {
      if (broken) throw new Error('disk full');
    });
    await expect(store.commit([poll(7)])).rejects.toThrow('disk full');
    expect(await store.cursor('lab', 'events')).toBeUndefined();
    broken = false;
    await store.commit([poll(8)]);
    expect(await store.cursor('lab', 'events')).toBe(8);
  });
});
