import { describe, expect, it } from 'vitest';
import type { AlertRule, Finding, Observation } from '../../src/core/rule.ts';
import { plain } from '../../src/core/text.ts';
import type { GroupSums, HourSums } from '../../src/core/traffic/hours.ts';
import { blockedSpike } from '../../src/rules/blocked-spike.ts';
import { trafficSpike } from '../../src/rules/traffic-spike.ts';
import { anEstate, anEvent, HOUR, MINUTE } from '../support/builders.ts';
import { told, type Watching, watching } from '../support/rules.ts';
import { aTrafficLab, daysBefore, flowAt, host } from '../support/traffic-watching.ts';

const DAY = 24 * HOUR;
/** A Wednesday at ten, and the Saturday after it. */
const WEDNESDAY = Date.UTC(2026, 10, 25, 10);
const SATURDAY = WEDNESDAY + 3 * DAY;

const sums = (total: number): GroupSums => ({
  total,
  sources: [
    ['web-01', total - 10],
    ['web-02', 10],
  ],
  services: [['445/tcp', total]],
});

/** What a poll says once an hour is complete: sums by group, named as the rule's. */
const hourOf = (from: number, groups: Readonly<Record<string, number>>): Observation => {
  const hour: HourSums = {
    hour: from / HOUR,
    groups: Object.fromEntries(Object.entries(groups).map(([name, total]) => [name, sums(total)])),
  };
  return {
    kind: 'flows',
    pce: 'prod-east',
    now: from + HOUR + 25 * MINUTE,
    estate: anEstate(),
    edges: [],
    hours: [hour],
    daysKnown: 14,
  };
};

/** A rule that saw this hour on the days before, newest last. */
const learnt = (rule: AlertRule, at: number, group: string, totals: readonly number[]): Watching => {
  const watch = watching(rule);
  for (const [i, total] of totals.entries())
    watch.see(hourOf(at - (totals.length - i) * DAY, total === 0 ? {} : { [group]: total }));
  return watch;
};
const same = (days: number, total: number): number[] => Array.from({ length: days }, () => total);

describe('blocked-spike', () => {
  const found = (at: number, before: readonly number[], now: number): string[] =>
    told(
      learnt(blockedSpike, at, 'blocked env=prod', before).see(hourOf(at, { 'blocked env=prod': now }))
        .findings,
    );

  it.each<[string, readonly number[], number, readonly string[]]>([
    ['more than 200 where there is nothing as a rule', same(14, 0), 201, ['warning env=prod']],
    ['200 are not more than 200', same(14, 0), 200, []],
    ['more than four times the median', same(14, 100), 401, ['warning env=prod']],
    ['four times the median is not more', same(14, 100), 400, []],
    [
      'more than median + 6 × MAD, where the days differ much',
      [100, 300, 100, 300, 100, 300, 100, 300, 100, 300, 100, 300, 100, 300],
      1_401,
      ['warning env=prod'],
    ],
    ['within them', [100, 900, 100, 900, 100, 900, 100, 900, 100, 900, 100, 900, 100, 900], 2_000, []],
    [
      'one day that was mad does not make the next one usual',
      [...same(13, 50), 9_000],
      300,
      ['warning env=prod'],
    ],
    ['as ever', same(14, 5_000), 6_000, []],
    ['five days of the same kind are enough', same(7, 20), 900, ['warning env=prod']],
    ['with four it is still learning', same(6, 20), 90_000, []],
    ['at first it knows nothing', [], 90_000, []],
  ])('%s', (_, before, now, expected) => {
    expect(found(WEDNESDAY, before, now)).toEqual(expected);
  });

  it('a weekend is compared with weekends: three of them, as two give four samples', () => {
    const office = (days: number): number[] =>
      Array.from({ length: days }, (_, i) =>
        [0, 6].includes(new Date(SATURDAY - (days - i) * DAY).getUTCDay()) ? 10 : 3_000,
      );
    expect(found(SATURDAY, office(21), 900)).toEqual(['warning env=prod']);
    expect(found(SATURDAY, office(14), 900)).toEqual([]);
  });

  it('says the hour, the usual number, who makes it, and which groups are still learnt', () => {
    const watch = learnt(blockedSpike, WEDNESDAY, 'blocked env=prod', same(14, 40));
    watch.see(hourOf(WEDNESDAY - 30 * DAY, {}));
    const [finding] = watch.see(hourOf(WEDNESDAY, { 'blocked env=prod': 1_204 })).findings;
    expect(finding?.title).toBe('Unusually many blocked connections: env=prod');
    expect(plain(finding?.story ?? [])).toBe(
      'In the hour from 10:00 UTC, 1,204 connections from or to env=prod were blocked instead of about 40 at this hour. ' +
        'Most came from web-01 (1,194) and web-02 (10); they went to 445/tcp (1,204). Counted as what is new between polls, to about 10 min.',
    );
  });

  it('hours that were not watched are no samples: not zero, not usual', () => {
    const watch = watching(blockedSpike);
    for (const day of [13, 12, 9, 8]) watch.see(hourOf(WEDNESDAY - day * DAY, { 'blocked env=prod': 4_000 }));
    expect(watch.see(hourOf(WEDNESDAY, { 'blocked env=prod': 90_000 })).findings).toEqual([]);
  });

  it('an hour that comes twice counts once', () => {
    const watch = learnt(blockedSpike, WEDNESDAY, 'blocked env=prod', same(14, 40));
    const memory = JSON.stringify(watch.memory());
    watch.see(hourOf(WEDNESDAY - DAY, { 'blocked env=prod': 40 }));
    expect(JSON.stringify(watch.memory())).toBe(memory);
  });

  it('what it remembers is bounded: 50 groups, 21 days', () => {
    const watch = watching(blockedSpike);
    const groups = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`blocked app=a-${i}`, i + 1]));
    for (let day = 0; day < 30; day += 1) watch.see(hourOf(WEDNESDAY + day * DAY, groups));
    const { counts } = watch.memory() as { counts: object[] };
    expect(counts.length).toBe(24 * 21 + 1);
    expect(Object.keys(counts.at(-1) ?? {}).length).toBe(50);
  });
});

