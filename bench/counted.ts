import { systemClock } from '../src/adapters/schedule/clock.ts';
import { openFileStore } from '../src/adapters/store/file.ts';
import { silent } from './silent.ts';

/**
 * How often the alerts of firewall tampering fired, as the files of a bot that was stopped hold it: those of hosts. The story of many
 * hosts counts for itself.
 */
export const counted = async (folder: string): Promise<number> => {
  const store = await openFileStore({ folder, log: silent, clock: systemClock });
  const alerts = (await store.firing()).filter(
    ({ rule, subject }) => rule === 'firewall-tampering' && subject.kind !== 'pce',
  );
  await store.close();
  return alerts.reduce((sum, { count }) => sum + count, 0);
};
