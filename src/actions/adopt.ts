import type { Action, ActionPlan } from '../core/action.ts';
import { carriedOf } from '../core/carrying.ts';
import { labelText } from '../core/label.ts';

/**
 * Takes over a quarantine that somebody else made: nothing is written to the PCE, from now on its time runs and the host is watched
 * (definitions §7.9). What stood under the label before is not known, so a release takes off that label only.
 */
export const adopt: Action = {
  id: 'adopt',
  right: 'quarantine',
  title: 'Adopt',
  submit: 'Adopt',
  done: 'adopted as a quarantine of this bot',
  offered: true,
  timed: true,
  reasons: ['Made by hand in the PCE', 'Made by another tool', 'Lost with a restored backup'],
  plan({ name, labels }, { open, quarantine, quarantineLabels = [] }): ActionPlan {
    if (open !== undefined)
      return { ok: false, why: `${name} is in quarantine by this bot already: ${open.byName} asked for it.` };
    const carried = carriedOf(labels, quarantine?.labels ?? {});
    if (carried === undefined || quarantineLabels.length === 0)
      return { ok: false, why: `${name} carries no quarantine label. There is nothing to adopt.` };
    return {
      ok: true,
      intended: labels,
      change: { replaced: [], added: carried },
      notes: ['Nothing was written to the PCE.'],
      warnings: [
        `Nothing is written to the PCE: this bot takes over the watch and the time of a quarantine that it did not make. What stood before ${labelText(carried)} is not known: a release takes off that label only.`,
      ],
    };
  },
};
