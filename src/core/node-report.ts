import type { Level } from './health.ts';
import { listed } from './text.ts';

/**
 * What a node of the PCE says of itself each minute, by syslog alone (program illumio_pce/system_health): a severity, and figures
 * such as `cpu=2% memory=41% disk=14%` (facts §2.3, and the PCE Administration Guide, "PCE Health Metrics Reference").
 */
export interface NodeReport {
  /** As the line names it: a host name or an address. */
  readonly node: string;
  readonly level: Level;
  /** `cpu 97 %, disk 91 %`, the highest first; empty when it names none. Foreign text, clipped. */
  readonly figures: string;
}

/** Below WARN a node is well: NOTICE is a threshold that the PCE itself does not call a warning. */
const WELL = new Set(['debug', 'info', 'notice']);
const WARNING = new Set(['warn', 'warning']);

/** Figures named at most, and the longest name of one. */
const MOST = { figures: 4, name: 30 } as const;

/** @param facts the pairs of the line. A severity that is none of the known ones (ERR, ERROR, FATAL …) is an error. */
export const nodeReport = (node: string, facts: ReadonlyMap<string, string>): NodeReport => {
  const word = (facts.get('sev') ?? 'info').toLowerCase();
  return {
    node,
    level: WELL.has(word) ? 'normal' : WARNING.has(word) ? 'warning' : 'error',
    figures: figuresOf(facts),
  };
};

const figuresOf = (facts: ReadonlyMap<string, string>): string => {
  const percents = [...facts].flatMap(([name, value]) => {
    const percent = /^(\d{1,3})%$/.exec(value)?.[1];
    return percent === undefined ? [] : [[name.slice(0, MOST.name), Number(percent)] as const];
  });
  return listed(
    percents
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST.figures)
      .map(([name, percent]) => `${name} ${percent} %`),
  );
};
