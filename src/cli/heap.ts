import { setFlagsFromString } from 'node:v8';

/**
 * How far V8 lets the heap grow. It reads these flags at each growth or collection, so they may change while the program runs. What was
 * measured, and what was not: docs/performance.md.
 */
export const heap = {
  /**
   * V8 doubles the space for young objects whenever as much has survived as it holds. Loading the program makes nothing but survivors, so
   * that space would stand at 2 × 16 MB before any work is done, and be given back only by a collector that finds the machine idle.
   */
  whileLoading: (): void => setFlagsFromString('--semi-space-growth-factor=1'),
  /**
   * The young generation follows the work again. The old one may grow to 1.4 times what was in use at the last collection instead of two
   * to four times: in a storm of events, whose answers live just long enough to be moved there, the process takes half of the memory and
   * falls behind no further. Not before: what is loaded would be collected over and over.
   */
  whileWorking: (): void => {
    setFlagsFromString('--semi-space-growth-factor=2');
    setFlagsFromString('--heap-growing-percent=40');
  },
};
