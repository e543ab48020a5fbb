import { describe, expect, it } from 'vitest';
import { type Alert, type Delivery, type Incident, NAMED_IN_ROOT } from '../../src/core/alert.ts';
import { apply } from '../../src/core/apply.ts';
import { dispatch, type Weighed } from '../../src/core/dispatch.ts';
import type { Settings } from '../../src/core/settings.ts';
import type { Severity } from '../../src/core/severity.ts';
import { emptyState, type State } from '../../src/core/state.ts';
import { plain } from '../../src/core/text.ts';
import { HOUR, labels, MINUTE, T0 } from '../support/builders.ts';

type Seen = Partial<Omit<Weighed, 'finding' | 'labels'>> & {
  daily?: true;
  host?: string;
  at?: number;
  severity?: Severity;
  labels?: string;
};

const aFinding = ({
  host = 'web-01',
  at = T0,
  severity = 'error',
  labels: set = 'app=shop env=prod',
  daily,
  ...rest
}: Seen = {}): Weighed => ({
  rule: 'firewall-tampering',
  life: 'burst',
  highValue: false,
  ...rest,
  labels: [labels(set)],
  finding: {
    subject: { kind: 'workload', href: `/orgs/1/workloads/${host}`, name: host },
    severity,
    at,
    title: `Firewall tampering on ${host}`,
    story: ['seen'],
    workloads: [`/orgs/1/workloads/${host}`],
    suggests: ['quarantine'],
    event: `/orgs/1/events/${host}-${at}`,
    ...(daily === undefined ? {} : { daily }),
  },
});

const over = (host: string, at: number) => ({
  rule: 'firewall-tampering',
  cleared: {
    subject: { kind: 'workload' as const, href: `/orgs/1/workloads/${host}`, name: host },
    at,
    why: 'quiet for 4 h',
  },
});

/** A PCE's alerts over time: what dispatch decides is applied, and `post` plays a Slack that shows everything at once. */
const aWorld = (routes: Settings['routes'] = []) => {
  let state: State = emptyState();
  let ids = 0;
  const channels = {
    fallthrough: 'C0SOC0001',
    fallback: 'C0FALLBK1',
    admin: 'C0PCEADM1',
    announce: undefined,
    share: [],
  };
  return {
    /** What the daily look back finds. */
    seeLate: (now: number, ...found: Weighed[]) => {
      state = apply(
        state,
        dispatch(found, [], state, state, {
          pce: 'p',
          now,
          late: true,
          settings: { routes, channels },
          alertId: (f) => f,
          newId: () => `i${++ids}`,
        }),
      );
    },
    /** What is found after the bot was away. */
    catchUp: (now: number, ...found: Weighed[]) => {
      state = apply(
        state,
        dispatch(found, [], state, state, {
          pce: 'p',
          now,
          digestBefore: now - HOUR,
          settings: { routes, channels },
          alertId: (f) => f,
          newId: () => `i${++ids}`,
        }),
      );
    },
    see: (now: number, ...found: Weighed[]) => {
      state = apply(
        state,
        dispatch(found, [], state, state, {
          pce: 'p',
          now,
          settings: { routes, channels },
          alertId: (f) => f,
          newId: () => `i${++ids}`,
        }),
      );
    },
    clear: (now: number, ...cleared: ReturnType<typeof over>[]) => {
      state = apply(
        state,
        dispatch([], cleared, state, state, {
          pce: 'p',
          now,
          settings: { routes, channels },
          alertId: (f) => f,
          newId: () => `i${++ids}`,
        }),
      );
    },
    acknowledge: (host: string) => {
      const alert = [...state.alerts.values()].find(({ subject }) => subject.name === host) as Alert;
      state = apply(state, [
        { type: 'alert-acknowledged', fingerprint: alert.fingerprint, by: { team: 'T', user: 'U' }, at: T0 },
      ]);
    },
    snooze: (host: string, until: number) => {
      const alert = [...state.alerts.values()].find(({ subject }) => subject.name === host) as Alert;
      state = apply(state, [
        { type: 'alert-snoozed', fingerprint: alert.fingerprint, by: { team: 'T', user: 'U' }, until },
      ]);
    },
    /** Sends everything that waits; @returns it as `reason place hosts` lines */
    post: (): string[] => {
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
      return sent.map(said);
    },
    /** Somebody deletes the root in Slack. */
    unlink: () => {
      state = apply(
        state,
        [...state.incidents.keys()].map((id) => ({ type: 'incident-unlinked' as const, id })),
      );
    },
    alert: (host: string): Alert =>
      [...state.alerts.values()].find(({ subject }) => subject.name === host) as Alert,
    incidents: (): Incident[] => [...state.incidents.values()],
    edits: (): number =>
      [...state.incidents.values()].filter(({ root, revision, shown }) => root && revision > shown).length,
  };
};

