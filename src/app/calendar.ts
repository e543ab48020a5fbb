import type { CalendarJob } from '../adapters/schedule/calendar.ts';
import { createDailyLine } from '../pipelines/daily-line.ts';
import { anchorLine } from '../views/anchor.ts';
import type { Base } from './base.ts';
import type { RunDeps } from './run.ts';

/** When the line a day and the newest hash of the audit log are said, and when samples are taken. */
const DAILY = { utc: 9 } as const;
const HOURLY = { utc: 'each hour' } as const;

/** What goes by the clock on the wall (design §3), each in its zone. */
export const calendarJobs = (
  { settings, meter, troubles, clock, audit, announced }: Base,
  { desks, boards, status }: RunDeps,
): readonly CalendarJob[] => [
  { name: 'line a day', when: DAILY, run: createDailyLine({ status, meter, troubles, clock }) },
  {
    name: 'audit anchor',
    when: DAILY,
    run: async () => announced(`anchor.${audit.head().seq}`, anchorLine(audit.head())),
  },
  { name: 'audit files', when: DAILY, run: async () => void (await audit.removeOld()) },
  ...[...desks].map(([pce, { sampling }]) => ({
    name: `${pce} samples`,
    when: HOURLY,
    run: () => meter.run({ pce, job: 'samples' }, sampling.hourly),
  })),
  ...(settings.digests ?? []).map(({ channel, cron, zone }, n) => ({
    name: `digest ${n + 1}`,
    when: { cron, zone },
    run: () => boards.digest(channel),
  })),
];
