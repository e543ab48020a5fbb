import { labelText, sameLabels } from './label.ts';
import { isMade } from './label-merge.ts';
import type { Response } from './response.ts';
import type { Workload } from './workload.ts';

type Read = Pick<Workload, 'labels' | 'mode'>;

/** Whether the host, as read back, carries what the response put there; a change of mode is judged by the mode alone. */
export const isCarriedOut = (response: Response, host: Read): boolean =>
  response.mode === undefined ? isMade(response, host.labels) : host.mode === response.mode.after;

/** Whether nothing of the host has changed since it was shown to the one who asked. */
export const isAsShown = ({ mode, target }: Pick<Response, 'mode' | 'target'>, host: Read): boolean =>
  sameLabels(host.labels, target.labels) && (mode === undefined || host.mode === mode.before);

/** Whether there is nothing to write: the host already is what the plan would make of it. */
export const isAlready = (
  { mode, intended = [] }: Pick<Response, 'mode' | 'intended'>,
  host: Read,
): boolean => (mode === undefined ? sameLabels(intended, host.labels) : host.mode === mode.after);

/** How the part that a response changes stands on a host, for people and the audit log. */
export const standText = ({ mode }: Pick<Response, 'mode'>, host: Read): string =>
  mode === undefined ? labelText(host.labels) : `enforcement ${host.mode ?? 'none'}`;
