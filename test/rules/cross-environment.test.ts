import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/core/flow.ts';
import { plain } from '../../src/core/text.ts';
import { crossEnvironment } from '../../src/rules/cross-environment.ts';
import { HOUR, MINUTE } from '../support/builders.ts';
import { anEnd } from '../support/flows.ts';
import { aContext, told } from '../support/rules.ts';
import { aTrafficLab, daysBefore, flowAt, host, type TrafficLab } from '../support/traffic-watching.ts';

const NOON = Date.UTC(2026, 10, 25, 12);
const dev = host('ci-01', 'app=build env=dev');
const shop = host('web-01', 'app=shop env=prod');
const dc = host('dc-01', 'role=dc env=prod');
const vault = host('vault-01', 'app=vault env=prod');

const ZONES = { zones: ['prod*', 'dev,test'], shared: ['role=dc'], highValue: ['app=vault'] };
const learnt = (settings = ZONES, days = 7): TrafficLab => {
  const lab = aTrafficLab([crossEnvironment], { context: aContext(settings) });
  lab.learn(daysBefore(NOON, days));
  return lab;
};
const at = NOON + 5 * MINUTE;
const flow = (
  from: typeof dev,
  to: typeof dev,
  decision: Flow['decision'] = 'allowed',
  service = '5432/tcp',
) => flowAt(from, to, service, at - MINUTE, { decision });
const PAIR = 'app=build env=dev → app=shop env=prod on 5432/tcp';

/** What is told within the hour, and what when it is over. */
const tellings = (flows: readonly Flow[], lab = learnt()): string[][] => [
  told(lab.poll(at, flows)),
  told(lab.poll(NOON + HOUR + MINUTE, [])),
];

describe('cross-environment', () => {
  it.each<[string, readonly Flow[], readonly string[]]>([
    ['an allowed edge from zone to zone', [flow(dev, shop)], [`warning ${PAIR}`]],
    ['one that would be blocked', [flow(dev, shop, 'potentially_blocked')], [`warning ${PAIR}`]],
    ['a blocked one crossed nothing', [flow(dev, shop, 'blocked')], []],
    ['an unknown one', [flow(dev, shop, 'unknown')], []],
    ['within a zone', [flow(host('test-01', 'app=build env=test'), dev)], []],
    [
      'from what no zone names, over the border of one',
      [flow(host('s-1', 'env=stage'), shop)],
      ['warning env=stage → app=shop env=prod on 5432/tcp'],
    ],
    ['a directory server serves all zones', [flow(dev, dc), flow(dc, dev)], []],
    [
      'an address that is no workload stands in no zone',
      [flow(anEnd('10.9.9.9'), shop), flow(dev, anEnd('192.0.2.9'))],
      [],
    ],
    ['a workload without labels neither', [flow(host('new-01', ''), shop)], []],
    [
      'two hosts of one group are one finding',
      [flow(dev, shop), flow(host('ci-02', 'app=build env=dev'), host('web-02', 'app=shop env=prod'))],
      [`warning ${PAIR}`],
    ],
    [
      'two services are two',
      [flow(dev, shop), flow(dev, shop, 'allowed', '22/tcp')],
      [`warning app=build env=dev → app=shop env=prod on 22/tcp`, `warning ${PAIR}`],
    ],
  ])('%s, told when the hour is over', (_, flows, expected) => {
    const [now, later] = tellings(flows);
    expect(now).toEqual([]);
    expect([...(later ?? [])].sort()).toEqual(expected);
  });

  it('what touches a high-value host is told at once, and once', () => {
    expect(tellings([flow(dev, vault)])).toEqual([
      ['warning app=build env=dev → app=vault env=prod on 5432/tcp'],
      [],
    ]);
  });

  it('is off until the configuration says which zones there are', () => {
    expect(tellings([flow(dev, shop), flow(dev, vault)], learnt({ ...ZONES, zones: [] }))).toEqual([[], []]);
  });

  it('what was there on one of the last days is known', () => {
    const lab = aTrafficLab([crossEnvironment], { context: aContext(ZONES) });
    const day = Math.floor(NOON / (24 * HOUR)) - 9;
    lab.learn(daysBefore(NOON));
    lab.learn([day], [flowAt(dev, shop, '5432/tcp', day * 24 * HOUR + HOUR)]);
    expect(tellings([flow(dev, shop)], lab)).toEqual([[], []]);
  });

  it('while it is learning, and long after it happened, it goes into the digest', () => {
    const young = learnt(ZONES, 2);
    young.poll(at, [flow(dev, shop)]);
    const [first] = young.poll(NOON + HOUR + MINUTE, []);
    expect(first?.digest).toBe(true);
    expect(plain(first?.story ?? [])).toContain(
      'I have watched for 2 days only and am still learning what is usual.',
    );
    const late = learnt();
    late.poll(at, [flowAt(dev, shop, '5432/tcp', at - 61 * MINUTE)]);
    expect(late.poll(NOON + HOUR + MINUTE, [])[0]?.digest).toBe(true);
  });

  it('says who, where to, since when, and what was decided', () => {
    const lab = learnt();
    lab.poll(at, [flow(dev, shop), flow(host('ci-02', 'app=build env=dev'), shop)]);
    const [finding] = lab.poll(NOON + HOUR + MINUTE, []);
    expect(finding?.title).toBe('New traffic from app=build env=dev to app=shop env=prod on 5432/tcp');
    expect(plain(finding?.story ?? [])).toBe(
      'ci-01 and ci-02 (app=build env=dev) reached web-01 (app=shop env=prod) on 5432/tcp: 2 pairs that had not talked so in 14 days, allowed. ' +
        'Seen 12:04:00–12:04:00 UTC, reported 12:05 UTC.',
    );
    expect(finding?.workloads).toEqual([dev.href, shop.href, '/orgs/1/workloads/ci-02']);
  });

  it('a host that joins in the next hour is told again; nothing new is not', () => {
    const lab = learnt();
    lab.poll(at, [flow(dev, shop)]);
    expect(told(lab.poll(NOON + HOUR + MINUTE, []))).toEqual([`warning ${PAIR}`]);
    expect(told(lab.poll(NOON + 2 * HOUR + MINUTE, [flow(dev, shop)]))).toEqual([]);
    const joins = flowAt(host('ci-03', 'app=build env=dev'), shop, '5432/tcp', NOON + 2 * HOUR + 5 * MINUTE);
    lab.poll(NOON + 2 * HOUR + 10 * MINUTE, [joins]);
    expect(told(lab.poll(NOON + 3 * HOUR + MINUTE, []))).toEqual([`warning ${PAIR}`]);
  });
});
