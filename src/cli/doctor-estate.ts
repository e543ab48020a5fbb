import type { PceError } from '../core/ports.ts';
import { counted, grouped } from '../core/text.ts';
import { attempt, fails, holds, type Outcome } from './doctor-check.ts';
import type { Checks, Patient } from './doctor-patient.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Looked for from the oldest on: a PCE keeps events 1 to 200 days, 30 by default (facts §2.1). */
const AGES_DAYS = [200, 90, 30, 14, 7, 1] as const;

/** What the bot reads all day. */
export const estateChecks = (patient: Patient): Checks => ({
  version: () => asked('the version', async () => holds(await patient.pce.version())),
  health: () => asked('health', () => health(patient)),
  events: () => asked('events', () => events(patient)),
  labels: () => asked('labels', async () => holds(counted((await patient.labels()).length, 'label'))),
  workloads: () => asked('workloads', () => workloads(patient)),
});

const asked = (what: string, look: () => Promise<Outcome>): Promise<Outcome> =>
  attempt(look, (error) =>
    fails(
      error.message,
      (error as PceError).code === 'forbidden'
        ? `Give the owner of the read key a role that may read ${what} of the whole organisation.`
        : `Ask again when the PCE answers; without ${what} the bot works half.`,
    ),
  );

/** Its state is the business of the rule pce-health; here it only matters whether it can be read. */
const health = async ({ pce }: Patient): Promise<Outcome> => {
  const reading = await pce.health();
  if (!reading.available) return holds(`${reading.why}: replaced by whether and how fast it answers`);
  const bad = reading.clusters.filter(({ level }) => level !== 'normal');
  const state = bad.map(({ fqdn, level }) => `${fqdn} says ${level}`).join(', ') || 'normal';
  return holds(`readable: ${state}${reading.nodeAvailable ? '' : ', no core node is available'}`);
};

const events = async ({ pce, now }: Patient): Promise<Outcome> => {
  const { events: found, rejected, completeFrom } = await pce.events(now - HOUR_MS, now);
  const unread = rejected.length === 0 ? '' : `, ${counted(rejected.length, 'more')} cannot be read`;
  const cut = completeFrom === undefined ? '' : ', and not all of them are handed out';
  return holds(`${grouped(found.length)} in the last hour${unread}${cut}; ${await reach({ pce, now })}`);
};

const reach = async ({ pce, now }: Pick<Patient, 'pce' | 'now'>): Promise<string> => {
  for (const days of AGES_DAYS)
    if (await pce.hasEventBefore(now - days * DAY_MS)) return `they reach back ${days} d or more`;
  return 'none is older than a day';
};

const workloads = async (patient: Patient): Promise<Outcome> => {
  const all = await patient.workloads();
  const managed = all.filter((one) => one.managed).length;
  return holds(`${counted(all.length, 'workload')}, ${grouped(managed)} managed`);
};
