import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { actions } from '../actions/index.ts';
import type { ActionContext } from '../core/action.ts';
import { namedBy } from '../core/host-match.ts';
import { type Label, labelText, sameLabels } from '../core/label.ts';
import { releasePlan } from '../core/label-merge.ts';
import { PceError } from '../core/ports.ts';
import type { LabelChange } from '../core/response.ts';
import type { Settings } from '../core/settings.ts';
import { span } from '../core/text.ts';
import type { Workload } from '../core/workload.ts';
import { type Check, fails, holds, type Outcome, skipped } from './doctor-check.ts';
import type { Patient } from './doctor-patient.ts';

/** How often the host is read while its policy is waited for. */
const LOOK_MS = 1_000;

/** What a rehearsal replaced, on disk before it is written: the next one gives it back if this one was ended in between. */
const label = z.object({ href: z.string(), key: z.string(), value: z.string() });
const Left = z.object({
  pce: z.string(),
  href: z.string(),
  name: z.string(),
  change: z.object({ replaced: z.array(label), added: z.array(label) }),
});
type Left = z.infer<typeof Left>;

/**
 * Quarantines one named test host, waits for its policy, and gives its labels back whatever happened: what people will do in earnest,
 * seen to work before. A host that is guarded in any way is refused; rehearse on one that nothing depends on.
 */
export const rehearse = async (
  name: string,
  forMs: number,
  {
    patients,
    settings,
    folder,
  }: {
    readonly patients: readonly Patient[];
    readonly settings: Settings;
    readonly folder: string;
  },
): Promise<Check[]> => {
  const file = join(folder, 'rehearsal.json');
  const left = await leftOver(file);
  const checks: Check[] = [];
  const say = (id: string, outcome: Outcome): void => void checks.push({ id: `rehearse.${id}`, ...outcome });
  try {
    if (left !== undefined) {
      const patient = patients.find(({ pce }) => pce.name === left.pce);
      if (patient === undefined)
        throw new PceError('not-found', `PCE ${left.pce} is not configured any more`);
      say('left-over', await giveBack(patient, left));
      await rm(file);
    }
    const hosts = (
      await Promise.all(
        patients.map(async (patient) =>
          (await patient.workloads()).filter((one) => isCalled(one, name)).map((host) => ({ patient, host })),
        ),
      )
    ).flat();
    const [only, second] = hosts;
    if (only === undefined || second !== undefined) {
      say(
        'host',
        fails(
          only === undefined ? `no host is called ${name}` : `${hosts.length} hosts are called ${name}`,
          'Name one managed test host exactly, as the console shows it.',
        ),
      );
      return checks;
    }
    const { patient, host } = only;
    const plan = await planFor(patient, host, settings);
    if (!plan.ok) {
      say('host', fails(plan.why, 'Choose a managed host in full enforcement that nothing depends on.'));
      return checks;
    }
    say('host', holds(`${host.name}: ${labelText(host.labels)} → ${labelText(plan.intended)}`));
    await durably(file, { pce: patient.pce.name, href: host.href, name: host.name, change: plan.change });
    try {
      await patient.pce.takesWrites();
      await patient.pce.putLabels(host.href, plan.intended);
      say('quarantine', await readBack(patient, host.href, plan.intended));
      say('policy', await policySeen(patient, host.href, forMs));
    } finally {
      say('release', await giveBack(patient, { href: host.href, name: host.name, change: plan.change }));
      await rm(file);
    }
  } catch (error) {
    if (!(error instanceof PceError)) throw error;
    say(
      'pce',
      fails(
        error.message,
        `Mend what it says and run it again: what is left of it (${file}) is given back first.`,
      ),
    );
  }
  return checks;
};

const isCalled = ({ name, hostname }: Workload, wanted: string): boolean =>
  name.toLowerCase() === wanted.toLowerCase() || hostname.toLowerCase() === wanted.toLowerCase();

