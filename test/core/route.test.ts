import { describe, expect, it } from 'vitest';
import { destinations, type Routed, routesWith } from '../../src/core/route.ts';
import type { Route } from '../../src/core/settings.ts';
import { labels, T0 } from '../support/builders.ts';

const channels = {
  fallthrough: 'C0DEFAULT',
  fallback: 'C0BACK',
  admin: 'C0ADM',
  announce: undefined,
  share: [],
};

type RouteParts = Partial<Omit<Route, 'match'>> & { readonly match?: Partial<Route['match']> };
const aRoute = ({ match, ...parts }: RouteParts = {}): Route => ({
  channel: 'C0SOC',
  groupBy: ['rule'],
  notify: {},
  goOn: false,
  ...parts,
  match: { rules: [], minSeverity: 'info', pce: undefined, labels: undefined, ...match },
});

const anAlert = (parts: Partial<Omit<Routed, 'labels'>> & { readonly labels?: string } = {}): Routed => ({
  pce: 'prod-east',
  rule: 'firewall-tampering',
  severity: 'error',
  fingerprint: 'f1',
  ...parts,
  labels: [labels(parts.labels ?? 'app=shop env=prod')],
});

const channelsOf = (alert: Routed, ...routes: RouteParts[]): string[] =>
  destinations(alert, { routes: routes.map(aRoute), channels }, T0).map(({ channel }) => channel);
const keyOf = (alert: Routed, route: RouteParts): string | undefined =>
  destinations(alert, { routes: [aRoute(route)], channels }, T0)[0]?.key;

