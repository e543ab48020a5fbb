import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** This file runs as .tmp/tools/bench/dist.js. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What is measured: the built bot. BENCH_MAIN names another build of it, for development. */
export const MAIN = process.env['BENCH_MAIN'] ?? join(ROOT, 'dist/main.js');

/**
 * Options of Node with which deploy/ and `npm run bot` start the bot. V8's four background threads, which compile and collect, would
 * take turns with the event loop on a machine of two processors (docs/performance.md, "Flows").
 */
export const NODE_OPTIONS = ['--v8-pool-size=1'] as const;

/** A module of what is measured, not of what this was compiled with: `fromDist<typeof import('../src/core/detect.ts')>('core/detect.js')`. */
export const fromDist = async <T>(path: string): Promise<T> =>
  (await import(pathToFileURL(join(dirname(MAIN), path)).href)) as T;