/** The plan of the action people use, on the same policy; refused for what is guarded: this has no second person. */
const planFor = async (patient: Patient, host: Workload, settings: Settings) => {
  const { pce } = patient;
  const quarantine = actions.find(({ id }) => id === 'quarantine');
  const guarded = namedBy(host, [
    ...settings.never,
    ...(await pce.ownHosts()),
    ...settings.management.sources,
    ...settings.protected,
    ...settings.highValue,
  ]);
  if (quarantine === undefined || guarded !== undefined)
    return { ok: false as const, why: `${host.name} is guarded (${guarded}): it is no host to rehearse on` };
  const wanted = Object.entries(settings.quarantine?.labels ?? {});
  const found = await Promise.all(wanted.map(([key, value]) => pce.findLabel(key, value)));
  const labels = found.filter((label): label is Label => label !== undefined);
  const peers = await patient.workloads();
  const context: ActionContext = {
    quarantine: settings.quarantine,
    quarantineLabels: labels.length === wanted.length && wanted.length > 0 ? labels : undefined,
    open: undefined,
    estate: { label: () => undefined },
    never: false,
    policy: { ok: true, policy: await pce.policy(), peers: () => peers, management: settings.management },
    mayWrite: patient.settings.write !== undefined,
  };
  return quarantine.plan(host, context);
};

const leftOver = async (file: string): Promise<Left | undefined> => {
  try {
    return Left.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Promise 4: what is replaced is on the disk before anything is written to the PCE. */
const durably = async (
  file: string,
  left: Omit<Left, 'change'> & { readonly change: LabelChange },
): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(left));
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const readBack = async ({ pce }: Patient, href: string, intended: readonly Label[]): Promise<Outcome> => {
  const now = await pce.workload(href, 'response');
  return now !== null && sameLabels(now.labels, intended)
    ? holds(`labels read back: ${labelText(now.labels)}`)
    : fails(
        `the labels are not those that were written: ${now === null ? 'the host is gone' : labelText(now.labels)}`,
        'Look in the audit events of the PCE who changed it at the same moment, and rehearse again.',
      );
};

/** Waits until new policy was received and applied, by the PCE's clock. */
const policySeen = async ({ pce }: Patient, href: string, forMs: number): Promise<Outcome> => {
  const started = Date.now();
  for (;;) {
    const host = await pce.workload(href, 'response');
    const { receivedAt = 0, appliedAt = 0, sync } = host?.policy ?? {};
    const changed = host?.updatedAt ?? 0;
    if (receivedAt >= changed && appliedAt >= receivedAt && sync === 'applied')
      return holds(
        `new policy received and applied ${span(Math.max(1_000, appliedAt - changed))} after the change`,
      );
    if (Date.now() - started >= forMs)
      return fails(
        `no new policy was applied within ${span(forMs)} (${receivedAt >= changed ? 'received, not applied' : 'none received'})`,
        'Look whether the VEN is online and its policy is not static, and whether a provisioned rule names the quarantine label.',
      );
    await sleep(LOOK_MS);
  }
};

/** Key by key, as a release does: what somebody else changed meanwhile stays. */
const giveBack = async (
  patient: Patient,
  { href, name, change }: { readonly href: string; readonly name: string; readonly change: LabelChange },
): Promise<Outcome> => {
  const { pce } = patient;
  const host = await pce.workload(href, 'response');
  if (host === null) return skipped(`${name} is no longer in the PCE`);
  const labels = await patient.labels();
  const today = ({ key, value }: Label): Label | undefined =>
    labels.find((one) => one.key === key && one.value === value);
  const { intended, notes } = releasePlan(host.labels, change, today);
  if (!sameLabels(intended, host.labels)) await pce.putLabels(href, intended);
  const outcome = await readBack(patient, href, intended);
  return outcome.ok === true && notes.length > 0
    ? { ...outcome, detail: `${outcome.detail}. ${notes.join(' ')}` }
    : outcome;
};
