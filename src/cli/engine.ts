import { setFlagsFromString } from 'node:v8';

/**
 * What V8 may spend of memory and processor time. It reads these flags whenever it grows, collects or compiles, so they may change while
 * the program runs. What was measured, and what was not: docs/performance.md.
 */
export const engine = {
  /**
   * V8 doubles the space for young objects whenever as much has survived as it holds. Loading the program makes nothing but survivors, so
   * that space would stand at 2 × 16 MB before any work is done, and be given back only by a collector that finds the machine idle.
   *
   * undici reads HTTP with a parser in WebAssembly, one function of which V8 would compile a second time after five answers: 0.1 s of a
   * processor, 42 MB for the while and 9 MB for good, and no answer is read any faster. To be said before undici is loaded.
   */
  whileLoading: (): void => {
    setFlagsFromString('--semi-space-growth-factor=1');
    setFlagsFromString('--no-wasm-tier-up');
    setFlagsFromString('--no-wasm-dynamic-tiering');
  },
  /**
   * The young generation follows the work again, in one step to the 16 MB that V8 gives it at most: a rush of commands fills 8 MB three
   * times, and all that waits to be done is copied each time. The old one may grow to 1.4 times what was in use at the last collection instead of two
   * to four times: in a storm of events, whose answers live just long enough to be moved there, the process takes half of the memory and
   * falls behind no further. Not before: what is loaded would be collected over and over.
   *
   * What is in use is marked by V8's own threads and by small steps between allocations. Its tasks on the loop, which would do that too,
   * follow each other until all is marked: for 30 to 45 ms nothing else has a turn.
   *
   * A function is optimised once three times as much of it has run as V8 thinks right. What a rush of commands has optimised on other
   * threads is ready when the rush is over, and until then they take a processor from who reads and acknowledges.
   */
  whileWorking: (): void => {
    setFlagsFromString('--semi-space-growth-factor=16');
    setFlagsFromString('--interrupt-budget=200000');
    setFlagsFromString('--heap-growing-percent=40');
    setFlagsFromString('--no-incremental-marking-task');
  },
};
