import type { Analysis } from '../core/analysis.ts';
import { topAnalysis } from './top.ts';

/** Every traffic analysis with its default options. A new one is one new file and one line here. */
export const analyses: readonly Analysis<unknown>[] = [topAnalysis()];
