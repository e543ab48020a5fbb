import type { PceEvent } from './event.ts';
import { text } from './foreign.ts';
import type { Label } from './label.ts';
import { labelDelta } from './label-change.ts';
import type { Response } from './response.ts';

/** Within this time the PCE's own event of our PUT is expected (definitions §7.6). */
const OWN_EVENT_MS = 15 * 60_000;

/**
 * Labels our PUT removed although its plan did not say so: between our last read and the PUT somebody had added them, and the
 * PCE offers no lock (promise 3). Empty for events that are not of this response's PUT.
 * @param event made by our own key, as the caller has checked
 */
export const overwritten = (
  event: PceEvent,
  response: Response,
  known: (href: string) => Label | undefined,
): readonly Label[] => {
  const { target, change, requestedAt } = response;
  if (change === undefined || event.at < requestedAt - OWN_EVENT_MS || event.at > requestedAt + OWN_EVENT_MS)
    return [];
  return event.resources.flatMap(({ resource, changes }) => {
    if (text(resource['workload']?.['href']) !== target.href) return [];
    const delta = labelDelta(changes['labels'], known);
    const planned = (label: Label): boolean => change.replaced.some(({ href }) => href === label.href);
    if (delta === undefined) return [];
    // Only an event that did all that was planned is the event of this PUT, not that of another one of ours on the same host.
    const has =
      (labels: readonly Label[]) =>
      (label: Label): boolean =>
        labels.some(({ href }) => href === label.href);
    const ours = change.added.every(has(delta.added)) && change.replaced.every(has(delta.removed));
    return ours ? delta.removed.filter((label) => !planned(label)) : [];
  });
};
