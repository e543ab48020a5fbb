import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Alert, type Delivery, type Incident, NAMED_IN_ROOT } from '../../src/core/alert.ts';
import { apply } from '../../src/core/apply.ts';
import { dispatch, type Weighed } from '../../src/core/dispatch.ts';
import { foldStorm } from '../../src/core/fold.ts';
import {
  type Audited,
  type Behind,
  HOLES,
  holesIn,
  type SelfAudit,
  selfAudit,
} from '../../src/core/self-audit.ts';
import { emptyState, type State, type Transition } from '../../src/core/state.ts';
import { anAlert } from '../support/asking.ts';
import { anIncident, HOUR, labels, MINUTE, T0 } from '../support/builders.ts';

const NOW = T0 + HOUR;

const alertOf = (host: string, parts: Partial<Alert> = {}): Alert =>
  anAlert({ id: host, fingerprint: host, quiet: { until: T0 + HOUR, stepMs: HOUR }, ...parts });

const incidentOf = (alerts: readonly string[], parts: Partial<Incident> = {}): Incident =>
  anIncident({
    id: 'i1',
    channel: 'C1',
    alerts,
    said: 1,
    revision: 3,
    shown: 3,
    root: { channel: 'C1', ts: '1.1' },
    ...parts,
  });

const rowOf = (alerts: readonly string[], parts: Partial<Delivery> = {}): Delivery => ({
  key: 'i1.first.0',
  incident: 'i1',
  reason: 'first',
  channel: 'C1',
  place: 'root',
  alerts,
  queuedAt: NOW - MINUTE,
  state: 'queued',
  tries: 0,
  notBefore: 0,
  ...parts,
});

const { root: _none, ...rootless } = incidentOf(['web-01']);
const seen = (parts: Partial<Audited> = {}): Audited => ({
  alerts: [],
  incidents: [],
  waiting: [],
  dead: [],
  ...parts,
});
const found = ({ problems }: SelfAudit): string[] => problems.map(({ what, id }) => `${what} ${id}`);

describe('what is on its way or has ended is no hole', () => {
  it.each<[string, Audited]>([
    ['a world in which nothing ever happened', seen()],
    ['an alert that was said', seen({ alerts: [alertOf('web-01', { said: 'i1.first.0' })] })],
    [
      'an alert that a waiting message names',
      seen({ alerts: [alertOf('web-01')], waiting: [rowOf(['web-01'])], incidents: [rootless] }),
    ],
    [
      'an alert whose message may stand in Slack already',
      seen({
        alerts: [alertOf('web-01')],
        waiting: [rowOf(['web-01'], { state: 'intent', intentAt: NOW })],
        incidents: [rootless],
      }),
    ],
    ['an alert counted within its quiet period', seen({ alerts: [alertOf('web-01', { hushed: true })] })],
    [
      'an alert that was snoozed when it fired',
      seen({
        alerts: [alertOf('web-01', { snoozed: { by: { team: 'T1', user: 'U1' }, until: T0 + MINUTE } })],
      }),
    ],
    [
      'an alert whose message was given up, with an alarm',
      seen({
        alerts: [alertOf('web-01')],
        dead: [rowOf(['web-01'], { state: 'dead' })],
        incidents: [rootless],
      }),
    ],
    ['a message that changed since it was shown', seen({ incidents: [incidentOf([], { shown: 2 })] })],
    [
      'an incident that was folded into another',
      seen({ incidents: [{ ...rootless, alerts: [], open: false }] }),
    ],
  ])('%s', (_, world) => {
    expect(selfAudit(world, NOW).audit).toMatchObject({ at: NOW, ok: true, problems: [] });
  });
});

