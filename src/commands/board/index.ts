import type { Board } from './board.ts';
import { pce } from './pce.ts';
import { security } from './security.ts';
import { workloads } from './workloads.ts';

/** Every board, in the order in which the Home tab shows them. */
export const boards: readonly Board[] = [security, pce, workloads];
