import type { Message } from '../core/ports.ts';
import { context, md, message, richText } from './parts.ts';

/** A chart in words: what everybody reads, and all there is where no picture can be drawn. */
export interface ShownTrend {
  readonly title: string;
  /** At most three sentences. */
  readonly lines: readonly string[];
  readonly basis: readonly string[];
}

export const trendView = ({ title, lines, basis }: ShownTrend): Message =>
  message(`${title}. ${lines[0] ?? ''}`, [
    richText([{ bold: title }], ...lines.map((line) => [line])),
    context(md`${basis.join(' · ')}`),
  ]);
