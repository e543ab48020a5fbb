import type { Alert, Delivery, Incident } from './alert.ts';
import { type Fork, fork } from './apply.ts';
import type { Silence } from './silence.ts';
import type { State, Transition } from './state.ts';

/**
 * The state a decision about many findings in a row is made on: each transition is applied at once, and what is asked for by key
 * stays a look-up however many incidents there are.
 */
export interface Board {
  add(transition: Transition): void;
  readonly transitions: readonly Transition[];
  alert(fingerprint: string): Alert | undefined;
  silences(): readonly Silence[];
  /** Throws for an id that is not there: a decision only speaks of what it has seen. */
  incident(id: string): Incident;
  /** Open ones of the key, oldest first. */
  openOf(key: string): Incident[];
  /** Open or not, oldest first. */
  incidentsWith(fingerprint: string): Incident[];
  /** Deliveries of the incident that are not confirmed yet. */
  waitingOf(incident: string): Delivery[];
}

/** A board on a state or a part of one. The given state stays as it was. */
export const boardOn = (state: State): Board => {
  const base: Fork = fork(state);
  const byKey = new Map<string, string[]>();
  const byAlert = new Map<string, Set<string>>();
  const byIncident = new Map<string, string[]>();
  const showing = (fingerprint: string, id: string): void => {
    byAlert.set(fingerprint, (byAlert.get(fingerprint) ?? new Set()).add(id));
  };
  const push = (lists: Map<string, string[]>, key: string, id: string): void => {
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [id]);
    else list.push(id);
  };
  const index = ({ id, key, alerts }: Incident): void => {
    push(byKey, key, id);
    for (const fingerprint of alerts) showing(fingerprint, id);
  };
  for (const incident of state.incidents.values()) index(incident);
  for (const { key, incident } of state.deliveries.values()) push(byIncident, incident, key);

  const incident = (id: string): Incident => {
    const row = base.state.incidents.get(id);
    if (row === undefined) throw new Error(`no incident ${id} on the board`);
    return row;
  };

  return {
    transitions: base.transitions,
    add(t) {
      base.add(t);
      if (t.type === 'incident-opened') index(t.incident);
      else if (t.type === 'incident-joined') for (const fingerprint of t.alerts) showing(fingerprint, t.id);
      else if (t.type === 'delivery-queued') push(byIncident, t.delivery.incident, t.delivery.key);
    },
    silences: () => [...base.state.silences.values()],
    alert: (fingerprint) => base.state.alerts.get(fingerprint),
    incident,
    openOf: (key) => (byKey.get(key) ?? []).map(incident).filter(({ open }) => open),
    incidentsWith: (fingerprint) => [...(byAlert.get(fingerprint) ?? [])].map(incident),
    waitingOf: (id) => (byIncident.get(id) ?? []).flatMap((key) => base.state.deliveries.get(key) ?? []),
  };
};
