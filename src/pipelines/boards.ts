import { boards } from '../commands/board/index.ts';
import { panelOf } from '../commands/board/panel.ts';
import { handoverPanel } from '../commands/handover/panel.ts';
import type { Person } from '../core/alert.ts';
import type { CommandDeps, PceDesk } from '../core/command.ts';
import { selector } from '../core/label-query.ts';
import type { Block, Log, Message } from '../core/ports.ts';
import type { PinnedBoard } from '../core/settings.ts';
import { panelBlocks, panelView } from '../views/panel.ts';
import { divider, md, section } from '../views/parts.ts';
import { createCards } from './cards.ts';
import type { Gate } from './gate.ts';
import type { Troubles } from './troubles.ts';

/** A Home tab that opens shows what it has by then. */
const HOME_MS = 2_500;
const DAY_MS = 86_400_000;

export interface BoardsDeps {
  readonly deps: Pick<CommandDeps, 'desks' | 'store' | 'series' | 'chat' | 'clock'>;
  readonly gate: Gate;
  readonly log: Log;
  readonly troubles: Pick<Troubles, 'say' | 'tell'>;
}

/** Boards and digests where nobody asks for them each time. */
export interface Boards {
  /** The boards a person may see, as parts of a Home tab; none for who may see none. */
  home(person: Person): Promise<readonly Block[]>;
  /** Brings a board that stands in a channel up to date; posted anew where it is gone. */
  pinned(one: PinnedBoard): Promise<void>;
  /** Says what is to be handed over. @param channel where */
  digest(channel: string): Promise<void>;
}

export const createBoards = ({ deps, gate, log, troubles }: BoardsDeps): Boards => {
  const { desks, clock, chat } = deps;
  const cards = createCards({ store: deps.store, chat, clock, log });

  /** Nothing of ours belongs where another organisation reads it (definitions §8). */
  const mayShow = async (channel: string, what: string): Promise<boolean> => {
    if (!(await chat.channel(channel)).external) return true;
    troubles.tell(`${what} is held back: its channel is shared with another organisation.`);
    return false;
  };

  return {
    async home(person) {
      const parts = boards.map(async (board): Promise<readonly Block[]> => {
        const { verdict } = await gate.check(person, board.action, { targets: [], channel: null });
        if (!verdict.allowed) return [];
        const late = section(md`${board.title}: takes long just now, ask /illumio board ${board.id}`);
        const made = panelOf(board, { desks, labels: [], traffic: false }, deps).then(panelBlocks);
        const waited = clock.sleep(HOME_MS).then((): Block[] => [late]);
        return [...(await Promise.race<readonly Block[]>([made, waited])), divider()];
      });
      return (await Promise.all(parts)).flat();
    },

    async pinned({ board: id, channel, pce, labels }) {
      const board = boards.find((one) => one.id === id);
      if (board === undefined || !(await mayShow(channel, `The board "${id}"`))) return;
      const chosen: readonly PceDesk[] = desks.filter((desk) => pce === undefined || desk.pce.name === pce);
      const query = labels === undefined ? [] : selector(labels);
      const panel = await panelOf(board, { desks: chosen, labels: query, traffic: true }, deps);
      const shown: Message = panelView(
        labels === undefined ? panel : { ...panel, basis: [...panel.basis, labels] },
      );
      await cards.show({
        key: `board.${id}.${channel}.${pce ?? ''}.${labels ?? ''}`,
        channel,
        // Also one that says the same is shown anew: how old it is must be true.
        face: String(panel.at),
        message: () => shown,
      });
    },

    async digest(channel) {
      if (!(await mayShow(channel, 'The digest'))) return;
      const panel = await handoverPanel(desks, DAY_MS, deps);
      const minute = new Date(panel.at).toISOString().slice(0, 16);
      troubles.say(`digest.${channel}.${minute}`, panelView({ ...panel, title: 'Digest' }), channel);
    },
  };
};
