import type { Brake } from '../core/brake.ts';
import type { Message } from '../core/ports.ts';
import { bold, context, type Markup, md, message, section, time } from './parts.ts';

/** What the one who pulled the brake reads. */
export const brakeView = (brake: Brake): Message =>
  message('Responses are disarmed', [
    section(
      md`${bold('Responses are disarmed')} ${ends(brake)}. Nothing is quarantined or released meanwhile.`,
    ),
    context(
      md`by ${brake.byName} ${time(brake.at)}: ${brake.why} · an approver or admin ends it with /illumio rearm`,
    ),
  ]);

/** What everybody reads in the announce channel. */
export const brakeLine = (brake: Brake): Message =>
  message(`${brake.byName} disarmed all responses`, [
    section(md`${bold(brake.byName)} disarmed all responses ${ends(brake)}: ${brake.why}`),
    context(
      md`Nothing is quarantined or released meanwhile. An approver or admin ends it with /illumio rearm.`,
    ),
  ]);

const ends = ({ until }: Brake): Markup =>
  until === null ? md`until somebody re-arms` : md`until ${time(until)}`;

export const rearmedLine = (name: string): Message =>
  message(`${name} re-armed responses`, [
    section(md`${bold(name)} re-armed responses: they are carried out again.`),
  ]);
