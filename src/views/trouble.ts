import type { Message } from '../core/ports.ts';
import { type Inline, message, richText } from './parts.ts';

const MINUTE_MS = 60_000;

/** A sentence about a trouble of ours, and when it was to be said, epoch ms. */
export interface Trouble {
  readonly text: string;
  readonly at: number;
}

/** Troubles of our own, a line each; one that could not be said in time names the time it is of. @param now epoch ms */
export const troubleView = (troubles: readonly Trouble[], now: number): Message =>
  message(troubles.map(({ text }) => text).join(' · '), [
    richText(
      ...troubles.map(({ text, at }): Inline[] =>
        now - at > 5 * MINUTE_MS ? [{ time: at }, ': ', text] : [text],
      ),
    ),
  ]);
