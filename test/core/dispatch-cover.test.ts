import { describe, expect, it } from 'vitest';
import type { Alert } from '../../src/core/alert.ts';
import { apply } from '../../src/core/apply.ts';
import { attend, dispatch, type Weighed } from '../../src/core/dispatch.ts';
import type { Settings } from '../../src/core/settings.ts';
import type { Severity } from '../../src/core/severity.ts';
import type { Silence } from '../../src/core/silence.ts';
import { emptyState, type State, type Transition } from '../../src/core/state.ts';
import { plain } from '../../src/core/text.ts';
import { HOUR, labels, MINUTE, SECOND, T0 } from '../support/builders.ts';

interface Case {
  readonly host?: string;
  readonly rule?: string;
  readonly severity?: Severity;
  readonly labels?: string;
  readonly life?: Weighed['life'];
  readonly highValue?: boolean;
  readonly neverQuiet?: boolean;
  readonly kind?: 'workload' | 'pce';
  readonly at?: number;
}

const NAMES = { team: 'T', user: 'U0MAYA' };
const match = { rules: [], minSeverity: 'info' as const, pce: undefined, labels: undefined };
/** Criticals mention S0CRIT, errors S0ERR. */
const ROUTES: Settings['routes'] = [
  { match, channel: 'C1', groupBy: ['rule'], notify: { critical: 'S0CRIT', error: 'S0ERR' }, goOn: false },
];
const ABSENCE = new Set(['ven-offline', 'ven-missed-heartbeats']);

const subjectOf = ({ host = 'web-01', kind = 'workload' }: Case) => ({
  kind,
  href: kind === 'pce' ? null : `/orgs/1/workloads/${host}`,
  name: host,
});

const weigh = (one: Case, now: number): Weighed => {
  const { host = 'web-01', rule = 'ven-offline', severity = 'warning', life = 'state', at = now } = one;
  return {
    rule,
    life,
    highValue: one.highValue ?? false,
    bornOfAbsence: ABSENCE.has(rule),
    neverQuiet: one.neverQuiet,
    labels: one.kind === 'pce' ? [] : [labels(one.labels ?? 'app=shop env=prod')],
    finding: {
      subject: subjectOf(one),
      severity,
      at,
      title: `${rule} on ${host}`,
      story: ['seen.'],
      workloads: one.kind === 'pce' ? [] : [`/orgs/1/workloads/${host}`],
      suggests: [],
      event: null,
    },
  };
};

/** A PCE's alerts over time: what is decided is applied, and what waits is posted at once. */
const aWorld = (routes: Settings['routes'] = ROUTES) => {
  let state: State = emptyState();
  let ids = 0;
  const deps = (now: number) => ({
    pce: 'p',
    now,
    settings: {
      routes,
      channels: {
        fallthrough: 'C1',
        fallback: 'C9',
        admin: 'C8',
        announce: undefined,
        approvers: 'C7',
        share: [],
      },
    },
    alertId: (fingerprint: string) => fingerprint,
    newId: () => `i${++ids}`,
  });
  const commit = (transitions: readonly Transition[]): string[] => {
    state = apply(state, transitions);
    const sent = [...state.deliveries.values()];
    state = apply(
      state,
      sent.map(({ key, channel, incident }) => ({
        type: 'delivery-sent' as const,
        key,
        channel,
        ts: key,
        at: T0,
        revision: state.incidents.get(incident)?.revision ?? 0,
      })),
    );
    return sent.map(
      ({ reason, place, channel, alerts, mention }) =>
        `${reason} ${place} ${channel} ${alerts.map((one) => one.slice(one.lastIndexOf('/') + 1)).join(',')}${mention === undefined ? '' : ` @${mention}`}`,
    );
  };
  const world = {
    see: (now: number, ...found: Case[]): string[] =>
      commit(
        dispatch(
          found.map((one) => weigh(one, now)),
          [],
          state,
          state,
          deps(now),
        ),
      ),
    over: (now: number, ...cleared: Case[]): string[] =>
      commit(
        dispatch(
          [],
          cleared.map((one) => ({
            rule: one.rule ?? 'ven-offline',
            cleared: { subject: subjectOf(one), at: now, why: 'back online' },
          })),
          state,
          state,
          deps(now),
        ),
      ),
    /** The time passes; `hostsRead` = a state sweep was made. */
    attend: (now: number, hostsRead = true): string[] =>
      commit(
        attend([...state.alerts.values()], state, state, {
          ...deps(now),
          labelsOf: () => [labels('app=shop env=prod')],
          bornOfAbsence: (rule) => ABSENCE.has(rule),
          hostsRead,
        }),
      ),
    silence: (parts: Partial<Silence> = {}): void => {
      const silence: Silence = {
        id: 's1',
        matcher: { rules: ['ven-offline'], severities: [] },
        by: NAMES,
        byName: 'maya',
        reason: 'lab reboots',
        at: T0,
        until: T0 + 2 * HOUR,
        state: 'active',
        hid: {},
        more: 0,
        ...parts,
      };
      state = apply(state, [{ type: 'silence-set', silence }]);
    },
    tell: (transition: Transition): void => {
      state = apply(state, [transition]);
    },
    alert: (host = 'web-01', rule = 'ven-offline'): Alert =>
      [...state.alerts.values()].find((one) => one.subject.name === host && one.rule === rule) as Alert,
    row: (): Silence => state.silences.get('s1') as Silence,
    edits: (): number =>
      [...state.incidents.values()].filter(({ root, revision, shown }) => root && revision > shown).length,
  };
  return world;
};

