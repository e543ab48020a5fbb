import { setFlagsFromString } from 'node:v8';

/**
 * V8 doubles the space for young objects whenever as much has survived as it holds. Loading the program makes nothing but survivors, so that
 * space stands at 2 × 16 MB before any work is done, and is given back only by a collector that finds the machine idle. `hold` keeps it at
 * its first size while modules load, `release` lets it follow the work again. V8 reads this flag at each growth, so it may change while the
 * program runs. What was measured, and what was not: docs/performance.md.
 */
export const youngGeneration = {
  hold: (): void => setFlagsFromString('--semi-space-growth-factor=1'),
  release: (): void => setFlagsFromString('--semi-space-growth-factor=2'),
};

/**
 * V8 lets the old generation grow to a multiple of what was in use at the last collection, two to four times as much for a heap as small as ours.
 * After `modest` it is 1.4 times: in a storm of events, whose answers live just long enough to be moved there, the process takes half
 * of the memory and falls behind no further (docs/performance.md). Also read at each collection.
 */
export const oldGeneration = {
  modest: (): void => setFlagsFromString('--heap-growing-percent=40'),
};
