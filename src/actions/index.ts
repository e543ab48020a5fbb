import type { Action } from '../core/action.ts';
import { adopt } from './adopt.ts';
import { enforcement } from './enforcement.ts';
import { quarantine } from './quarantine.ts';
import { release } from './release.ts';
import { repair } from './repair.ts';

/** Every response a person may ask for. A new one is one new file and one line here. */
export const actions: readonly Action[] = [quarantine, release, adopt, enforcement, repair];