describe('a silence', () => {
  it('hides what it matches, counts it by name, and the alert says by which it is hidden', () => {
    const world = aWorld();
    world.silence();
    expect(world.see(T0, {}, { host: 'web-02' })).toEqual([]);
    expect(world.see(T0 + MINUTE, {})).toEqual([]);
    expect(world.alert().held).toEqual({ kind: 'silenced', by: 's1', at: T0 });
    expect(Object.values(world.row().hid)).toEqual([
      { name: 'web-01', count: 2 },
      { name: 'web-02', count: 1 },
    ]);
  });

  it.each<[string, Partial<Silence>, Case]>([
    ['another rule', { matcher: { rules: ['ven-suspended'], severities: [] } }, {}],
    ['another severity', { matcher: { rules: [], severities: ['info'] } }, {}],
    ['another PCE', { matcher: { rules: [], severities: [], pce: 'q' } }, {}],
    ['other labels', { matcher: { rules: [], severities: [], labels: 'env=dev' } }, {}],
    ['another host', { matcher: { rules: [], severities: [], host: 'db-*' } }, {}],
    ['one that waits for its approver', { state: 'asked' }, {}],
    ['one that ended', { state: 'ended' }, {}],
    ['one whose time is over', { until: T0 }, {}],
    ['a matcher without any condition', { matcher: { rules: [], severities: [] } }, {}],
  ])('does not hide by %s', (_, parts, seen) => {
    const world = aWorld();
    world.silence(parts);
    expect(world.see(T0, seen)).toEqual(['first root C1 web-01']);
  });

  it('lets the first critical or high-value finding of a day pass, and says that it is silenced', () => {
    const world = aWorld();
    world.silence({ until: T0 + 48 * HOUR });
    expect(world.see(T0, { highValue: true })).toEqual(['first root C1 web-01 @S0ERR']);
    expect(plain(world.alert().story)).toContain('Silenced by maya until');
    expect(world.see(T0 + HOUR, { host: 'web-02', severity: 'critical' })).toEqual([]);
    expect(world.see(T0 + 24 * HOUR, { host: 'web-03', severity: 'critical' })).toHaveLength(1);
  });

  it('does not keep the end of what was told before it: resolved passes', () => {
    const world = aWorld();
    world.see(T0, {});
    world.silence();
    expect(world.over(T0 + MINUTE, {})).toEqual(['resolved thread C1 web-01']);
  });

  it('tells what still holds when it is over, and nothing of what ended meanwhile', () => {
    const world = aWorld();
    world.silence();
    world.see(T0, {}, { host: 'web-02' });
    expect(world.over(T0 + HOUR, { host: 'web-02' })).toEqual([]);
    expect(world.attend(T0 + HOUR)).toEqual([]);
    expect(world.attend(T0 + 2 * HOUR)).toEqual(['first root C1 web-01']);
    expect(world.alert().held).toBeUndefined();
  });

  it('tells what it hid as soon as it is ended before its time', () => {
    const world = aWorld();
    world.silence();
    world.see(T0, {});
    world.tell({ type: 'silence-ended', id: 's1', at: T0 + MINUTE, by: NAMES });
    expect(world.attend(T0 + MINUTE)).toEqual(['first root C1 web-01']);
  });

  it('leaves no quiet period behind: nobody was told', () => {
    const world = aWorld();
    world.silence({ until: T0 + 10 * MINUTE });
    world.see(T0, {});
    world.over(T0 + MINUTE, {});
    expect(world.see(T0 + 11 * MINUTE, {})).toEqual(['first root C1 web-01']);
  });
});

