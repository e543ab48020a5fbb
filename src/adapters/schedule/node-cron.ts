import { createRequire } from 'node:module';
import type * as Cron from 'node-cron';

const load = createRequire(import.meta.url);

/** node-cron, loaded when the first job asks for it: most bots run without (calendar.ts says what it costs). */
export const nodeCron = (): typeof Cron => load('node-cron') as typeof Cron;
