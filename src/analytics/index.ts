import type { Analysis } from '../core/analysis.ts';
import { blockedAnalysis } from './blocked.ts';
import { countriesAnalysis } from './countries.ts';
import { crossAnalysis } from './cross.ts';
import { daysAnalysis } from './days.ts';
import { decisionsAnalysis } from './decisions.ts';
import { networkAnalysis } from './network.ts';
import { reachedAnalysis } from './reached.ts';
import { scansAnalysis } from './scans.ts';
import { summaryAnalysis } from './summary.ts';
import { sweepsAnalysis } from './sweeps.ts';
import { topAnalysis } from './top.ts';

/** Every traffic analysis. A new one is one new file and one line here. */
export const analyses: readonly Analysis[] = [
  summaryAnalysis,
  topAnalysis,
  blockedAnalysis,
  decisionsAnalysis,
  daysAnalysis,
  crossAnalysis,
  networkAnalysis,
  countriesAnalysis,
  scansAnalysis,
  sweepsAnalysis,
  reachedAnalysis,
];
