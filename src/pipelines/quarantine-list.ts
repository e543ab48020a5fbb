import { LIST_CARD } from '../core/state.ts';
import { quarantinedView } from '../views/quarantined.ts';
import type { Wish } from './cards.ts';
import type { RespondingDeps } from './response-desk.ts';

/**
 * The one message that lists who is in quarantine, where a channel for it is configured: posted once and edited in place, so that it
 * can be pinned. Nothing stands there before the first quarantine.
 */
export const quarantineList = async ({
  store,
  board,
}: Pick<RespondingDeps, 'store' | 'board'>): Promise<Wish[]> => {
  const { list } = board;
  if (list === undefined) return [];
  const key = `${LIST_CARD}${list}`;
  const rows = await store.quarantines();
  if (rows.length === 0 && (await store.card(key)) === undefined) return [];
  const face = rows.map(({ id, until, kept, alone, policy }) =>
    [id, until, kept?.at, alone?.reviewed?.at, JSON.stringify(policy)].join(' '),
  );
  return [{ key, channel: list, face: face.join('\n') || 'none', message: () => quarantinedView(rows, 0) }];
};
