import { EFFECT_VERDICTS, type EffectVerdict, effectOf } from '../core/effect.ts';
import { type Label, labelText } from '../core/label.ts';
import { quarantinePlan } from '../core/label-merge.ts';
import { grouped, listed } from '../core/text.ts';
import type { Workload } from '../core/workload.ts';
import { fails, holds, type Outcome, skipped } from './doctor-check.ts';
import type { Patient } from './doctor-patient.ts';

/** Label groups looked at, the biggest first: each is held against every host and rule. */
const MOST_SAMPLES = 12;
const GROUP_KEYS = ['app', 'env'];

interface Sample {
  readonly host: Workload;
  /** `app=shop env=prod`. */
  readonly group: string;
  readonly hosts: number;
}

interface Judged extends Sample {
  readonly verdict: EffectVerdict;
  readonly rules: readonly string[];
  readonly management: 'open' | 'partly' | 'closed' | 'unknown';
}

/**
 * What the configured quarantine would do to one host of each of the biggest (app, env) groups, by the active policy
 * (definitions §7.1), and whether its management path stays open.
 * @param wanted the quarantine labels as the PCE has them; undefined when one is missing
 */
export const effectOutcome = async (
  patient: Patient,
  wanted: readonly Label[] | undefined,
): Promise<Outcome> => {
  if (wanted === undefined) return skipped('not looked at: the label is missing');
  const all = await patient.workloads();
  const samples = samplesOf(all, wanted);
  if (samples.length === 0) return skipped('no host enforces anything: there is nothing to isolate');
  const policy = await patient.pce.policy();
  const { management } = patient.all;
  const judged = samples.map((sample): Judged => {
    const { intended: after } = quarantinePlan(sample.host.labels, wanted);
    const effect = effectOf({ policy, workload: sample.host, after, peers: all, management });
    return {
      ...sample,
      verdict: effect.verdict,
      rules: [...new Set([...effect.openings.flatMap(({ rules }) => rules), ...effect.unread])],
      management: effect.management,
    };
  });
  const detail = `${verdictsText(judged)}; ${managementText(judged, management.services)}`;
  const useless = judged.filter(({ verdict }) => verdict === 'not isolated');
  if (useless.length === 0) return holds(detail);
  return fails(
    detail,
    `Provision rules that act on the label for ${listed(
      useless.map(({ group }) => group),
      3,
    )}: there a quarantine is refused, because it would stop nothing.`,
  );
};

/** One host that enforces something of each group, the biggest groups first; what is in quarantine already tells nothing. */
const samplesOf = (all: readonly Workload[], wanted: readonly Label[]): Sample[] => {
  const groups = new Map<string, { host: Workload; hosts: number }>();
  for (const host of all) {
    if (!host.managed || (host.mode !== 'full' && host.mode !== 'selective')) continue;
    if (wanted.every(({ href }) => host.labels.some((label) => label.href === href))) continue;
    const group = labelText(host.labels.filter(({ key }) => GROUP_KEYS.includes(key)));
    const known = groups.get(group);
    if (known === undefined) groups.set(group, { host, hosts: 1 });
    else known.hosts += 1;
  }
  return [...groups]
    .map(([group, one]) => ({ group, ...one }))
    .sort((a, b) => b.hosts - a.hosts || (a.group < b.group ? -1 : 1))
    .slice(0, MOST_SAMPLES);
};

/** "of 12 sample hosts 10 isolated; partly: web-01 (app=shop env=prod, kept open by Shop)". */
const verdictsText = (judged: readonly Judged[]): string =>
  `one host of each app and env, ${grouped(judged.length)} in all: ${EFFECT_VERDICTS.flatMap((verdict) => {
    const those = judged.filter((one) => one.verdict === verdict);
    if (those.length === 0) return [];
    if (verdict === 'isolated') return [`${grouped(those.length)} isolated`];
    const named = those.map(
      ({ host, group, rules }) =>
        `${host.name} (${group}${rules.length === 0 ? '' : `, by ${listed(rules, 3)}`})`,
    );
    return [`${grouped(those.length)} ${verdict}: ${listed(named, 3)}`];
  }).join('; ')}`;

const managementText = (judged: readonly Judged[], services: readonly string[]): string => {
  const count = (state: Judged['management']): number =>
    judged.filter(({ management }) => management === state).length;
  const states = (['open', 'partly', 'closed', 'unknown'] as const).filter((state) => count(state) > 0);
  return `the management path (${listed(services)}) is ${listed(
    states.map((state) => `${state}${states.length === 1 ? '' : ` on ${count(state)}`}`),
  )}`;
};
