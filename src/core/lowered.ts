import type { ResourceChange } from './event.ts';
import { text } from './foreign.ts';
import { MODES, modeOf } from './workload.ts';

/** A protection that was lowered, in the PCE's own words. */
export interface Lowered {
  readonly from: string;
  readonly to: string;
}

/** How much of the traffic is reported, least first. */
const VISIBILITY = ['flow_off', 'flow_drops', 'flow_summary', 'flow_full_detail', 'enhanced_data_collection'];

/** Enforcement, under its name of today or that of before 20.2; undefined when it was not lowered. */
export const enforcementLowered = ({ changes }: ResourceChange): Lowered | undefined => {
  const change = changes['enforcement_mode'] ?? changes['mode'];
  return lowered(MODES, modeOf(change?.['before']), modeOf(change?.['after']));
};

export const visibilityLowered = ({ changes }: ResourceChange): Lowered | undefined => {
  const change = changes['visibility_level'];
  return lowered(VISIBILITY, text(change?.['before']), text(change?.['after']));
};

const lowered = (
  levels: readonly string[],
  from: string | undefined,
  to: string | undefined,
): Lowered | undefined => {
  if (from === undefined || to === undefined) return undefined;
  const below = levels.indexOf(to);
  return below >= 0 && below < levels.indexOf(from) ? { from, to } : undefined;
};
