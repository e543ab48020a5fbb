import { describe, expect, it } from 'vitest';
import { PceError } from '../../src/core/ports.ts';
import { anAlert } from '../support/asking.ts';
import { MINUTE } from '../support/builders.ts';
import { aBench, type Bench, done, JO, OLD, QUARANTINED, REASON, stateOf } from './responding-bench.ts';

const HOUR = 60 * MINUTE;

/** web-01 in quarantine for an hour. */
const held = async (ending: 'ask' | 'release', more: Parameters<typeof aBench>[0] = {}): Promise<Bench> => {
  const bench = await aBench(more);
  const draft = await bench.open('web-01');
  await done(bench.submit(draft, { ...REASON, review: String(HOUR), ending }));
  expect(bench.labels('web-01')).toBe(QUARANTINED);
  return bench;
};

const reminders = (bench: Bench): number =>
  bench.chat.posts.filter(({ key }) => key.startsWith('review.')).length;

const press = async (bench: Bench, verb: 'extend' | 'keep', person = JO): Promise<string> => {
  const [row] = await bench.responses('web-01');
  const said: string[] = [];
  await bench.responding.review(verb, {
    id: row?.id ?? '',
    person,
    channel: 'C0SOC',
    say: async ({ mrkdwn }) => void said.push(mrkdwn),
  });
  return said.join();
};

describe('the end of the time of a quarantine', () => {
  it('is reminded of 30 min before, at the time, and hourly for 4 h; never released unasked', async () => {
    const bench = await held('ask');
    const seen: number[] = [];
    for (const minutes of [29, 1, 30, 60, 60, 60, 60, 600]) {
      bench.clock.advance(minutes * MINUTE);
      await bench.responding.tend();
      seen.push(reminders(bench));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 6]);
    expect(bench.labels('web-01')).toBe(QUARANTINED);
  });

  it('extended by 4 h it is reminded of again then; somebody without the role is refused', async () => {
    const bench = await held('ask');
    bench.clock.advance(HOUR);
    await bench.responding.tend();
    expect(await press(bench, 'extend', { team: 'T1', user: 'U0VIC' })).toContain("You can't extend");
    expect(await press(bench, 'extend')).toContain('to be reviewed');
    const before = reminders(bench);
    bench.clock.advance(3 * HOUR + 29 * MINUTE);
    await bench.responding.tend();
    expect(reminders(bench)).toBe(before);
    bench.clock.advance(MINUTE);
    await bench.responding.tend();
    expect(reminders(bench)).toBe(before + 1);
  });

  it('kept, nobody is reminded any more', async () => {
    const bench = await held('ask');
    await press(bench, 'keep');
    bench.clock.advance(9 * HOUR);
    await bench.responding.tend();
    expect(reminders(bench)).toBe(0);
    expect(bench.labels('web-01')).toBe(QUARANTINED);
  });
});

describe('a quarantine that is to be released by itself', () => {
  it('is released at its time, once', async () => {
    const bench = await held('release');
    bench.clock.advance(HOUR - 1);
    await bench.responding.tend();
    expect(bench.labels('web-01')).toBe(QUARANTINED);
    bench.clock.advance(1);
    await bench.responding.tend();
    await bench.responding.tend();
    expect(bench.labels('web-01')).toBe(OLD);
    expect(bench.puts()).toBe(2);
    expect(await stateOf(bench)).toEqual(['done', 'done']);
  });

  it('is asked about instead when the host is not as it was, and released once it is again', async () => {
    const bench = await held('release');
    const href = bench.host('web-01');
    bench.sim.control.workload({ href, enforcement_mode: 'visibility_only' });
    bench.clock.advance(HOUR);
    await bench.responding.tend();
    expect(bench.labels('web-01')).toBe(QUARANTINED);
    expect(JSON.stringify(bench.chat.posts)).toContain('Its enforcement went from full to visibility_only');
    bench.sim.control.workload({ href, enforcement_mode: 'full' });
    bench.clock.advance(10 * MINUTE);
    await bench.responding.tend();
    expect(bench.labels('web-01')).toBe(OLD);
  });

  it('is asked about instead while an alert of the host fires', async () => {
    const bench = await held('release');
    await bench.store.commit([
      { type: 'alert-fired', alert: anAlert({ pce: 'lab', workloads: [bench.host('web-01')] }) },
    ]);
    bench.clock.advance(HOUR);
    await bench.responding.tend();
    expect(bench.labels('web-01')).toBe(QUARANTINED);
    expect(JSON.stringify(bench.chat.posts)).toContain('an alert of the host is firing');
  });

  it('fault 36: the bot was down at the time: released within a look after an outage of up to 1 h', async () => {
    const bench = await held('release');
    bench.clock.advance(2 * HOUR);
    await bench.again().tend();
    expect(bench.labels('web-01')).toBe(OLD);
  });

  it('fault 36: down for longer: never released unseen, asked at the first look', async () => {
    const bench = await held('release');
    bench.clock.advance(2 * HOUR + 1);
    await bench.again().tend();
    expect(bench.labels('web-01')).toBe(QUARANTINED);
    expect(JSON.stringify(bench.chat.posts)).toContain('its time passed more than 1 h ago');
  });

  it('fault 36: the PCE was down at the time: asked meanwhile, released when it answers within the hour', async () => {
    let down = false;
    const bench = await held('release', {
      pce: (real) => ({
        ...real,
        workload: async (...args) => {
          if (down) throw new PceError('unavailable', 'it is away');
          return real.workload(...args);
        },
      }),
    });
    down = true;
    bench.clock.advance(HOUR);
    await bench.responding.tend();
    expect(reminders(bench)).toBe(1);
    down = false;
    bench.clock.advance(30 * MINUTE);
    await bench.responding.tend();
    expect(bench.labels('web-01')).toBe(OLD);
  });
});

describe('the brake and the budget', () => {
  it('disarmed: nothing is written, whoever asks; armed again it works', async () => {
    const bench = await aBench();
    const at = bench.clock.now();
    const brake = { by: JO, byName: 'jo', at, until: at + HOUR, why: 'strange clicks' };
    await bench.store.commit([{ type: 'disarmed', brake }]);
    expect(await bench.respond('web-01')).toContain('jo pulled the brake');
    expect(bench.puts()).toBe(0);
    await bench.store.commit([{ type: 'rearmed' }]);
    await bench.respond('web-01');
    expect(bench.puts()).toBe(1);
  });

  it('the sixth quarantine of one responder in an hour is refused with when the next is free', async () => {
    const bench = await aBench();
    const hosts = ['web-01', 'web-02', 'app-01', 'app-02', 'db-01'];
    for (const host of hosts) await bench.respond(host);
    expect(bench.puts()).toBe(5);
    expect(await bench.respond('db-02')).toContain('you have used 5 of 5 in 1 h');
    expect(bench.puts()).toBe(5);
    bench.clock.advance(HOUR);
    await bench.respond('db-02');
    expect(bench.puts()).toBe(6);
  });

  it('a dry run does everything but the write, and says so', async () => {
    const { limits } = (await import('../support/responding.ts')).unbounded;
    const bench = await aBench({ limits: { ...limits, dryRun: true } });
    expect(await bench.respond('web-01')).toContain(
      'Dry run: everything was checked and nothing was written',
    );
    expect(bench.puts()).toBe(0);
  });
});
