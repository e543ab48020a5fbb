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
