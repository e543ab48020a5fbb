import { MODES, type Mode } from './workload.ts';

/** The enforcement mode somebody asks for; `back` = the one before the bot's last change. */
export type Wanted = Mode | 'back';
export const WANTED: readonly Wanted[] = [...MODES, 'back'];
