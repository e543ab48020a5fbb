import { describe, expect, it } from 'vitest';
import { NAMED_IN_ROOT } from '../../src/core/alert.ts';
import { apply } from '../../src/core/apply.ts';
import { dispatch, type Weighed } from '../../src/core/dispatch.ts';
import { foldStorm, type WaitingRoot } from '../../src/core/fold.ts';
import type { Severity } from '../../src/core/severity.ts';
import { emptyState, type State } from '../../src/core/state.ts';
import { labels, T0 } from '../support/builders.ts';

interface Seen {
  readonly host: string;
  readonly rule?: string;
  readonly severity?: Severity;
  readonly highValue?: boolean;
}

const weighed = ({
  host,
  rule = 'firewall-tampering',
  severity = 'error',
  highValue = false,
}: Seen): Weighed => ({
  rule,
  life: 'burst',
  highValue,
  labels: [labels('app=shop env=prod')],
  finding: {
    subject: { kind: 'workload', href: `/orgs/1/workloads/${host}`, name: host },
    severity,
    at: T0,
    title: `On ${host}`,
    story: [],
    workloads: [`/orgs/1/workloads/${host}`],
    suggests: [],
    event: null,
  },
});

/** A channel in which every host has a root of its own waiting. */
const waitingFor = (seen: readonly Seen[]): State => {
  let ids = 0;
  const match = { rules: [], minSeverity: 'info' as const, pce: undefined, labels: undefined };
  const settings = {
    routes: [{ match, channel: 'C1', groupBy: ['rule', 'subject'], notify: {}, goOn: false }],
    channels: { fallthrough: 'C1', fallback: 'C1', admin: 'C1', announce: undefined, share: [] },
  };
  const state = emptyState();
  const deps = { pce: 'p', now: T0, settings, alertId: (one: string) => one, newId: () => `i${++ids}` };
  return apply(state, dispatch(seen.map(weighed), [], state, state, deps));
};

const rootsOf = (state: State): WaitingRoot[] =>
  [...state.deliveries.values()].flatMap((delivery) => {
    const incident = state.incidents.get(delivery.incident);
    if (incident === undefined || delivery.place !== 'root') return [];
    return [{ delivery, incident, alerts: incident.alerts.flatMap((one) => state.alerts.get(one) ?? []) }];
  });

/** The state after folding, and every host that some waiting delivery names. */
const folded = (seen: readonly Seen[]) => {
  const before = waitingFor(seen);
  const after = apply(before, foldStorm(rootsOf(before), T0, NAMED_IN_ROOT));
  const named = [...after.deliveries.values()].flatMap(({ alerts }) =>
    alerts.map((one) => after.alerts.get(one)?.subject.name),
  );
  return { roots: rootsOf(after), posts: after.deliveries.size, named: named.sort(), after };
};

const hosts = (n: number, more: Omit<Seen, 'host'> = {}, prefix = 'h'): Seen[] =>
  Array.from({ length: n }, (_, at) => ({ host: `${prefix}${at}`, ...more }));

describe('folding a storm', () => {
  it('leaves 15 waiting messages alone: they are out in 15 s', () => {
    expect(folded(hosts(15)).posts).toBe(15);
  });

  it('joins 300 of one rule into a root and a line that name all of them', () => {
    const { posts, roots, named } = folded(hosts(300));
    expect(posts).toBe(2);
    expect(roots[0]?.delivery.alerts).toHaveLength(NAMED_IN_ROOT);
    expect(named).toEqual(
      hosts(300)
        .map(({ host }) => host)
        .sort(),
    );
  });

  it('never joins critical or high-value ones with lower ones', () => {
    const { roots, named } = folded([
      ...hosts(40),
      ...hosts(3, { severity: 'critical' }, 'c'),
      ...hosts(2, { highValue: true }, 'v'),
    ]);
    const urgent = roots.filter(
      ({ incident, alerts }) => incident.severity === 'critical' || alerts.some((one) => one.highValue),
    );
    expect(
      urgent.every(({ alerts }) => alerts.every((one) => one.highValue || one.severity === 'critical')),
    ).toBe(true);
    expect(named).toHaveLength(45);
  });

  it('does not join different rules', () => {
    const { roots } = folded([...hosts(20), ...hosts(20, { rule: 'ven-offline' }, 'o')]);
    expect(new Set(roots.map(({ incident }) => incident.rule))).toEqual(
      new Set(['firewall-tampering', 'ven-offline']),
    );
    for (const { incident, alerts } of roots)
      expect(alerts.every(({ rule }) => rule === incident.rule)).toBe(true);
  });

  it('joins no more than needed: a small group keeps its own messages once the wait is short', () => {
    const { roots } = folded([...hosts(40), ...hosts(2, { rule: 'ven-offline' }, 'o')]);
    expect(roots.filter(({ incident }) => incident.rule === 'ven-offline')).toHaveLength(2);
  });

  it('lets a later finding of a folded host go into the joined incident', () => {
    const { after } = folded(hosts(20));
    const open = [...after.incidents.values()].filter((one) => one.open);
    expect(open).toHaveLength(1);
    expect(open[0]?.alerts).toHaveLength(20);
  });
});