describe('a planted hole is found', () => {
  it.each<[string, Audited, string]>([
    [
      'an alert that fires, was never said, and no message names',
      seen({ alerts: [alertOf('web-01')], incidents: [incidentOf(['web-01'])] }),
      'alert-unsaid web-01',
    ],
    [
      'a fact that was found and told nobody',
      seen({ alerts: [alertOf('web-01', { life: 'once', state: 'told' })] }),
      'alert-unsaid web-01',
    ],
    [
      'an alert that began and ended without a word',
      seen({ alerts: [alertOf('web-01', { state: 'resolved' })] }),
      'alert-unsaid web-01',
    ],
    [
      'an alert that fired after its snooze had ended',
      seen({
        alerts: [alertOf('web-01', { snoozed: { by: { team: 'T1', user: 'U1' }, until: T0 - MINUTE } })],
      }),
      'alert-unsaid web-01',
    ],
    [
      'an alert of which only a message given up long before speaks',
      seen({
        alerts: [alertOf('web-01')],
        dead: [rowOf(['web-01'], { incident: 'old', state: 'dead', queuedAt: T0 - 25 * HOUR })],
      }),
      'alert-unsaid web-01',
    ],
    [
      'a message that has waited for more than ten minutes',
      seen({ alerts: [alertOf('web-01')], waiting: [rowOf(['web-01'], { queuedAt: NOW - 11 * MINUTE })] }),
      'delivery-stuck i1.first.0',
    ],
    [
      'an open incident that has no message and gets none',
      seen({ alerts: [alertOf('web-01', { said: 'x' })], incidents: [rootless] }),
      'incident-unposted i1',
    ],
  ])('%s', (_, world, hole) => {
    const { audit } = selfAudit(world, NOW);
    expect(found(audit)).toEqual([hole]);
    expect(audit.ok).toBe(false);
    expect(holesIn(audit)).toBe(HOLES[audit.problems[0]?.what ?? 'alert-unsaid']);
  });

  it('a message that shows the same old state at two looks', () => {
    const world = seen({ incidents: [incidentOf([], { shown: 2 })] });
    const first = selfAudit(world, NOW);
    const later = selfAudit(world, NOW + 10 * MINUTE, first.behind);
    expect(found(later.audit)).toEqual(['incident-behind i1']);
    expect(later.audit.problems[0]?.since).toBe(NOW);
  });

  it('but not one that was edited between them and has changed again', () => {
    const first = selfAudit(seen({ incidents: [incidentOf([], { shown: 2 })] }), NOW);
    const world = seen({ incidents: [incidentOf([], { shown: 3, revision: 4 })] });
    expect(selfAudit(world, NOW + 10 * MINUTE, first.behind).audit.ok).toBe(true);
  });

  it('several of a kind are said with their number', () => {
    const { audit } = selfAudit(seen({ alerts: [alertOf('web-01'), alertOf('web-02')] }), NOW);
    expect(holesIn(audit)).toBe('2 × an alert that no message names and none is going to');
  });
});

/** A bot and a Slack that works: what dispatch decides is committed; everything is posted and edited before much time passes. */
const aWorld = () => {
  let state: State = emptyState();
  let now = T0;
  let ids = 0;
  let behind: Behind = new Map();
  const commit = (transitions: readonly Transition[]): void => {
    state = apply(state, transitions);
  };
  const rows = (): Delivery[] => [...state.deliveries.values()].filter((row) => row.state !== 'dead');
  const decide = (weighed: readonly Weighed[], over: readonly string[]): void =>
    commit(
      dispatch(
        weighed,
        over.map((host) => ({ rule: RULE, cleared: { subject: subject(host), at: now, why: 'over' } })),
        { ...state, deliveries: new Map(rows().map((row) => [row.key, row])) },
        emptyState(),
        {
          pce: 'p',
          now,
          settings: {
            routes: [],
            channels: {
              fallthrough: 'C1',
              fallback: 'C2',
              admin: 'C3',
              announce: undefined,
              share: [],
            },
          },
          alertId: (fingerprint) => fingerprint,
          newId: () => `i${++ids}`,
        },
      ),
    );
  const world = {
    see: (hosts: readonly string[], life: Weighed['life'], highValue: boolean) =>
      decide(
        hosts.map((host) => weighed(host, life, highValue, now)),
        [],
      ),
    clear: (hosts: readonly string[]) => decide([], hosts),
    snooze: (hours: number) =>
      commit(
        [...state.alerts.keys()].slice(0, 2).map((fingerprint) => ({
          type: 'alert-snoozed',
          fingerprint,
          by: { team: 'T1', user: 'U1' },
          until: now + hours * HOUR,
        })),
      ),
    post: () =>
      commit(
        rows().map(({ key, channel, incident }) => ({
          type: 'delivery-sent',
          key,
          channel,
          ts: key,
          at: now,
          revision: state.incidents.get(incident)?.revision ?? 0,
        })),
      ),
    edit: () =>
      commit(
        [...state.incidents.values()]
          .filter(({ root }) => root !== undefined)
          .map(({ id, revision }) => ({ type: 'incident-shown', id, revision })),
      ),
    /** The first message that waits can never be shown: it and the lines of its thread are given up (pipelines/delivery). */
    die: () => {
      const [first] = rows();
      if (first === undefined) return;
      const gone = rows().filter(
        (row) => row === first || (first.place === 'root' && row.incident === first.incident),
      );
      commit([
        ...gone.map(({ key }): Transition => ({ type: 'delivery-dead', key, trouble: 'x' })),
        ...(first.place === 'root' ? [{ type: 'incident-closed', id: first.incident } as const] : []),
      ]);
    },
    fold: () => {
      const waiting = rows().flatMap((delivery) => {
        const incident = state.incidents.get(delivery.incident);
        if (delivery.place !== 'root' || incident === undefined) return [];
        const alerts = incident.alerts.flatMap((one) => state.alerts.get(one) ?? []);
        return [{ delivery, incident, alerts }];
      });
      commit(foldStorm(waiting, now, NAMED_IN_ROOT));
    },
    wait: (minutes: number) => {
      world.post();
      world.edit();
      now += minutes * MINUTE;
    },
    audited: (): Audited => {
      const alerts = [...state.alerts.values()].filter(
        (alert) => alert.state === 'firing' || alert.said === undefined,
      );
      return {
        alerts,
        incidents: [...state.incidents.values()],
        waiting: rows(),
        dead: [...state.deliveries.values()].filter((row) => row.state === 'dead'),
      };
    },
    look: (): SelfAudit => {
      const looked = selfAudit(world.audited(), now, behind);
      behind = looked.behind;
      return looked.audit;
    },
  };
  return world;
};

