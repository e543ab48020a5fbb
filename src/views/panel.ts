import type { KnownBlock } from '@slack/types';
import type { Message } from '../core/ports.ts';
import { counted } from '../core/text.ts';
import { clip, context, type Markup, md, message, preformatted, richText, time } from './parts.ts';

/** One part of a board: at most a phone screen, three columns and ten rows. */
export interface PanelSection {
  readonly title: string;
  /** What to know before the figures, or instead of them. */
  readonly says?: string;
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly string[])[];
  /** Column numbers that are figures. */
  readonly right?: readonly number[];
}

/** A board as it is shown: as an answer, on the Home tab, or as a message that is edited in place. */
export interface Panel {
  readonly title: string;
  readonly sections: readonly PanelSection[];
  /** What the figures rest on, and of which PCEs. */
  readonly basis: readonly string[];
  /** When it was made, epoch ms. */
  readonly at: number;
}

const MOST_ROWS = 10;
const GAP = '  ';
/** Characters of a fixed width in a line on a phone: a longer one is broken, and then nothing stands under its heading. */
const LINE = 40;
const CELL = 22;
/** Of the first column, however wide the others are. */
const LEAST = 10;

export const panelView = (panel: Panel): Message => message(panel.title, panelBlocks(panel));

/**
 * Blocks that a message and a Home tab take alike: Slack allows one table block a message and none on a Home tab, so figures stand
 * in a fixed width.
 */
export const panelBlocks = ({ title, sections, basis, at }: Panel): KnownBlock[] => [
  richText([{ bold: title }]),
  ...sections.flatMap(sectionBlocks),
  context(md`${basis.join(' · ')} · as of ${time(at)}`),
];

const sectionBlocks = ({ title, says, columns = [], rows = [], right = [] }: PanelSection): KnownBlock[] => [
  richText([{ bold: title }, ...(says === undefined ? [] : [` ${says}`])]),
  ...(rows.length === 0 ? [] : [preformatted(aligned(columns, rows.slice(0, MOST_ROWS), right))]),
  ...(rows.length <= MOST_ROWS ? [] : [context(moreOf(rows.length - MOST_ROWS))]),
];

const moreOf = (more: number): Markup => md`and ${counted(more, 'more', 'more')}`;

/** Columns under each other, as wide as their widest cell; where they are too many for a phone, the first gives way. */
const aligned = (
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
): string[] => {
  const lines = [columns, ...rows].map((row) => row.map((cell) => clip(cell, CELL)));
  const wanted = columns.map((_, at) => Math.max(...lines.map((row) => [...(row[at] ?? '')].length)));
  const [first = 0, ...others] = wanted;
  const room = LINE - others.reduce((sum, width) => sum + GAP.length + width, 0);
  const widths = [Math.min(first, Math.max(LEAST, room)), ...others];
  const padded = (whole: string, at: number): string => {
    const cell = clip(whole, widths[at] ?? CELL);
    const gap = ' '.repeat(Math.max(0, (widths[at] ?? 0) - [...cell].length));
    return right.includes(at) ? `${gap}${cell}` : `${cell}${gap}`;
  };
  return lines.map((row) => row.map(padded).join(GAP).trimEnd());
};
