import type { Connected } from '../app.ts';
import type { Label } from '../core/label.ts';
import type { PceSettings, Settings } from '../core/settings.ts';
import type { Workload } from '../core/workload.ts';
import { fails, holds, type Outcome } from './doctor-check.ts';

/** One PCE, and what is checked of it. What several checks need is read once: an estate may have 100,000 workloads. */
export interface Patient {
  readonly settings: PceSettings;
  readonly pce: Connected['pces'][number]['pce'];
  readonly all: Settings;
  /** Our clock, epoch ms. */
  readonly now: number;
  labels(): Promise<readonly Label[]>;
  workloads(): Promise<readonly Workload[]>;
}

export const patientOf = (
  { settings, pce }: Connected['pces'][number],
  all: Settings,
  now: number,
): Patient => ({
  settings,
  pce,
  all,
  now,
  labels: once(() => pce.allLabels()),
  workloads: once(async () => {
    const all: Workload[] = [];
    await pce.eachWorkload((workload) => {
      all.push(workload);
    });
    return all;
  }),
});

const once = <T>(read: () => Promise<T>): (() => Promise<T>) => {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read();
    return reading;
  };
};

/** Checks by the last part of their id, in the order they are shown. */
export type Checks = Readonly<Record<string, () => Promise<Outcome>>>;

const DAY_MS = 86_400_000;
/** The bot warns as long before (rule api-key-expiring, definitions §3). */
const EXPIRY_DAYS = 14;

/** Whether a key opens the PCE and its organisation. */
export const keyOutcome = async (
  { pce, settings }: Patient,
  key: 'read' | 'write' | 'traffic',
): Promise<Outcome> => {
  const access = await pce.checkAccess(key);
  if (access.ok) return holds(`accepted, organisation ${settings.org}`);
  const prefix = key === 'read' ? '' : `${key}_`;
  if (access.code === 'unauthorised')
    return fails(
      access.why,
      `Put a living API key into ${prefix}key and ${prefix}secret (it is wrong, has expired, or is pinned to other addresses), and check org.`,
    );
  if (access.code === 'forbidden' || access.code === 'not-found')
    return fails(
      access.why,
      `Set org to the number in the console's addresses (/orgs/N/), url to the PCE itself, and give ${prefix}key a role in that organisation.`,
    );
  return fails(access.why, 'Ask again when the PCE answers; its own health says why it does not.');
};

/** How long the read key lives, as far as the configuration says. */
export const expiryOutcome = ({ settings: { expires }, now }: Patient): Outcome => {
  if (expires === undefined) return holds('no `expires` is configured: nothing warns before the key ends');
  const days = Math.floor((expires - now) / DAY_MS);
  const day = new Date(expires).toISOString().slice(0, 10);
  if (days >= EXPIRY_DAYS) return holds(`${days} days left, until ${day}`);
  return fails(
    expires <= now ? `expired on ${day}` : `${days} days left, until ${day}`,
    'Make a new API key in the console, put it into key and secret, and set expires to its last day.',
  );
};
