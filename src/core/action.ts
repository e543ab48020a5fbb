import type { Label } from './label.ts';
import type { LabelPlan } from './label-merge.ts';
import type { Policy } from './policy.ts';
import type { LabelChange, ModeChange, Response } from './response.ts';
import type { ManagementPath, QuarantineSettings } from './settings.ts';
import type { Wanted } from './wanted.ts';
import type { Estate, Workload } from './workload.ts';

/** Everything an action may look at when it decides what to do with one workload. */
export interface ActionContext {
  readonly quarantine: QuarantineSettings | undefined;
  /** The configured quarantine labels as this PCE has them; undefined when one does not exist there. */
  readonly quarantineLabels: readonly Label[] | undefined;
  /** Our quarantine of this workload that is done and not released. */
  readonly open: Response | undefined;
  readonly estate: Pick<Estate, 'label'>;
  /** True when the workload is on the configuration's `never` list. */
  readonly never: boolean;
  /** What the PCE would do with other labels; absent = not asked, which quarantine takes for not known. */
  readonly policy?: PolicyReading;
  /** What our own PUT left where somebody else had written, and what had stood there; absent for what is no repair. */
  readonly lost?: LabelChange;
  /** The enforcement mode that is asked for, where the action asks for one. */
  readonly wanted?: Wanted;
  /** What the bot did to this workload before, oldest first. */
  readonly past?: readonly Response[];
  /** True when this PCE has a key that may write. */
  readonly mayWrite: boolean;
}

/** The active policy and whom it is between, or why it could not be read. */
export type PolicyReading =
  | {
      readonly ok: true;
      readonly policy: Policy;
      readonly peers: () => Iterable<Workload>;
      readonly management: ManagementPath;
    }
  | { readonly ok: false; readonly why: string };

export type ActionPlan =
  | (LabelPlan & {
      readonly ok: true;
      /** Sentences a person should read before he agrees. */
      readonly warnings: readonly string[];
      /** Set where the enforcement mode is changed instead of labels. */
      readonly mode?: ModeChange;
      /** Why the action itself wants a second person to agree, whole sentences. */
      readonly second?: readonly string[];
    })
  | { readonly ok: false; readonly why: string };

/** A change to one workload that a person may ask for. Pure: it plans, the response pipeline acts. */
export interface Action {
  readonly id: string;
  /** What the asker must be allowed to do: its own id, for a repair that of what it mends. */
  readonly right: string;
  /** Title of its modal, before the host's name: "Quarantine". */
  readonly title: string;
  /** Button of the modal. */
  readonly submit: string;
  /** Past participle for sentences: "quarantined", "released". */
  readonly done: string;
  /** False for what only the bot itself asks for. */
  readonly offered: boolean;
  /** True when it holds until it is reviewed: its form asks for how long (definitions §7.3). */
  readonly timed?: true;
  /** Present where it is not said what to do before a mode is named. */
  readonly asks?: 'mode';
  /** Reasons offered beside free text. */
  readonly reasons: readonly string[];
  plan(workload: Workload, context: ActionContext): ActionPlan;
}
