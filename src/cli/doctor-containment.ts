import { OVERRIDE_DENY_VEN } from '../core/effect.ts';
import type { Label } from '../core/label.ts';
import { type Naming, namingOf } from '../core/naming.ts';
import { nearest } from '../core/nearest.ts';
import type { PceError } from '../core/ports.ts';
import type { QuarantineSettings } from '../core/settings.ts';
import { grouped, listed } from '../core/text.ts';
import { isAtLeast } from '../core/version.ts';
import type { Workload } from '../core/workload.ts';
import { attempt, fails, holds, type Outcome, skipped } from './doctor-check.ts';
import { effectOutcome } from './doctor-effect.ts';
import { type Checks, keyOutcome, type Patient } from './doctor-patient.ts';

/** What quarantine and traffic questions need of a PCE. */
export const containmentChecks = (patient: Patient): Checks => {
  const { quarantine } = patient.all;
  return {
    traffic: () => traffic(patient),
    ...(quarantine === undefined
      ? {}
      : {
          'write-key': () => writeKey(patient),
          'quarantine-labels': () => attempt(() => labels(patient, quarantine), unread),
          policy: () => attempt(() => policy(patient, quarantine), unread),
          effect: () => attempt(() => effect(patient, quarantine), unread),
          enforcement: () => attempt(() => enforcement(patient), unread),
        }),
  };
};

/** Said once for all PCEs (definitions §7.0). */
export const strategyOutcome = (quarantine: QuarantineSettings | undefined): Outcome =>
  holds(
    quarantine === undefined
      ? 'off: no strategy is chosen. deny adds a label that override-deny rules of yours name (PCE 24.2, VEN 22.3 or later); replace sets app, env and loc, and works in full enforcement alone'
      : `strategy ${quarantine.strategy}: ${labelsText(quarantine)}`,
  );

const unread = ({ message }: Error): Outcome => skipped(`cannot be read: ${message}`);

const labelsText = ({ labels: wanted }: QuarantineSettings): string =>
  Object.entries(wanted)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');

const traffic = async (patient: Patient): Promise<Outcome> => {
  const own = patient.settings.traffic !== undefined;
  if (own) {
    const access = await keyOutcome(patient, 'traffic');
    if (access.ok !== true) return access;
  }
  return attempt(
    async () => {
      await patient.pce.tryTraffic();
      return holds(`the ${own ? 'traffic' : 'read'} key may make traffic queries`);
    },
    (error) =>
      fails(
        error.message,
        (error as PceError).code === 'forbidden' || (error as PceError).code === 'unauthorised'
          ? `${own ? 'Give traffic_key and traffic_secret' : 'The read key may not make traffic queries: add traffic_key and traffic_secret with'} a key whose owner may (any role that sees Explorer); the bot only ever makes and deletes queries with it.`
          : 'Ask again when the PCE answers; until then /illumio top does not.',
      ),
  );
};

const writeKey = async (patient: Patient): Promise<Outcome> => {
  const { settings, all } = patient;
  if (settings.write === undefined)
    return all.pces.some(({ write }) => write !== undefined)
      ? holds('no write_key: quarantine is off on this PCE')
      : fails(
          'quarantine is configured, and no PCE has a write_key',
          'Add write_key and write_secret of an owner who may change labels of workloads, or remove quarantine.',
        );
  const access = await keyOutcome(patient, 'write');
  if (access.ok !== true) return access;
  const same = settings.write.key === settings.read.key;
  return holds(
    `accepted${same ? '. It is the read key: give each purpose a key of its own, so that what only reads cannot write' : ''}`,
  );
};

/** Each of the labels with those of the PCE that have exactly its key and value. */
const found = async (
  patient: Patient,
  quarantine: QuarantineSettings,
): Promise<{ readonly known: readonly Label[]; readonly matches: readonly (readonly Label[])[] }> => {
  const known = await patient.labels();
  const matches = Object.entries(quarantine.labels).map(([key, value]) =>
    known.filter((label) => label.key === key && label.value === value),
  );
  return { known, matches };
};

