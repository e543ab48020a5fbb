import { expect, it } from 'vitest';
import type { Flow } from '../../src/core/flow.ts';
import { portScan } from '../../src/rules/port-scan.ts';
import { slowScan } from '../../src/rules/slow-scan.ts';
import { sweep } from '../../src/rules/sweep.ts';
import { HOUR, MINUTE, SECOND } from '../support/builders.ts';
import { told } from '../support/rules.ts';
import { aTrafficLab, flowAt, host } from '../support/traffic-watching.ts';

const DAY = 24 * HOUR;
const MONDAY = Date.UTC(2026, 10, 23);
const SERVICES = ['53/udp', '88/tcp', '123/udp', '135/tcp', '389/tcp', '445/tcp', '464/tcp', '636/tcp'];
const members = Array.from({ length: 500 }, (_, i) => host(`pc-${i}`, 'env=office'));
const controllers = [host('dc-1', 'role=dc'), host('dc-2', 'role=dc')];
const monitor = host('monitor', 'role=monitoring');

/** The day's buckets as they stand at a time: both ends tell of each, and most begin in the first minutes of the day. */
function* usual(now: number): Iterable<Flow> {
  const day = Math.floor(now / DAY) * DAY;
  const connections = 1 + Math.floor((now - day) / MINUTE);
  for (const direction of ['inbound', 'outbound'] as const) {
    for (const [i, member] of members.entries())
      for (const controller of controllers)
        for (const [s, service] of SERVICES.entries())
          yield flowAt(member, controller, service, day + ((i * 7 + s) % 600) * SECOND, {
            connections,
            direction,
          });
    for (const [i, member] of members.entries())
      yield flowAt(monitor, member, '5666/tcp', day + (i % 300) * SECOND, { connections, direction });
  }
}

it('three days of an office, two midnights, a reboot, an outage and late flows give no alert; a scan and a sweep in it do', () => {
  const lab = aTrafficLab([portScan, sweep, slowScan]);
  const days = [4, 3, 2, 1].map((ago) => MONDAY / DAY - ago);
  for (const day of days) lab.learn([day], usual(day * DAY + 12 * HOUR));
  const poll = (at: number, more: readonly Flow[] = []): string[] =>
    told(
      lab.poll(
        at,
        (function* () {
          yield* usual(at);
          yield* more;
        })(),
      ),
    );

  const quiet = [9, 23.9, 24.1, 24.4, 33, 47.9, 48.1].flatMap((hours) => poll(MONDAY + hours * HOUR));
  // A hundred members restart: what they ask for anew they asked for before.
  const at = MONDAY + 50 * HOUR;
  const reboot = members
    .slice(0, 100)
    .flatMap((member) =>
      SERVICES.map((service) =>
        flowAt(member, controllers[0] ?? member, service, at - MINUTE, { connections: 2 }),
      ),
    );
  quiet.push(...poll(at, reboot));
  // Three hours of nothing, then what happened meanwhile; five services that somebody first used two minutes apart.
  const late = at + 3 * HOUR;
  const opened = SERVICES.slice(0, 5).map((_, i) =>
    flowAt(
      members[7] ?? monitor,
      members[8] ?? monitor,
      `${8_000 + i}/tcp`,
      late - 2 * HOUR + i * 2 * MINUTE,
      { decision: 'blocked' },
    ),
  );
  quiet.push(...poll(late, opened));
  expect(quiet).toEqual([]);

  const then = late + 10 * MINUTE;
  const scan = Array.from({ length: 900 }, (_, i) =>
    flowAt(
      members[3] ?? monitor,
      controllers[1] ?? monitor,
      `${10_000 + i}/tcp`,
      then - 8 * MINUTE + (i % 50) * SECOND,
      { decision: 'blocked' },
    ),
  );
  const wide = members
    .slice(100, 300)
    .map((member, i) =>
      flowAt(members[4] ?? monitor, member, '445/tcp', then - 8 * MINUTE + (i % 50) * SECOND),
    );
  expect(poll(then, [...scan, ...wide])).toEqual(['error pc-3', 'error pc-4']);
  expect(poll(then + 5 * MINUTE, [...scan, ...wide])).toEqual([]);
}, 60_000);
