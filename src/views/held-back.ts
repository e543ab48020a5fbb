import type { Message } from '../core/ports.ts';
import { md, message, section } from './parts.ts';

/** What stands in place of an alert once another organisation reads its channel: no host, no person, no button (definitions §8). */
export const heldBack = (): Message =>
  message('Held back', [
    section(
      md`Held back: this channel is shared with another organisation, so what stood here is shown in a channel of our own.`,
    ),
  ]);
