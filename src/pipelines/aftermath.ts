import type { PceEvent } from '../core/event.ts';
import { text } from '../core/foreign.ts';
import { labelText } from '../core/label.ts';
import { type Correction, correctionOf } from '../core/own-event.ts';
import type { LabelChange, Response } from '../core/response.ts';
import type { RespondingDeps, ResponseDesk } from './response-desk.ts';

const changedWorkloads = ({ resources }: PceEvent): Set<string> =>
  new Set(resources.flatMap(({ resource }) => text(resource['workload']?.['href']) ?? []));

type CompareDeps = Pick<
  RespondingDeps,
  'store' | 'desks' | 'ids' | 'clock' | 'tell' | 'isOurs' | 'reached'
> & {
  carryOut(response: Response): Promise<unknown>;
};

/**
 * Holds the PCE's own events of our PUTs against their plans. What differs was written by somebody between our last read and the PUT:
 * it is given back by one equally checked repair, told and audited (promise 3); what stood under our own keys is remembered for the release.
 */
export const compareOwnEvents = async (
  pce: string,
  events: readonly PceEvent[],
  deps: CompareDeps,
): Promise<void> => {
  const { store, desks, isOurs } = deps;
  const desk = desks.get(pce);
  if (desk === undefined) return;
  for (const event of events.filter(isOurs))
    for (const href of changedWorkloads(event)) {
      const responses = await store.responsesOf(pce, href);
      const found = correctionOf(event, href, responses, desk.inventory.label);
      if (found === undefined || responses.some(({ repairs }) => repairs === found.response.id)) continue;
      deps.reached?.('own event seen');
      const { response, change, back } = found;
      if (JSON.stringify(change) !== JSON.stringify(response.change))
        await store.commit([{ type: 'response-corrected', id: response.id, change }]);
      if (back.added.length + back.replaced.length > 0) await putBack(found, desk, deps);
    }
};

const putBack = async (
  { response, back }: Correction,
  { pce }: ResponseDesk,
  deps: CompareDeps,
): Promise<void> => {
  const { store, ids, clock, tell } = deps;
  const { href } = response.target;
  const workload = await pce.workload(href, 'response');
  if (workload === null) return;
  const theirs = theirsText(back);
  const repair: Response = {
    id: ids.next(),
    action: 'repair',
    pce: pce.name,
    target: { href, name: workload.name, labels: workload.labels, mode: workload.mode },
    by: response.by,
    byName: response.byName,
    reason: `put back what our own change overwrote (${theirs})`,
    channel: response.channel,
    alert: response.alert,
    requestedAt: clock.now(),
    state: 'requested',
    change: back,
    releases: null,
    repairs: response.id,
  };
  await store.commit([{ type: 'response-requested', response: repair }]);
  deps.reached?.('repair durable');
  await deps.carryOut(repair);
  const after = await store.response(repair.id);
  tell(
    `While ${workload.name} was changed by this bot, somebody else ${theirs}; that was overwritten. ` +
      (after?.state === 'done'
        ? 'It has been put back.'
        : `It could not be put back: ${after?.outcome ?? 'not known yet'}`),
  );
};

/** `set loc=nyc, removed env=prod`. */
const theirsText = ({ replaced, added }: LabelChange): string => {
  const gone = replaced.filter(({ key }) => !added.some((label) => label.key === key));
  return [
    ...(added.length > 0 ? [`set ${labelText(added)}`] : []),
    ...(gone.length > 0 ? [`removed ${labelText(gone)}`] : []),
  ].join(', ');
};
