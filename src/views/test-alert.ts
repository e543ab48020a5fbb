import type { Message } from '../core/ports.ts';
import { channel, context, md, message, richText, section } from './parts.ts';

/** What `/illumio test` posts: it says at once that nothing is wrong. */
export const testAlert = (by: string, at: number): Message =>
  message('Test: alerts of this bot arrive in this channel', [
    richText([{ bold: 'Test alert' }, ' — nothing is wrong.']),
    richText([
      'Alerts of this bot arrive in this channel. ',
      by,
      ' asked for this test at ',
      { time: at },
      '.',
    ]),
    context(md`sent because: /illumio test`),
  ]);

export const testDone = (id: string): Message =>
  message('The test alert arrived', [section(md`✓ The test alert was posted in ${channel(id)}.`)]);
