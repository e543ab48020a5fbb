import type { Delivery, Incident } from '../../core/alert.ts';
import type { Store } from '../../core/ports.ts';

/** Everything that waits, with the incidents it is about. */
export const waitingIn = async (
  store: Store,
): Promise<{ readonly rows: readonly Delivery[]; readonly incidents: ReadonlyMap<string, Incident> }> => {
  const rows = await store.waiting();
  const incidents = new Map<string, Incident>();
  for (const id of new Set(rows.map(({ incident }) => incident))) {
    const incident = await store.incident(id);
    if (incident !== undefined) incidents.set(id, incident);
  }
  return { rows, incidents };
};

/** A line goes where its root stands, which may be the fallback channel; what may be in Slack already stays where it was sent. */
export const placeOf = (row: Delivery, incidents: ReadonlyMap<string, Incident>): string =>
  row.place === 'root' || row.state === 'intent'
    ? row.channel
    : (incidents.get(row.incident)?.root?.channel ?? row.channel);