describe('where an alert is told', () => {
  const cases: (readonly [string, Routed, readonly RouteParts[], readonly string[]])[] = [
    ['without routes: in the default channel', anAlert(), [], ['C0DEFAULT']],
    [
      'in the channel of the first route that matches',
      anAlert(),
      [{ channel: 'C1' }, { channel: 'C2' }],
      ['C1'],
    ],
    [
      'the health of a PCE below the floor of a route: in the next one',
      anAlert({ rule: 'pce-health', severity: 'warning' }),
      [{ channel: 'C1', floor: 'error' }, { channel: 'C2' }],
      ['C2'],
    ],
    [
      'the health of a PCE at the floor of a route: there',
      anAlert({ rule: 'pce-health', severity: 'error' }),
      [{ channel: 'C1', floor: 'error' }, { channel: 'C2' }],
      ['C1'],
    ],
    [
      'the floor is for the health of a PCE alone',
      anAlert({ rule: 'ven-offline', severity: 'warning' }),
      [{ channel: 'C1', floor: 'error' }, { channel: 'C2' }],
      ['C1'],
    ],
    [
      'in those after it where the route says so',
      anAlert(),
      [{ channel: 'C1', goOn: true }, { channel: 'C2' }, { channel: 'C3' }],
      ['C1', 'C2'],
    ],
    [
      'once, where two routes name the same place',
      anAlert(),
      [
        { channel: 'C1', goOn: true },
        { channel: 'C1', goOn: true },
      ],
      ['C1'],
    ],
    [
      'where no route matches: in the default channel',
      anAlert({ severity: 'info' }),
      [{ channel: 'C1', match: { minSeverity: 'warning' } }],
      ['C0DEFAULT'],
    ],
    [
      'by severity from that one upwards',
      anAlert({ severity: 'critical' }),
      [{ channel: 'C1', match: { minSeverity: 'error' } }],
      ['C1'],
    ],
    [
      'by rule',
      anAlert({ rule: 'ven-offline' }),
      [{ channel: 'C1', match: { rules: ['ven-suspended', 'ven-offline'] } }],
      ['C1'],
    ],
    ['not by another rule', anAlert(), [{ channel: 'C1', match: { rules: ['ven-offline'] } }], ['C0DEFAULT']],
    [
      'by PCE',
      anAlert({ pce: 'prod-west' }),
      [{ channel: 'C1', match: { pce: 'prod-east' } }],
      ['C0DEFAULT'],
    ],
    ['by labels', anAlert(), [{ channel: 'C1', match: { labels: 'env=prod app=shop' } }], ['C1']],
    [
      'not where one of the labels differs',
      anAlert({ labels: 'env=dev app=shop' }),
      [{ channel: 'C1', match: { labels: 'env=prod app=shop' } }],
      ['C0DEFAULT'],
    ],
    [
      'not by labels of a host without any',
      { ...anAlert(), labels: [] },
      [{ channel: 'C1', match: { labels: 'env!=prod' } }],
      ['C0DEFAULT'],
    ],
  ];
  const weekday = { days: [1, 2, 3, 4, 5], from: 0, to: 24 * 60, zone: 'UTC' };
  cases.push(
    ['in each of several channels', anAlert(), [{ channel: 'C1', also: ['C2'] }], ['C1', 'C2']],
    [
      'in the channel a label names',
      anAlert({ labels: 'team=pay app=shop' }),
      [{ channel: 'C1', byLabel: { key: 'team', channels: { pay: 'C2' } } }],
      ['C2'],
    ],
    [
      'in the route’s own channel where the label names none',
      anAlert(),
      [{ channel: 'C1', byLabel: { key: 'team', channels: { pay: 'C2' } } }],
      ['C1'],
    ],
    [
      'not by a route outside its hours',
      anAlert(),
      [{ channel: 'C1', hours: weekday }, { channel: 'C2' }],
      ['C2'],
    ],
  );
  for (const [sentence, alert, routes, expected] of cases)
    it(sentence, () => expect(channelsOf(alert, ...routes)).toEqual(expected));

  it('two hosts share an incident by rule, and have their own by subject or label', () => {
    const one = anAlert();
    const two = anAlert({ fingerprint: 'f2', labels: 'app=erp env=prod' });
    for (const [groupBy, same] of [
      [['rule'], true],
      [['rule', 'subject'], false],
      [['rule', 'env'], true],
      [['rule', 'app'], false],
      [['rule', 'none'], true],
    ] as const)
      expect([groupBy, keyOf(one, { groupBy }) === keyOf(two, { groupBy })]).toEqual([groupBy, same]);
  });

  it('two rules, two PCEs or two channels never share one', () => {
    const keys = [
      keyOf(anAlert(), {}),
      keyOf(anAlert({ rule: 'ven-offline' }), {}),
      keyOf(anAlert({ pce: 'prod-west' }), {}),
      keyOf(anAlert(), { channel: 'C1' }),
    ];
    expect(new Set(keys).size).toBe(4);
  });

  it('mentions whom the route names for this severity, nobody else', () => {
    const settings = { routes: [aRoute({ notify: { critical: 'S0LEADS' } })], channels };
    expect(destinations(anAlert({ severity: 'critical' }), settings, T0)[0]?.mention).toBe('S0LEADS');
    expect(destinations(anAlert(), settings, T0)[0]?.mention).toBeUndefined();
  });

  it('never puts two users into one message of a forged request, whatever the route groups by', () => {
    const key = (rule: string, fingerprint: string) =>
      keyOf(anAlert({ rule, fingerprint }), { groupBy: ['rule'] });
    expect(key('csrf', 'maya')).not.toBe(key('csrf', 'joe'));
    expect(key('authz-denied', 'maya')).toBe(key('authz-denied', 'joe'));
  });
});

describe('a rule with a channel of its own', () => {
  const routes = [
    aRoute({ channel: 'C1', match: { rules: ['csrf'] }, notify: { critical: 'S1' }, groupBy: ['subject'] }),
    aRoute({ channel: 'C2' }),
  ];
  const to = (rule: string, own: ReadonlyMap<string, string>): string[] =>
    destinations(
      anAlert({ rule, severity: 'critical' }),
      { routes: routesWith(routes, own), channels },
      T0,
    ).map(({ channel, mention }) => `${channel} ${mention}`);

  it('goes there alone, and mentions whom the file says for it; other rules go where they went', () => {
    const own = new Map([['csrf', 'C9']]);
    expect(to('csrf', own)).toEqual(['C9 S1']);
    expect(to('ven-lost', own)).toEqual(['C2 undefined']);
    expect(to('csrf', new Map())).toEqual(['C1 S1']);
  });
});