const RULE = 'firewall-tampering';
const subject = (host: string) => ({
  kind: 'workload' as const,
  href: `/orgs/1/workloads/${host}`,
  name: host,
});
const weighed = (host: string, life: Weighed['life'], highValue: boolean, at: number): Weighed => ({
  rule: RULE,
  life,
  highValue,
  labels: [labels(`app=${host} env=prod`)],
  finding: {
    subject: subject(host),
    severity: 'error',
    at,
    title: `Firewall tampering on ${host}`,
    story: ['seen'],
    workloads: [`/orgs/1/workloads/${host}`],
    suggests: [],
    event: `/orgs/1/events/${host}-${at}`,
  },
});

type World = ReturnType<typeof aWorld>;
const hosts = fc.uniqueArray(
  fc.integer({ min: 1, max: 14 }).map((n) => `h${n}`),
  { minLength: 1 },
);
const aHappening: fc.Arbitrary<readonly [string, (world: World) => void]> = fc.oneof(
  fc
    .tuple(hosts, fc.constantFrom('state', 'burst', 'once'), fc.boolean())
    .map(
      ([some, life, highValue]) =>
        [`see ${some} (${life})`, (w: World) => w.see(some, life, highValue)] as const,
    ),
  hosts.map((some) => [`clear ${some}`, (w: World) => w.clear(some)] as const),
  fc.integer({ min: 1, max: 30 }).map((h) => [`snooze ${h} h`, (w: World) => w.snooze(h)] as const),
  fc.integer({ min: 1, max: 2_000 }).map((m) => [`wait ${m} min`, (w: World) => w.wait(m)] as const),
  fc.constant(['post', (w: World) => w.post()] as const),
  fc.constant(['edit', (w: World) => w.edit()] as const),
  fc.constant(['die', (w: World) => w.die()] as const),
  fc.constant(['fold', (w: World) => w.fold()] as const),
);

describe('whatever dispatch decides', () => {
  it('leaves no hole at any moment, while Slack takes what is sent', () => {
    fc.assert(
      fc.property(fc.array(aHappening, { maxLength: 40 }), (happenings) => {
        const world = aWorld();
        for (const [, happen] of happenings) {
          happen(world);
          expect(found(world.look())).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a delivery that is lost afterwards is missed', () => {
    fc.assert(
      fc.property(fc.array(aHappening, { minLength: 1, maxLength: 20 }), hosts, (happenings, some) => {
        const world = aWorld();
        for (const [, happen] of happenings) happen(world);
        world.see(some, 'burst', false);
        const audited = world.audited();
        // One that alone speaks of an alert which nothing else excuses: no line about its end, none counted or snoozed.
        const lost = audited.waiting.find(
          ({ reason, alerts }) =>
            ['first', 'more'].includes(reason) &&
            alerts.some((one) => {
              const rows = [...audited.waiting, ...audited.dead].filter((row) => row.alerts.includes(one));
              const alert = audited.alerts.find(({ fingerprint }) => fingerprint === one);
              const excused = alert?.said ?? alert?.hushed ?? alert?.snoozed;
              return rows.length === 1 && alert !== undefined && excused === undefined;
            }),
        );
        fc.pre(lost !== undefined);
        const { audit } = selfAudit(
          { ...audited, waiting: audited.waiting.filter((row) => row !== lost) },
          T0 + 60 * 24 * HOUR,
        );
        expect(found(audit).filter((hole) => hole.startsWith('alert-unsaid'))).not.toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