const said = ({ reason, place, alerts }: Delivery): string =>
  `${reason} ${place} ${alerts.map((one) => one.slice(one.lastIndexOf('/') + 1)).join(',')}`;

describe('dispatch', () => {
  it('opens an incident with a root message for the first alert of a rule', () => {
    const world = aWorld();
    world.see(T0, aFinding());
    expect(world.post()).toEqual(['first root web-01']);
    expect(world.alert('web-01')).toMatchObject({ state: 'firing', count: 1, said: expect.any(String) });
  });

  it('names hosts found together in one root instead of one message each', () => {
    const world = aWorld();
    world.see(T0, aFinding(), aFinding({ host: 'web-02' }), aFinding({ host: 'web-03' }));
    expect(world.post()).toEqual(['first root web-01,web-02,web-03']);
  });

  it('puts hosts that do not fit into the root into one line of its thread: none is only a number', () => {
    const world = aWorld();
    const hosts = Array.from({ length: 300 }, (_, n) => `h${n}`);
    world.see(T0, ...hosts.map((host) => aFinding({ host })));
    const [root, line, ...more] = world.post();
    expect(more).toEqual([]);
    expect(root?.split(',')).toHaveLength(NAMED_IN_ROOT);
    expect(line).toMatch(/^more thread /);
    const named = [root, line].flatMap((one) => (one?.split(' ')[2] ?? '').split(','));
    expect(new Set(named)).toEqual(new Set(hosts));
  });

  it.each<[string, Seen, number, string]>([
    ['a second host is also shown in the channel', { host: 'web-02' }, 1, 'more broadcast web-02'],
    [
      'a host of another application is shown in the channel',
      { host: 'erp-01', labels: 'app=erp env=prod' },
      5,
      'more broadcast erp-01',
    ],
    [
      'the fourth host of the same application stays in the thread',
      { host: 'web-09' },
      5,
      'more thread web-09',
    ],
    [
      'a high-value host is always shown in the channel',
      { host: 'web-09', highValue: true },
      5,
      'more broadcast web-09',
    ],
    [
      'a graver finding is shown in the channel',
      { host: 'web-09', severity: 'critical' },
      5,
      'more broadcast web-09',
    ],
    [
      'after an hour the root is far up, so a line is shown in the channel',
      { host: 'web-09' },
      61,
      'more broadcast web-09',
    ],
  ])('%s', (_, seen, minutes, expected) => {
    const world = aWorld();
    world.see(T0, aFinding());
    world.post();
    if (seen.host !== 'web-02') {
      world.see(T0 + MINUTE, aFinding({ host: 'web-02' }), aFinding({ host: 'web-03' }));
      world.post();
    }
    world.see(T0 + minutes * MINUTE, aFinding(seen));
    expect(world.post()).toEqual([expected]);
  });

  it('joins lines that still wait into one', () => {
    const world = aWorld();
    world.see(T0, aFinding());
    world.post();
    world.see(T0 + 1_000, aFinding({ host: 'web-02' }));
    world.see(T0 + 2_000, aFinding({ host: 'web-03' }));
    expect(world.post()).toEqual(['more broadcast web-02,web-03']);
  });

  it('only moves the counter of the root while the same alert goes on within its quiet period', () => {
    const world = aWorld();
    world.see(T0, aFinding());
    world.post();
    world.see(T0 + 10 * MINUTE, aFinding({ at: T0 + 10 * MINUTE }));
    expect(world.post()).toEqual([]);
    expect(world.edits()).toBe(1);
    expect(world.alert('web-01').count).toBe(2);
  });

  it('says it again after the quiet period, which then doubles', () => {
    const world = aWorld();
    world.see(T0, aFinding());
    world.post();
    world.see(T0 + HOUR, aFinding({ at: T0 + HOUR }));
    expect(world.post()).toEqual(['repeat broadcast web-01']);
    world.see(T0 + 2.5 * HOUR, aFinding({ at: T0 + 2.5 * HOUR }));
    expect(world.post()).toEqual([]);
    world.see(T0 + 3 * HOUR, aFinding({ at: T0 + 3 * HOUR }));
    expect(world.post()).toHaveLength(1);
  });

  it('repeats an acknowledged alert without a sound', () => {
    const world = aWorld();
    world.see(T0, aFinding());
    world.post();
    world.acknowledge('web-01');
    world.see(T0 + 2 * HOUR, aFinding({ at: T0 + 2 * HOUR }));
    expect(world.post()).toEqual(['repeat thread web-01']);
  });

  it('never lets one host silence another: the second host is told within the quiet period of the first', () => {
    const world = aWorld();
    world.see(T0, aFinding());
    world.post();
    world.see(T0 + 20 * MINUTE, aFinding({ host: 'dc-01', labels: 'app=ad env=prod' }));
    expect(world.post()).toEqual(['more broadcast dc-01']);
  });

  it('tells in the channel when an alert becomes graver', () => {
    const world = aWorld();
    world.see(T0, aFinding());
    world.post();
    world.see(T0 + MINUTE, aFinding({ severity: 'critical' }));
    expect(world.post()).toEqual(['escalated broadcast web-01']);
    expect(world.incidents()[0]?.severity).toBe('critical');
  });

  it('raises a high-value host one step', () => {
    const world = aWorld();
    world.see(T0, aFinding({ highValue: true }));
    expect(world.alert('web-01').severity).toBe('critical');
  });

  it('says once that all is over, and closes the incident', () => {
    const world = aWorld();
    world.see(T0, aFinding(), aFinding({ host: 'web-02' }));
    world.post();
    world.clear(T0 + 4 * HOUR, over('web-01', T0 + 4 * HOUR));
    expect(world.post()).toEqual([]);
    world.clear(T0 + 5 * HOUR, over('web-02', T0 + 5 * HOUR));
    expect(world.post()).toEqual(['resolved thread web-01,web-02']);
    expect(world.incidents().map(({ open }) => open)).toEqual([false]);
  });

  it('does not announce the end of something nobody has been told of: the root itself will say it', () => {
    const world = aWorld();
    world.see(T0, aFinding());
    world.clear(T0 + HOUR, over('web-01', T0 + HOUR));
    expect(world.post()).toEqual(['first root web-01']);
  });

  it('opens a new incident for the next alert after the end', () => {
    const world = aWorld();
    world.see(T0, aFinding());
    world.post();
    world.clear(T0 + 4 * HOUR, over('web-01', T0 + 4 * HOUR));
    world.post();
    world.see(T0 + 5 * HOUR, aFinding({ host: 'web-02' }));
    expect(world.post()).toEqual(['first root web-02']);
    expect(world.incidents()).toHaveLength(2);
  });

  it('shows an alert that comes back within its quiet period by an edit only, and its second end too', () => {
    const world = aWorld();
    world.see(T0, aFinding({ life: 'state' }));
    world.post();
    world.clear(T0 + 5 * MINUTE, over('web-01', T0 + 5 * MINUTE));
    expect(world.post()).toEqual(['resolved thread web-01']);
    world.see(T0 + 10 * MINUTE, aFinding({ life: 'state', at: T0 + 10 * MINUTE }));
    expect(world.post()).toEqual([]);
    expect(world.edits()).toBe(1);
    expect(world.alert('web-01').state).toBe('firing');
    world.clear(T0 + 15 * MINUTE, over('web-01', T0 + 15 * MINUTE));
    expect(world.post()).toEqual([]);
  });

  it('closes an incident nobody joined for a day, and opens another', () => {
    const world = aWorld();
    world.see(T0, aFinding());
    world.post();
    world.see(T0 + 25 * HOUR, aFinding({ host: 'web-02' }));
    expect(world.post()).toEqual(['first root web-02']);
  });

  it('tells every occurrence of a fact, within its quiet period too', () => {
    const world = aWorld();
    world.see(T0, aFinding({ life: 'once' }));
    world.post();
    world.see(T0 + 20 * MINUTE, aFinding({ life: 'once', at: T0 + 20 * MINUTE }));
    expect(world.post()).toEqual(['more broadcast web-01']);
    expect(world.alert('web-01')).toMatchObject({ state: 'told', count: 2 });
  });

  it('counts a snoozed alert without a word until the snooze is over', () => {
    const world = aWorld();
    world.see(T0, aFinding());
    world.post();
    world.snooze('web-01', T0 + 3 * HOUR);
    world.see(T0 + 2 * HOUR, aFinding({ at: T0 + 2 * HOUR, severity: 'critical' }));
    expect(world.post()).toEqual([]);
    expect(world.alert('web-01').count).toBe(2);
    world.see(T0 + 30 * HOUR, aFinding({ at: T0 + 30 * HOUR, severity: 'critical' }));
    expect(world.post()).toHaveLength(1);
  });

  it('opens one incident per host where the route asks for it, and one per channel where two routes match', () => {
    const match = { rules: [], minSeverity: 'info' as const, pce: undefined, labels: undefined };
    const world = aWorld([
      { match, channel: 'C1', groupBy: ['rule', 'subject'], notify: { error: 'S1' }, goOn: true },
      { match, channel: 'C2', groupBy: ['env'], notify: {}, goOn: false },
    ]);
    world.see(T0, aFinding(), aFinding({ host: 'web-02' }));
    expect(world.post().sort()).toEqual([
      'first root web-01',
      'first root web-01,web-02',
      'first root web-02',
    ]);
    expect(
      world
        .incidents()
        .map(({ channel }) => channel)
        .sort(),
    ).toEqual(['C1', 'C1', 'C2']);
  });

  it('marks what only the daily look back found, and says how late', () => {
    const world = aWorld();
    world.seeLate(T0 + 5 * HOUR, aFinding());
    expect(world.post()).toEqual(['late root web-01']);
    expect(plain(world.alert('web-01').story)).toContain('5 h after it happened');
  });

  it('folds what happened over an hour ago, after a downtime, into one message per rule, whatever the route groups by', () => {
    const match = { rules: [], minSeverity: 'info' as const, pce: undefined, labels: undefined };
    const world = aWorld([{ match, channel: 'C1', groupBy: ['rule', 'subject'], notify: {}, goOn: false }]);
    world.catchUp(
      T0 + 24 * HOUR,
      ...Array.from({ length: 8 }, (_, n) => aFinding({ host: `h${n}`, at: T0 + n * HOUR })),
      aFinding({ host: 'open', severity: 'critical' }),
      aFinding({ host: 'dc-01', highValue: true, severity: 'warning' }),
      aFinding({ host: 'now', at: T0 + 24 * HOUR }),
    );
    expect(world.post().sort()).toEqual([
      'digest root h0,h1,h2,h3,h4,h5,h6,h7',
      'first root dc-01',
      'first root now',
      'first root open',
    ]);
  });

  it.each<[string, boolean]>([
    ['an alert that comes back within its quiet period', false],
    ['another host', true],
  ])(
    'posts a root anew for %s when a person deleted it: nothing hangs on a message that is gone',
    (_, other) => {
      const world = aWorld();
      world.see(T0, aFinding({ life: 'state' }), aFinding({ life: 'state', host: 'web-02' }));
      world.post();
      if (!other) world.clear(T0 + MINUTE, over('web-01', T0 + MINUTE), over('web-02', T0 + MINUTE));
      world.post();
      world.unlink();
      world.see(
        T0 + 2 * MINUTE,
        aFinding({ life: 'state', at: T0 + 2 * MINUTE, host: other ? 'web-03' : 'web-01' }),
      );
      expect(world.post()[0]).toMatch(/^first root /);
    },
  );

  it('says what recurs harmlessly once a day, at its own severity, and what becomes grave at once', () => {
    const world = aWorld();
    const said: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      const at = T0 + n * 90 * MINUTE;
      world.see(at, aFinding(n < 2 ? { at } : { at, severity: 'warning', daily: true }));
      said.push(...world.post().map((line) => `${(at - T0) / HOUR} h ${line}`));
      if (n > 2) expect(world.alert('web-01').severity).toBe('warning');
    }
    // The first, its quiet hour over the second time; from then on a day passes, after which a message is a new one.
    expect(
      said.map((line) => line.split(' root ')[0]?.split(' thread ')[0]?.split(' broadcast ')[0]),
    ).toEqual(['0 h first', '1.5 h repeat', '4.5 h repeat', '28.5 h first', '52.5 h first']);
    const at = T0 + 61 * HOUR;
    world.see(at, aFinding({ at, severity: 'critical' }));
    expect(world.post()[0]).toMatch(/^escalated broadcast/);
  });
});
