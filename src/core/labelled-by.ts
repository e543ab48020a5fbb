import type { PceEvent } from './event.ts';
import { byText } from './event-words.ts';
import { labelEvents } from './label-events.ts';
import type { Estate } from './workload.ts';

/** Who put a label on a host. */
export interface LabelledBy {
  /** As events name him: `jdoe@example.com`, `the service account cmdb`. */
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
}

/** Who last put one of these labels on each host, by href, as the events tell it; a host of which they say nothing is missing. */
export const labelledBy = (
  events: readonly PceEvent[],
  estate: Estate,
  wanted: Readonly<Record<string, string>>,
): ReadonlyMap<string, LabelledBy> => {
  const found = new Map<string, LabelledBy>();
  for (const event of events)
    for (const { subject, delta } of event.status === 'failure' ? [] : labelEvents(event, estate))
      if (subject.href !== null && delta.added.some(({ key, value }) => wanted[key] === value))
        if (event.at >= (found.get(subject.href)?.at ?? 0))
          found.set(subject.href, { by: byText(event), at: event.at });
  return found;
};