const labels = async (patient: Patient, quarantine: QuarantineSettings): Promise<Outcome> => {
  const { known, matches } = await found(patient, quarantine);
  const names = Object.entries(quarantine.labels).map(([key, value]) => `${key}=${value}`);
  const missing = names.filter((_, i) => matches[i]?.length === 0);
  const twice = names.filter((_, i) => (matches[i]?.length ?? 0) > 1);
  if (missing.length > 0) {
    const near = nearest(
      missing[0] ?? '',
      known.map(({ key, value }) => `${key}=${value}`),
    );
    return fails(
      `the PCE has no label ${listed(missing)}${near.length === 0 ? '' : `; nearest: ${near.join(', ')}`}`,
      'Create the label in the console and provision policy that names it, or name an existing one in quarantine.labels.',
    );
  }
  if (twice.length > 0)
    return fails(
      `${listed(twice)} is there more than once`,
      'Keep the one your policy names, delete others.',
    );
  return holds(`${listed(names)} ${names.length === 1 ? 'is' : 'are'} there, once`);
};

/** Strategy deny isolates by override-deny rules alone, strategy replace by what is allowed to its labels (definitions §7.0). */
const policy = async (patient: Patient, quarantine: QuarantineSettings): Promise<Outcome> => {
  if (quarantine.strategy === 'replace')
    return skipped(`what the active policy allows to ${labelsText(quarantine)} is not looked at yet`);
  const { matches } = await found(patient, quarantine);
  const wanted = matches.flatMap(([label]) => label ?? []);
  if (wanted.length === 0) return skipped('not looked at: the label is missing');
  const active = await patient.pce.policy();
  const namings = wanted.map((label) => ({ label, ...namingOf(active, label.href) }));
  const gaps = namings.flatMap(gapsOf);
  if (gaps.length > 0)
    return fails(
      `no active override-deny rule names ${listed(gaps)}`,
      'Write override-deny rules from everything to the label and from the label to everything, and provision them: without both a quarantined host is not isolated.',
    );
  const sets = [...new Set(namings.flatMap(({ deniedIn, deniedOut }) => [...deniedIn, ...deniedOut]))];
  return holds(`override-deny rules name it as source and destination: ${listed(sets, 3)}`);
};

const effect = async (patient: Patient, quarantine: QuarantineSettings): Promise<Outcome> => {
  const { matches } = await found(patient, quarantine);
  const wanted = matches.flatMap(([label]) => label ?? []);
  return effectOutcome(patient, wanted.length === matches.length ? wanted : undefined);
};

const gapsOf = ({
  label: { key, value },
  deniedIn,
  deniedOut,
}: { readonly label: Label } & Naming): string[] => [
  ...(deniedIn.length === 0 ? [`${key}=${value} as destination`] : []),
  ...(deniedOut.length === 0 ? [`${key}=${value} as source`] : []),
];

/** Where a label would isolate less than it says, or nothing (definitions §7.1), counted. */
const enforcement = async (patient: Patient): Promise<Outcome> => {
  const all = await patient.workloads();
  const managed = all.filter((one) => one.managed);
  const count = (mode: Workload['mode']): string =>
    `${grouped(managed.filter((one) => one.mode === mode).length)} ${mode}`;
  const where = (holdsFor: (one: Workload) => boolean): number => managed.filter(holdsFor).length;
  const weaker = [
    [
      where(({ policy: { updateMode } }) => updateMode === 'static'),
      'with static policy, which applies by hand',
    ],
    [
      where(({ ven }) => ven?.version !== undefined && !isAtLeast(ven.version, OVERRIDE_DENY_VEN)),
      `with a VEN before ${OVERRIDE_DENY_VEN}, which knows no override-deny rules`,
    ],
    [where(({ ven }) => ven?.kind === 'containerized'), 'that host containers, all of whose pods are cut'],
    [
      where(({ online, ven }) => online === false || ven?.status === 'suspended'),
      'offline or suspended now: there it takes effect when they return',
    ],
  ] as const;
  const named = weaker.flatMap(([hosts, what]) => (hosts === 0 ? [] : [`${grouped(hosts)} ${what}`]));
  return holds(
    `${count('full')}; refused on ${count('idle')}, ${count('visibility_only')} and ${grouped(all.length - managed.length)} unmanaged; on ${count('selective')} only inbound is stopped${named.length === 0 ? '' : `; ${named.join('; ')}`}`,
  );
};
