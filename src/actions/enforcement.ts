import type { Action, ActionPlan } from '../core/action.ts';
import type { Response } from '../core/response.ts';
import { MODES, type Mode, type Workload } from '../core/workload.ts';

/** What each mode does with what no rule allows. */
const MEANS: Readonly<Record<Mode, string>> = {
  idle: 'Idle: the VEN neither enforces nor reports connections.',
  visibility_only: 'Visibility only: nothing is enforced, connections are reported.',
  selective: 'Selective: only what a deny rule names is blocked, inbound.',
  full: 'Full: what no rule allows is cut, in and out. Open connections may survive.',
};

/** Sets how strictly one host is enforced; lowering it takes a second person (definitions §8). `back` undoes our last change. */
export const enforcement: Action = {
  id: 'enforcement',
  right: 'enforcement',
  title: 'Enforcement',
  submit: 'Set mode',
  done: 'set to another enforcement mode',
  offered: true,
  asks: 'mode',
  reasons: ['Rollout', 'Trouble after a policy change', 'Maintenance', 'Undo'],
  plan(workload, { wanted, past = [], mayWrite, never }): ActionPlan {
    const no = (why: string): ActionPlan => ({ ok: false, why });
    const { name, managed, mode: before, labels } = workload;
    if (!managed) return no(`${name} is unmanaged: no VEN enforces anything on it.`);
    if (!mayWrite) return no('The bot has no key that may write to this PCE.');
    if (never) return no(`${name} is on the list of hosts that are never touched.`);
    if (before === undefined) return no(`The PCE does not say which mode ${name} is in.`);
    const after = wanted === 'back' ? modeBefore(past, workload) : wanted;
    if (after === undefined)
      return no(
        wanted === 'back'
          ? `This bot has not set the mode ${name} is in, so there is nothing to take back.`
          : `Say which mode: ${MODES.join(', ')}, or back.`,
      );
    if (after === before) return no(`${name} is in ${before} already.`);
    const lower = MODES.indexOf(after) < MODES.indexOf(before);
    return {
      ok: true,
      intended: labels,
      change: { replaced: [], added: [] },
      mode: { before, after },
      notes: [],
      warnings: [MEANS[after], `Take it back with /illumio enforcement ${name} back.`],
      second: lower ? [`It lowers the enforcement of ${name} from ${before} to ${after}.`] : [],
    };
  },
};

/** What stood there before our last change, if the mode is still the one we set. */
const modeBefore = (past: readonly Response[], { mode }: Workload): Mode | undefined => {
  const last = past.filter((row) => row.mode !== undefined && row.state === 'done').at(-1);
  return last?.mode?.after === mode ? last?.mode?.before : undefined;
};
