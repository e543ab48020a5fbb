import { z } from 'zod';
import { BOARD_IDS } from '../core/settings.ts';
import { zone } from './dispatch.ts';
import { choice, words } from './leaf.ts';
import { selector } from './selector.ts';
import { channel } from './slack-ids.ts';
import { cron, duration } from './time.ts';

/** A board that stands in a channel as one message, edited in place. */
export const board = z.strictObject({
  board: choice([...BOARD_IDS]),
  channel,
  pce: words.optional().meta({ description: 'One of the PCEs; none = all.' }),
  labels: selector.optional().meta({ description: 'Hosts it is about; none = all.' }),
  every: duration.prefault('15m').meta({ description: 'How often it is brought up to date, 1m or more.' }),
});

/** What a shift hands over to the next, said at a time. */
export const digest = z.strictObject({
  channel,
  cron: cron.prefault('0 8 * * *').meta({ description: 'When it is said, such as "0 8 * * mon-fri".' }),
  zone: zone.prefault('UTC'),
});
