import { type Effect, type Opening, OVERRIDE_DENY_VEN } from './effect.ts';
import type { ManagementPath, QuarantineSettings } from './settings.ts';
import { counted, listed } from './text.ts';
import { isAtLeast } from './version.ts';
import type { Workload } from './workload.ts';

/** What a person must know of the effect before he agrees. */
export interface EffectReport {
  /** Why quarantine is refused; undefined when it is not. */
  readonly refused: string | undefined;
  /** Why a second person must agree (definitions §7.1 "unknown"). */
  readonly second: readonly string[];
  /** Whole sentences, the gravest first. */
  readonly lines: readonly string[];
}

/** Where labels would enforce nothing quarantine is refused rather than pretended (definitions §7.0, §7.1). */
export const modeRefusal = (
  { name, mode }: Workload,
  quarantine: Pick<QuarantineSettings, 'strategy'> | undefined,
): string | undefined => {
  if (mode === 'idle' || mode === 'visibility_only')
    return `${name} is in ${mode === 'idle' ? 'idle' : 'visibility-only'} mode, which enforces nothing: a quarantine label would not stop any traffic.`;
  if (quarantine?.strategy === 'replace' && mode !== 'full')
    return `${name} is in ${mode ?? 'an unknown'} mode: replacing its labels isolates in full enforcement only.`;
  return undefined;
};

/**
 * The effect check in words (definitions §7.1).
 * @param label the quarantine labels as people write them: `Quarantine=Severe`
 */
export const effectReport = (
  workload: Workload,
  label: string,
  effect: Effect,
  management: ManagementPath,
): EffectReport => {
  const { name } = workload;
  const lines = [
    ...verdictLines(name, effect),
    ...whenLines(workload),
    ...managementLine(effect, management),
  ];
  switch (effect.verdict) {
    case 'not isolated':
      return { refused: nothingActs(workload, label), second: [], lines };
    case 'unknown':
      return {
        refused: undefined,
        second: [
          `Whether ${name} would be isolated cannot be told from the rules of ${listed(effect.unread, 3)}.`,
        ],
        lines,
      };
    case 'isolated':
    case 'partly':
      return { refused: undefined, second: [], lines };
    default:
      return effect.verdict satisfies never;
  }
};

/** A policy that cannot be read says nothing: a second person looks. */
export const unreadReport = (workload: Workload, why: string): EffectReport => ({
  refused: undefined,
  second: [`What the active policy does to ${workload.name} could not be read: ${why}.`],
  lines: whenLines(workload),
});

const nothingActs = ({ name, ven }: Workload, label: string): string =>
  isOld(ven?.version)
    ? `The VEN of ${name} is ${ven?.version}, and knows override-deny rules from ${OVERRIDE_DENY_VEN} on: ${label} would stop nothing. Upgrade it, or isolate the host in the console.`
    : `No provisioned rule acts on ${label}: it would stop nothing that ${name} does now. Nothing was changed.`;

const isOld = (version: string | undefined): boolean =>
  version !== undefined && !isAtLeast(version, OVERRIDE_DENY_VEN);

const verdictLines = (name: string, { verdict, openings }: Effect): readonly string[] => {
  if (verdict === 'isolated')
    return [`By the active policy ${name} is isolated: nothing else passes, in or out.`];
  if (openings.length === 0) return [];
  const more = openings.length > 3 ? [`And ${counted(openings.length - 3, 'more opening')}.`] : [];
  return [`${name} is isolated only in part. Still open:`, ...openings.slice(0, 3).map(openingText), ...more];
};

/** `in 443/tcp from 12 workloads (web-02, web-03, web-04) and other addresses, by "Core services"`. */
const openingText = ({ direction, services, rules, workloads, examples, outside }: Opening): string => {
  const others = outside ? ['addresses of no workload'] : [];
  const hosts =
    workloads === 0
      ? []
      : [
          `${counted(workloads, 'workload')} (${listed(examples, 3)}${workloads > examples.length ? ', …' : ''})`,
        ];
  const who = [...hosts, ...others].join(' and ');
  const why =
    rules.length === 0
      ? 'the enforcement mode stops nothing there'
      : `by ${listed(
          rules.map((rule) => `"${rule}"`),
          3,
        )}`;
  return `${direction} ${services} ${direction === 'in' ? 'from' : 'to'} ${who}, ${why}.`;
};

/** Mode, and what delays it. */
const whenLines = ({ mode, online, ven, policy }: Workload): readonly string[] => [
  mode === 'selective'
    ? 'Selective enforcement — only what a deny rule names is stopped, and only inbound.'
    : 'Full enforcement — takes effect within about a minute.',
  ...(online === false ? ['The host is offline: it takes effect when it returns.'] : []),
  ...(ven?.status === 'suspended' ? ['Its VEN is suspended: it takes effect when it is unsuspended.'] : []),
  ...(policy.updateMode === 'static' ? ['Static policy: it takes effect after Apply Policy.'] : []),
  ...(isOld(ven?.version) ? [`Its VEN ${ven?.version} knows no override-deny rules.`] : []),
  'Open connections may survive.',
];

const managementLine = (
  { management: state }: Effect,
  { sources, services }: ManagementPath,
): readonly string[] => {
  if (services.length === 0) return [];
  const from = sources.length === 0 ? '' : ` from ${listed(sources, 3)}`;
  const path = `The management path (${listed(services, 3)}${from})`;
  switch (state) {
    case 'open':
      return [`${path} stays open.`];
    case 'partly':
      return [`${path} stays open from some of these only.`];
    case 'closed':
      return [`${path} is cut too.`];
    case 'unknown':
      return [`${path} could not be judged: the PCE knows none of its sources.`];
    default:
      return state satisfies never;
  }
};
