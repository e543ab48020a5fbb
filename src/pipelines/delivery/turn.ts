import { type Delivery, type Incident, NAMED_IN_ROOT } from '../../core/alert.ts';
import { fileLines } from '../../core/filing.ts';
import { foldStorm, type WaitingRoot } from '../../core/fold.ts';
import { compareSeverity } from '../../core/severity.ts';
import type { DeliveryDeps } from './deps.ts';
import { showNewest } from './edit.ts';
import type { Pace } from './pace.ts';
import { reconcile, removeCopies } from './reconcile.ts';
import { send } from './send.ts';
import { share } from './share.ts';
import { placeOf, waitingIn } from './waiting.ts';

/** Fewer waiting roots are never a storm: they cost no look-up. */
export const FOLD_FROM = 10;

/** Does the most urgent thing of a channel. @returns false when nothing is due now */
export const turn = async (channel: string, deps: DeliveryDeps, pace: Pace): Promise<boolean> => {
  const { store, clock } = deps;
  const { rows, incidents } = await waitingIn(store);
  const mine = rows.filter((row) => placeOf(row, incidents) === channel);
  if (await reconcile(channel, mine, deps, pace)) return true;
  if (await fold(mine, incidents, deps)) return true;
  if (await file(mine, incidents, deps)) return true;
  const due = mine.filter(
    (row) =>
      row.state === 'queued' &&
      row.notBefore <= clock.now() &&
      (row.place === 'root' ||
        (pace.postWait(row.incident) === 0 && incidents.get(row.incident)?.root !== undefined)),
  );
  due.sort((a, b) => {
    const graver = compareSeverity(
      incidents.get(b.incident)?.severity ?? 'info',
      incidents.get(a.incident)?.severity ?? 'info',
    );
    return graver || a.queuedAt - b.queuedAt;
  });
  const next = due[0];
  if (next !== undefined) {
    await (next.place === 'file' ? share : send)(next.key, channel, deps, pace);
    return true;
  }
  const edit = (await store.incidentsToEdit()).find(
    ({ id, root }) => root?.channel === channel && pace.editWait(id) === 0,
  );
  if (edit !== undefined) {
    await showNewest(edit.id, deps, pace);
    return true;
  }
  // Last: each look waits for Slack's pace of look-ups.
  return await removeCopies(channel, deps);
};

/** Joins root posts of one rule while too many wait for their turn. @returns true when some were */
const fold = async (
  mine: readonly Delivery[],
  incidents: ReadonlyMap<string, Incident>,
  { store, clock, folding }: DeliveryDeps,
): Promise<boolean> => {
  const roots = folding ? mine.filter(({ place, state }) => place === 'root' && state === 'queued') : [];
  if (roots.length < FOLD_FROM) return false;
  const waiting: WaitingRoot[] = [];
  for (const delivery of roots) {
    const incident = incidents.get(delivery.incident);
    if (incident !== undefined && incident.root === undefined)
      waiting.push({ delivery, incident, alerts: await store.alerts(incident.alerts) });
  }
  const transitions = foldStorm(waiting, clock.now(), NAMED_IN_ROOT);
  if (transitions.length === 0) return false;
  await store.commit(transitions);
  return true;
};

/** Puts the names of lines into a file where they are too many. @returns true when some were */
const file = async (
  mine: readonly Delivery[],
  incidents: ReadonlyMap<string, Incident>,
  { store }: DeliveryDeps,
): Promise<boolean> => {
  for (const [id, incident] of incidents) {
    if (incident.root === undefined) continue;
    const transitions = fileLines(
      incident,
      mine.filter((row) => row.incident === id),
    );
    if (transitions.length === 0) continue;
    await store.commit(transitions);
    return true;
  }
  return false;
};
