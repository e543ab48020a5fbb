import type { CalendarJob } from '../adapters/schedule/calendar.ts';
import { createDailyLine } from '../pipelines/daily-line.ts';
import { anchorLine } from '../views/anchor.ts';
import type { Base } from './base.ts';
import type { RunDeps } from './run.ts';

/** When the line a day and the newest hash of the audit log are said, and when samples are taken. */
const DAILY = { cron: '0 9 * * *', zone: 'UTC' } as const;
const HOURLY = { cron: '0 * * * *', zone: 'UTC' } as const;

/** What goes by the clock on the wall (design §3), each in its zone. */
export const calendarJobs = (
  { settings, meter, troubles, clock, audit, announced }: Base,
  { desks, boards, status }: RunDeps,
): readonly CalendarJob[] => [
  { name: 'line a day', ...DAILY, run: createDailyLine({ status, meter, troubles, clock }) },
  {
    name: 'audit anchor',
    ...DAILY,
    run: async () => announced(`anchor.${audit.head().seq}`, anchorLine(audit.head())),
  },
  { name: 'audit files', ...DAILY, run: async () => void (await audit.removeOld()) },
  ...[...desks].map(([pce, { sampling }]) => ({
    name: `${pce} samples`,
    ...HOURLY,
    run: () => meter.run({ pce, job: 'samples' }, sampling.hourly),
  })),
  ...(settings.digests ?? []).map(({ channel, cron, zone }, n) => ({
    name: `digest ${n + 1}`,
    cron,
    zone,
    run: () => boards.digest(channel),
  })),
];