describe('traffic-spike', () => {
  const group = 'traffic env=prod*';
  it.each<[string, readonly number[], number, readonly string[]]>([
    ['5,000 where there is nothing as a rule', same(14, 0), 5_000, ['warning env=prod*']],
    ['4,999 are not enough', same(14, 0), 4_999, []],
    ['three times the median', same(14, 4_000), 12_000, ['warning env=prod*']],
    ['less than three times', same(14, 4_000), 11_999, []],
    ['still learning with four days', same(6, 10), 90_000, []],
  ])('%s', (_, before, now, expected) => {
    const watch = learnt(trafficSpike, WEDNESDAY, group, before);
    expect(told(watch.see(hourOf(WEDNESDAY, { [group]: now })).findings)).toEqual(expected);
  });

  it('does not see what blocked-spike counts, nor the other way round', () => {
    const watch = learnt(trafficSpike, WEDNESDAY, group, same(14, 10));
    expect(watch.see(hourOf(WEDNESDAY, { 'blocked env=prod': 90_000 })).findings).toEqual([]);
  });
});

describe('polls of traffic, hour after hour', () => {
  const [web, db, ci] = [host('web-01'), host('db-01'), host('ci-01', 'env=dev')];
  /** The buckets of a day as they stand then: one blocked connection a minute, and `more` in the hour before `now`. */
  const rows = (now: number, more = 0) => {
    const day = Math.floor(now / DAY) * DAY;
    return [
      flowAt(ci, db, '22/tcp', day, {
        last: new Date(now - MINUTE).toISOString(),
        connections: Math.floor((now - day) / MINUTE) + more,
        decision: 'blocked',
      }),
      flowAt(web, db, '443/tcp', day, {
        last: new Date(now - MINUTE).toISOString(),
        connections: Math.floor((now - day) / MINUTE),
      }),
    ];
  };
  /** Polls every 20 min for eight days, then a storm in the hour after `WEDNESDAY`. */
  const run = (
    before: (lab: ReturnType<typeof aTrafficLab>) => void = () => {},
    restarts = false,
  ): readonly Finding[] => {
    const lab = aTrafficLab([blockedSpike, trafficSpike], { restarts });
    lab.learn(daysBefore(WEDNESDAY - 9 * DAY));
    const found: Finding[] = [];
    for (let at = WEDNESDAY - 9 * DAY; at <= WEDNESDAY + 2 * HOUR; at += 20 * MINUTE) {
      if (at === WEDNESDAY) before(lab);
      const since = at - WEDNESDAY;
      found.push(...lab.poll(at, rows(at, since > 0 ? 7 * Math.min(60, since / MINUTE) : 0)));
    }
    return found;
  };

  it.each([[false], [true]])(
    'a storm is told once the hour is complete, for each group it touches (restarts %s)',
    (restarts) => {
      const found = run(() => {}, restarts);
      expect(told(found)).toEqual(['warning env=dev', 'warning env=prod']);
      expect(found[0]?.at).toBe(WEDNESDAY + HOUR + 40 * MINUTE);
      expect(plain(found[0]?.story ?? [])).toContain(
        'Most came from ci-01 (480); they went to 22/tcp (480).',
      );
    },
  );

  it.each([[false], [true]])(
    'a host whose mode changed today is not counted, also after a restart (%s)',
    (restarts) => {
      const changed = anEvent({
        event_type: 'workload.update',
        at: WEDNESDAY - MINUTE,
        resource_changes: [
          {
            resource: { workload: { href: ci.href, hostname: 'ci-01' } },
            changes: { enforcement_mode: { before: 'selective', after: 'full' } },
          },
        ],
      });
      expect(run((lab) => lab.changes([changed]), restarts)).toEqual([]);
    },
  );
});
