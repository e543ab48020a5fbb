import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type CalendarJob,
  type CalendarTime,
  startCalendar,
} from '../../../src/adapters/schedule/calendar.ts';
import { systemClock } from '../../../src/adapters/schedule/clock.ts';
import { virtualClock } from '../../pipelines/support.ts';
import { HOUR, MINUTE, SECOND } from '../../support/builders.ts';
import { fakeLog } from '../../support/fakes.ts';

/** Every second: the shortest time a calendar knows. */
const each = (run: CalendarJob['run']): CalendarJob => ({
  name: 'a job',
  when: { cron: '* * * * * *', zone: 'UTC' },
  run,
});

/** A job whose runs are told one by one. */
const counted = (work: () => Promise<void> = async () => {}) => {
  let runs = 0;
  const waiting: { readonly runs: number; readonly done: () => void }[] = [];
  return {
    runs: () => runs,
    after: (count: number) => new Promise<void>((done) => waiting.push({ runs: count, done })),
    run: async () => {
      runs += 1;
      for (const one of waiting) if (runs >= one.runs) one.done();
      await work();
    },
  };
};

const start = (...jobs: CalendarJob[]) => {
  const log = fakeLog();
  const calendar = startCalendar(jobs, { clock: systemClock, log });
  onTestFinished(calendar.stop);
  return { log, calendar };
};

describe('the calendar', () => {
  it('runs a job at its times, and goes on after a run that failed', async () => {
    const job = counted(async () => {
      throw new Error('on purpose');
    });
    const { log } = start(each(job.run));
    await job.after(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(log.lines.filter(({ level }) => level === 'warn')[0]).toMatchObject({
      message: 'a calendar job failed, the next one will be made',
      fields: { job: 'a job' },
    });
  });

  it('never runs a job beside itself, and waits for it at a stop', async () => {
    let end = (): void => {};
    let ended = false;
    const slow = counted(async () => {
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      ended = true;
    });
    const quick = counted();
    const { calendar } = start(each(slow.run), each(quick.run));
    await quick.after(3);
    expect(slow.runs()).toBe(1);
    const stopped = calendar.stop().then(() => ended);
    end();
    expect(await stopped).toBe(true);
  });

  it('refuses a zone that does not exist', () => {
    const nowhere: CalendarJob = { ...each(() => {}), when: { cron: '0 0 * * *', zone: 'Mars/Base' } };
    expect(() => startCalendar([nowhere], { clock: systemClock, log: fakeLog() })).toThrow();
  });
});

describe('a job of full hours', () => {
  /** Runs it from half past eight, 22 November, on a clock that is set by so much after a while. @returns when it ran, by the wall */
  const runsOf = async (
    utc: Extract<CalendarTime, { utc: unknown }>['utc'],
    hours: number,
    set: { readonly after: number; readonly by: number } = { after: 0, by: 0 },
    work = async (): Promise<void> => {},
  ) => {
    const clock = virtualClock(Date.parse('2026-11-22T08:30:00Z'));
    let shift = 0;
    const now = (): number => clock.now() + shift;
    const runs: string[] = [];
    const run = async (): Promise<void> => {
      runs.push(new Date(now()).toISOString().slice(8, 19));
      await work();
    };
    const log = fakeLog();
    const calendar = startCalendar([{ name: 'a job', when: { utc }, run }], {
      clock: { ...clock, now },
      log,
    });
    await clock.advance(set.after);
    shift = set.by;
    await clock.advance(hours * HOUR - set.after);
    await calendar.stop();
    await clock.advance(24 * HOUR);
    return { runs, log };
  };

  it.each([
    ['each hour', 3, ['22T09:00:00', '22T10:00:00', '22T11:00:00'], 'at each full hour'],
    [9, 49, ['22T09:00:00', '23T09:00:00', '24T09:00:00'], 'once a day'],
    [8, 24, ['23T08:00:00'], 'an hour of the day that is over comes tomorrow'],
    [0, 24, ['23T00:00:00'], 'midnight is the next day'],
  ] as const)('%s, for %d h: %j: %s, and not after a stop', async (utc, hours, expected, _) => {
    expect((await runsOf(utc, hours)).runs).toEqual(expected);
  });

  it.each([
    [
      'two hours ahead',
      2 * HOUR,
      ['22T10:51:00', '22T11:00:00', '22T12:00:00'],
      'a run is at most a minute late',
    ],
    [
      'an hour back',
      -HOUR,
      ['22T08:00:00', '22T09:00:00'],
      'the hours of the wall are kept, not those that were planned',
    ],
    ['90 s back', -90 * SECOND, ['22T09:00:00', '22T10:00:00'], 'no run is repeated'],
  ] as const)('when the clock is set %s: %j, %s', async (_, by, expected, __) => {
    const { runs } = await runsOf('each hour', 2, { after: 20 * MINUTE, by });
    expect(runs).toEqual(expected);
  });

  it('goes on after a run that failed', async () => {
    const { runs, log } = await runsOf('each hour', 3, undefined, async () => {
      throw new Error('on purpose');
    });
    expect(runs).toHaveLength(3);
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(3);
  });
});
