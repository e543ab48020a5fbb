import { listed } from '../../core/text.ts';
import type { Panel } from '../../views/panel.ts';
import type { Board, BoardDeps, BoardQuestion } from './board.ts';

/** A board made now. Rejects with StoreError; what a PCE does not tell is said on the board. */
export const panelOf = async (board: Board, question: BoardQuestion, deps: BoardDeps): Promise<Panel> => ({
  title: board.title,
  sections: await board.of(question, deps),
  basis: [listed(question.desks.map(({ pce }) => pce.name))],
  at: deps.clock.now(),
});
