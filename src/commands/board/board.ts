import type { CommandDeps, PceDesk } from '../../core/command.ts';
import type { LabelQuery } from '../../core/label-query.ts';
import type { PanelSection } from '../../views/panel.ts';

/** What the boards are made from: no board reaches further. */
export type BoardDeps = Pick<CommandDeps, 'store' | 'series' | 'clock'>;

export interface BoardQuestion {
  /** Every PCE that is shown, one part after the other. */
  readonly desks: readonly PceDesk[];
  /** Hosts it is about; empty = all. */
  readonly labels: LabelQuery;
  /** False = ask the PCE for no traffic: a Home tab that opens must not cost a query. */
  readonly traffic: boolean;
}

/** One board: what it shows, read anew at each call. What cannot be read is said in its place and hides nothing else. */
export interface Board {
  readonly id: string;
  readonly title: string;
  /** The action one needs to be allowed (core/authorise). */
  readonly action: 'board' | 'board security';
  of(question: BoardQuestion, deps: BoardDeps): Promise<readonly PanelSection[]>;
}
