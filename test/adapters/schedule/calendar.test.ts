import { describe, expect, it, onTestFinished } from 'vitest';
import { type CalendarJob, startCalendar } from '../../../src/adapters/schedule/calendar.ts';
import { fakeLog } from '../../support/fakes.ts';

/** Every second: the shortest time a calendar knows. */
const each = (run: CalendarJob['run']): CalendarJob => ({
  name: 'a job',
  cron: '* * * * * *',
  zone: 'UTC',
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
  const calendar = startCalendar(jobs, { log });
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
    expect(() => startCalendar([{ ...each(() => {}), zone: 'Mars/Base' }], { log: fakeLog() })).toThrow();
  });
});