describe('inhibition', () => {
  const away: Case = { rule: 'pce-unreachable', kind: 'pce', host: 'p', severity: 'critical' };

  it('hides what is born of absence while the PCE cannot be reached, and nothing else', () => {
    const world = aWorld();
    world.see(T0, away);
    expect(world.see(T0 + MINUTE, {})).toEqual([]);
    expect(world.alert().held).toMatchObject({
      kind: 'inhibited',
      by: world.alert('p', 'pce-unreachable').id,
    });
    expect(world.see(T0 + MINUTE, { rule: 'firewall-tampering' })).toEqual(['first root C1 web-01']);
  });

  it('hides nothing while the PCE is merely slow', () => {
    const world = aWorld();
    world.see(T0, { ...away, severity: 'warning' });
    expect(world.see(T0 + MINUTE, {})).toEqual(['first root C1 web-01']);
  });

  it('hides missed heartbeats of a VEN that is offline, not of another one', () => {
    const world = aWorld();
    world.see(T0, {});
    expect(world.see(T0, { rule: 'ven-missed-heartbeats' })).toEqual([]);
    expect(world.see(T0, { rule: 'ven-missed-heartbeats', host: 'web-02' })).toHaveLength(1);
  });

  it('what still holds appears when the PCE is back and its hosts were read, what is over does not', () => {
    const world = aWorld();
    world.see(T0, away);
    world.see(T0 + MINUTE, {}, { host: 'web-02' });
    world.over(T0 + 2 * MINUTE, { ...away });
    expect(world.attend(T0 + 2 * MINUTE, false)).toEqual([]);
    world.over(T0 + 3 * MINUTE, { host: 'web-02' });
    expect(world.attend(T0 + 3 * MINUTE)).toEqual(['first root C1 web-01']);
  });
});

describe('escalation', () => {
  it.each<[string, Case, readonly (readonly [number, string[]])[]]>([
    [
      'a critical is said again after 5 min and in the approvers’ channel after 15, then no more',
      { severity: 'critical' },
      [
        [4, []],
        [5, ['unanswered broadcast C1 web-01 @S0CRIT']],
        [14, []],
        [15, ['unanswered root C7 web-01 @S0CRIT']],
        [60, []],
      ],
    ],
    [
      'an error is said again once, after 30 min',
      { severity: 'error' },
      [
        [29, []],
        [30, ['unanswered broadcast C1 web-01 @S0ERR']],
        [600, []],
      ],
    ],
    ['a warning never', { severity: 'warning' }, [[600, []]]],
    [
      'a fact as well: it is nobody’s until somebody takes it',
      { severity: 'critical', life: 'once' },
      [[5, ['unanswered broadcast C1 web-01 @S0CRIT']]],
    ],
  ])('%s', (_, seen, steps) => {
    const world = aWorld();
    world.see(T0, seen);
    for (const [minutes, expected] of steps)
      expect([minutes, world.attend(T0 + minutes * MINUTE)]).toEqual([minutes, expected]);
  });

  const fingerprint = 'p|ven-offline|workload:/orgs/1/workloads/web-01';
  it.each<[string, (of: string) => Transition]>([
    ['acknowledged', (of) => ({ type: 'alert-acknowledged', fingerprint: of, by: NAMES, at: T0 })],
    ['put off', (of) => ({ type: 'alert-snoozed', fingerprint: of, by: NAMES, until: T0 + HOUR })],
    ['closed', (of) => ({ type: 'alert-closed', fingerprint: of, as: 'expected', by: NAMES, at: T0 })],
    ['resolved', (of) => ({ type: 'alert-resolved', fingerprint: of, at: T0, why: 'back' })],
  ])('stops when it is %s', (_, transition) => {
    const world = aWorld();
    world.see(T0, { severity: 'critical' });
    world.tell(transition(world.alert().fingerprint ?? fingerprint));
    expect(world.attend(T0 + 6 * MINUTE)).toEqual([]);
  });

  it('names all that nobody answered in one line', () => {
    const world = aWorld();
    world.see(T0, { severity: 'critical' }, { severity: 'critical', host: 'web-02' });
    expect(world.attend(T0 + 5 * MINUTE)).toEqual(['unanswered broadcast C1 web-01,web-02 @S0CRIT']);
  });

  it('a route may give more time, which stretches the later step too', () => {
    const [route] = ROUTES;
    const world = aWorld(route === undefined ? [] : [{ ...route, escalateAfterMs: 10 * MINUTE }]);
    world.see(T0, { severity: 'critical' });
    expect(world.attend(T0 + 9 * MINUTE)).toEqual([]);
    expect(world.attend(T0 + 10 * MINUTE)).toHaveLength(1);
    expect(world.attend(T0 + 29 * MINUTE)).toEqual([]);
    expect(world.attend(T0 + 30 * MINUTE)).toEqual(['unanswered root C7 web-01 @S0CRIT']);
  });

  it('what becomes critical before its root is posted mentions whom a critical asks for', () => {
    const world = aWorld();
    expect(world.see(T0, { severity: 'warning' }, { severity: 'critical' })).toEqual([
      'first root C1 web-01 @S0CRIT',
    ]);
  });

  it('what becomes critical later is a broadcast with the mention', () => {
    const world = aWorld();
    world.see(T0, {});
    expect(world.see(T0 + MINUTE, { severity: 'critical' })).toEqual([
      'escalated broadcast C1 web-01 @S0CRIT',
    ]);
  });
});

