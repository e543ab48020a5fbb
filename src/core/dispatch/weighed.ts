import type { Detected } from '../detect.ts';
import type { Label } from '../label.ts';
import type { Finding, Life, RuleContext } from '../rule.ts';
import type { Settings } from '../settings.ts';
import type { State } from '../state.ts';
import type { Estate } from '../workload.ts';

/** A finding with everything a decision needs. */
export interface Weighed {
  readonly rule: string;
  readonly life: Life['kind'];
  readonly finding: Finding;
  /** Label sets of the workloads concerned. */
  readonly labels: readonly (readonly Label[])[];
  readonly highValue: boolean;
  /** The rule only says that something is absent: nothing can be concluded from it while the PCE is away. */
  readonly bornOfAbsence?: boolean | undefined;
  /** Every occurrence is told, whatever was told before (definitions §3: csrf). */
  readonly neverQuiet?: boolean | undefined;
}

/** Findings as a decision takes them, with the labels their hosts have in `estate`. */
export const weighed = (
  findings: Detected['findings'],
  estate: Pick<Estate, 'workload'>,
  context: Pick<RuleContext, 'highValue'>,
): Weighed[] =>
  findings.map(({ rule, finding }) => {
    const labels = finding.workloads.map((href) => estate.workload(href)?.labels ?? []);
    return {
      rule: rule.id,
      life: finding.life ?? rule.rule.life.kind,
      finding,
      labels,
      highValue: finding.gathers !== true && labels.some(context.highValue),
      bornOfAbsence: rule.rule.bornOfAbsence,
      neverQuiet: rule.rule.neverQuiet,
    };
  });

/** Label sets of the workloads concerned. */
export type LabelSets = Weighed['labels'];

/**
 * The part of the state the decision is about: alerts of these fingerprints and of what
 * inhibits them, their incidents, open incidents, waiting deliveries, silences.
 */
export type Slice = Pick<State, 'alerts' | 'incidents' | 'deliveries' | 'silences'>;

export interface DispatchDeps {
  readonly pce: string;
  /** The PCE's clock, epoch ms. */
  readonly now: number;
  readonly settings: Pick<Settings, 'routes' | 'channels'>;
  /** Short stable id of an alert from its fingerprint. */
  alertId(fingerprint: string): string;
  /** A new unguessable id. */
  newId(): string;
  /** Only the daily look back found these: the PCE recorded them long after they happened (definitions §1). */
  readonly late?: boolean;
  /** After a downtime: what happened before this moment is folded into one digest per rule, critical and high-value excepted. */
  readonly digestBefore?: number;
}
