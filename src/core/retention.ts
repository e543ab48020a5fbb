import type { Incident } from './alert.ts';
import type { Draft } from './apply.ts';
import { SIGNATURE_MS, signatureKey } from './external.ts';
import { outputKey } from './output/owed.ts';
import { LIST_CARD, type State } from './state.ts';

const HOUR_MS = 3_600_000;

/** How long finished things are kept (design §5): ids of events 25 h, confirmations and ids of other products' alerts 48 h (signatures of their calls 11 min), closed incidents and alerts 30 days. */
const RETENTION_MS = { seen: 25 * HOUR_MS, told: 48 * HOUR_MS, closed: 30 * 24 * HOUR_MS } as const;

/** Drops what is older than its time. Never: a firing alert, an incident with one, anything still to be sent, any response. */
export const prune = (draft: Draft, at: number): void => {
  const oldest = Math.floor((at - RETENTION_MS.seen) / 60_000);
  for (const [pce, minutes] of draft.state.seen)
    if ([...minutes.keys()].some((minute) => minute < oldest))
      draft.set('seen', pce, new Map([...minutes].filter(([minute]) => minute >= oldest)));

  for (const { key, at: toldAt } of [...draft.state.told.values()])
    if (toldAt < at - RETENTION_MS.told) draft.delete('told', key);

  for (const { key, at: shownAt } of [...draft.state.cards.values()])
    if (shownAt < at - RETENTION_MS.closed && !key.startsWith(LIST_CARD)) draft.delete('cards', key);

  for (const [key, takenAt] of [...draft.state.intakes])
    if (takenAt < at - (key.startsWith(signatureKey('')) ? SIGNATURE_MS : RETENTION_MS.told))
      draft.delete('intakes', key);

  const over = at - RETENTION_MS.closed;
  for (const { id, state, told, endedAt = 0 } of [...draft.state.silences.values()])
    if (state === 'ended' && told === true && endedAt < over) draft.delete('silences', id);

  for (const { id, state, at: askedAt, endedAt = askedAt } of [...draft.state.overrides.values()])
    if (state !== 'active' && endedAt < over) draft.delete('overrides', id);

  const waiting = new Set([...draft.state.deliveries.values()].map(({ incident }) => incident));
  for (const incident of [...draft.state.incidents.values()])
    if (incident.joinedAt < over && !waiting.has(incident.id) && !burns(draft.state, incident))
      draft.delete('incidents', incident.id);

  for (const { output, fingerprint } of [...draft.state.outputs.values()])
    if (!draft.state.alerts.has(fingerprint)) draft.delete('outputs', outputKey(output, fingerprint));

  const shown = new Set([...draft.state.incidents.values()].flatMap(({ alerts }) => alerts));
  for (const { fingerprint, state, lastAt } of [...draft.state.alerts.values()])
    if (state !== 'firing' && lastAt < over && !shown.has(fingerprint)) draft.delete('alerts', fingerprint);
};

const burns = (state: State, { alerts }: Incident): boolean =>
  alerts.some((fingerprint) => state.alerts.get(fingerprint)?.state === 'firing');