describe('flapping (fault 25: once a second for 10 min)', () => {
  it.each<[string, Case, number]>([
    ['a host makes two messages', {}, 2],
    ['a high-value host, which has no quiet period, three', { highValue: true }, 3],
  ])('%s, all else are edits', (_, seen, most) => {
    const world = aWorld();
    const said: string[] = [];
    for (let second = 0; second < 600; second += 1) {
      const now = T0 + second * SECOND;
      said.push(...(second % 2 === 0 ? world.see(now, seen) : world.over(now, seen)));
    }
    expect(said).toHaveLength(most);
    expect(world.edits()).toBeGreaterThan(0);
    expect(world.alert().changes).toHaveLength(5);
  });

  it('a high-value host that has calmed down and is still offline is said', () => {
    const world = aWorld();
    for (let second = 0; second < 11; second += 1)
      if (second % 2 === 0) world.see(T0 + second * SECOND, { highValue: true });
      else world.over(T0 + second * SECOND, { highValue: true });
    expect(world.attend(T0 + 20 * MINUTE)).toEqual([]);
    expect(world.attend(T0 + 31 * MINUTE)).toHaveLength(1);
  });
});

describe('quiet periods', () => {
  it('go on doubling from one time it fires to the next, and are back after a quiet day', () => {
    const world = aWorld();
    const steps: number[] = [];
    let now = T0;
    for (let n = 0; n < 7; n += 1) {
      expect(world.see(now, {})).toHaveLength(1);
      const { quiet } = world.alert();
      steps.push(quiet.stepMs / HOUR);
      world.over(now + MINUTE, {});
      now = quiet.until;
    }
    expect(steps.slice(0, 6)).toEqual([1, 2, 4, 8, 16, 24]);
    world.see(now + 25 * HOUR, {});
    expect(world.alert().quiet.stepMs).toBe(HOUR);
  });

  it.each<[string, Case]>([
    ['a rule that is never quiet', { life: 'burst', neverQuiet: true }],
    ['a high-value host', { life: 'burst', highValue: true }],
    ['a fact', { life: 'once' }],
  ])('%s has none: every occurrence is a line', (_, seen) => {
    const world = aWorld();
    world.see(T0, seen);
    expect(world.see(T0 + MINUTE, seen)).toHaveLength(1);
    expect(world.see(T0 + 2 * MINUTE, seen)).toHaveLength(1);
  });

  it('a fact that happens again is not covered by the acknowledgement of the first', () => {
    const world = aWorld();
    world.see(T0, { life: 'once' });
    world.tell({ type: 'alert-acknowledged', fingerprint: world.alert().fingerprint, by: NAMES, at: T0 });
    world.see(T0 + MINUTE, { life: 'once' });
    expect(world.alert().acknowledged).toBeUndefined();
  });
});
