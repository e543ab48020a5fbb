import { expect, it } from 'vitest';
import type { Flow } from '../../src/core/flow.ts';
import type { Observation } from '../../src/core/rule.ts';
import type { HourSums } from '../../src/core/traffic/hours.ts';
import { blockedSpike } from '../../src/rules/blocked-spike.ts';
import { crossEnvironment } from '../../src/rules/cross-environment.ts';
import { portScan } from '../../src/rules/port-scan.ts';
import { slowScan } from '../../src/rules/slow-scan.ts';
import { sweep } from '../../src/rules/sweep.ts';
import { trafficSpike } from '../../src/rules/traffic-spike.ts';
import { anEstate, HOUR, MINUTE, SECOND } from '../support/builders.ts';
import { aContext, told, watching } from '../support/rules.ts';
import { aTrafficLab, flowAt, host } from '../support/traffic-watching.ts';

const DAY = 24 * HOUR;
const MONDAY = Date.UTC(2026, 10, 23);
const SERVICES = ['53/udp', '88/tcp', '123/udp', '135/tcp', '389/tcp', '445/tcp', '464/tcp', '636/tcp'];
const members = Array.from({ length: 500 }, (_, i) => host(`pc-${i}`, 'app=office env=prod'));
const controllers = [host('dc-1', 'role=dc env=core'), host('dc-2', 'role=dc env=core')];
const monitor = host('monitor', 'role=monitoring env=core');
const [member = monitor, controller = monitor] = [members[7], controllers[0]];
/** As the example configuration has it: one border, and who serves both sides of it. */
const context = aContext({ zones: ['prod*'], shared: ['role=dc', 'role=monitoring'] });

/** Connections of a bucket since midnight: more of them during the day, some at night. */
const since = (day: number, now: number): number => {
  const hours = (now - day) / HOUR;
  return Math.floor(4 * hours + 40 * Math.max(0, Math.min(hours, 18) - 8));
};

/** The day's buckets: of a fifth both ends tell, and most begin in the first minutes of the day. */
function* bucketsOf(day: number): Iterable<Flow> {
  for (const direction of ['inbound', 'outbound'] as const) {
    for (const [i, one] of members.entries()) {
      if (direction === 'outbound' && i % 5 !== 0) continue;
      for (const to of controllers)
        for (const [s, service] of SERVICES.entries())
          yield flowAt(one, to, service, day + ((i * 7 + s) % 600) * SECOND, { direction });
      yield flowAt(monitor, one, '5666/tcp', day + (i % 300) * SECOND, { direction });
    }
  }
  // A few that were never allowed and never stop trying.
  for (const [i, one] of members.slice(0, 20).entries())
    yield flowAt(one, controller, '3389/tcp', day + i * SECOND, { decision: 'blocked' });
}

let buckets: { readonly day: number; readonly flows: readonly Flow[] } = { day: 0, flows: [] };

/** The buckets as they stand at a time. */
const usual = (now: number): Flow[] => {
  const day = Math.floor(now / DAY) * DAY;
  if (buckets.day !== day) buckets = { day, flows: [...bucketsOf(day)] };
  const counted = { connections: 1 + since(day, now), lastAt: now - MINUTE };
  return buckets.flows.map((flow) => ({ ...flow, ...counted }));
};

/** Hours of a day as they were on an earlier day. */
const asOf = (hours: readonly HourSums[], ago: number): readonly HourSums[] =>
  hours.map(({ hour, groups }) => ({ hour: hour - 24 * ago, groups }));

it('three days of an office, two midnights, a reboot, an outage and late flows give no alert; a scan and a sweep in it do', () => {
  const lab = aTrafficLab([portScan, sweep, slowScan, crossEnvironment], { context });
  const spikes = [blockedSpike, trafficSpike].map((rule) => watching(rule, { context }));
  const hourly = (hours: readonly HourSums[], now: number): string[] => {
    const seen: Observation = {
      kind: 'flows',
      pce: 'prod-east',
      now,
      estate: anEstate(),
      edges: [],
      hours,
      daysKnown: 14,
    };
    return spikes.flatMap((rule) => told(rule.see(seen).findings));
  };
  // The learning days: who talked on each, and how much at which hour. Two weeks of them were as this Monday is.
  for (const ago of [4, 3, 2, 1]) lab.learn([MONDAY / DAY - ago], usual(MONDAY - ago * DAY + 23 * HOUR));
  const hoursOf: HourSums[] = [];
  const alerts: string[] = [];
  const poll = (at: number, more: readonly Flow[] = []): string[] => {
    const found = lab.poll(at, [...usual(at), ...more]);
    const { hours } = lab.last();
    hoursOf.push(...hours);
    return [...told(found), ...hourly(hours, at)];
  };
  const watch = (from: number, to: number): void => {
    for (let at = from; at <= to; at += 30 * MINUTE) alerts.push(...poll(at));
  };

  // Monday, whole: what it holds becomes what is usual.
  watch(MONDAY + 5 * MINUTE, MONDAY + 25 * HOUR);
  expect(hoursOf.length).toBeGreaterThan(20);
  for (const ago of [14, 13, 12, 11, 10, 7, 6, 5, 4, 3]) hourly(asOf(hoursOf, ago), MONDAY);

  // Over Monday's and Tuesday's midnight; on Tuesday at ten a hundred members restart and ask for everything anew.
  const reboot = MONDAY + 34 * HOUR + 5 * MINUTE;
  watch(MONDAY + 25 * HOUR + 30 * MINUTE, reboot - 30 * MINUTE);
  const again = members
    .slice(0, 100)
    .flatMap((one) =>
      SERVICES.map((service) => flowAt(one, controller, service, reboot - MINUTE, { connections: 40 })),
    );
  alerts.push(...poll(reboot, again));
  watch(reboot + 30 * MINUTE, MONDAY + 52 * HOUR);

  // On Wednesday the PCE is away for three hours; then comes what happened meanwhile, and five services that somebody first
  // used two minutes apart, delivered in one piece.
  const back = MONDAY + 55 * HOUR;
  const opened = SERVICES.slice(0, 5).map((_, i) =>
    flowAt(member, controller, `${8_000 + i}/tcp`, back - 2 * HOUR + i * 2 * MINUTE, { decision: 'blocked' }),
  );
  const late = members
    .slice(0, 60)
    .map((one, i) => flowAt(one, controller, '636/tcp', back - 2 * HOUR - i * SECOND, { connections: 9 }));
  alerts.push(...poll(back, [...opened, ...late]));
  watch(back + 30 * MINUTE, MONDAY + 71 * HOUR);
  expect(alerts).toEqual([]);

  const then = MONDAY + 71.5 * HOUR;
  const seen = then - 8 * MINUTE;
  const scan = Array.from({ length: 900 }, (_, i) =>
    flowAt(members[3] ?? monitor, controllers[1] ?? monitor, `${10_000 + i}/tcp`, seen + (i % 50) * SECOND, {
      decision: 'blocked',
    }),
  );
  const wide = members
    .slice(100, 300)
    .map((one, i) => flowAt(members[4] ?? monitor, one, '445/tcp', seen + (i % 50) * SECOND));
  expect(poll(then, [...scan, ...wide])).toEqual(['error pc-3', 'error pc-4']);
  expect(poll(then + 5 * MINUTE, [...scan, ...wide])).toEqual([]);
  // 900 blocked connections where there are about eighty an hour: told when the hour is complete.
  const after = [30, 55].flatMap((minutes) => poll(then + minutes * MINUTE, [...scan, ...wide]));
  expect(after.sort()).toEqual(['warning env=core', 'warning env=prod']);
}, 240_000);
