import type { Args } from '../args.ts';
import type { Delivery } from '../delivery.ts';
import type { Sim } from '../sim.ts';
import type { Json } from '../types.ts';
import { click } from './click.ts';
import { typeCommand } from './command.ts';
import { addFault, disturbSockets, setRequestUrl } from './machinery.ts';
import { closeModal, submit } from './modal.ts';
import type { Outcome } from './outcome.ts';
import { stateOf } from './state.ts';
import { suggest } from './suggest.ts';
import {
  deleteMessage,
  openHome,
  postEvent,
  setChannel,
  setGroup,
  setScopes,
  setUser,
  useShortcut,
  writeMessage,
} from './workspace.ts';

const WAIT_MS = 25_000;

/**
 * The control API: what people and tests do to the workspace. Each function takes the JSON body of its `/_sim` route
 * and resolves with the JSON answer; what cannot be done rejects with CannotDo (HTTP 400 with the sentence).
 */
export const createControl = (sim: Sim, delivery: Delivery) => ({
  state: (): Json => stateOf(sim, delivery),
  command: (body: Args): Promise<Outcome> => typeCommand(sim, delivery, body),
  click: (body: Args): Promise<Outcome> => click(sim, delivery, body),
  suggest: (body: Args): Promise<Outcome> => suggest(sim, delivery, body),
  submit: (body: Args): Promise<Outcome> => submit(sim, delivery, body),
  close: (body: Args): Promise<Outcome> => closeModal(sim, delivery, body),
  shortcut: (body: Args): Promise<Outcome> => useShortcut(sim, delivery, body),
  home: (body: Args): Promise<Json> => openHome(sim, delivery, body),
  event: (body: Args): Promise<Json> => postEvent(sim, delivery, body),
  group: (body: Args): Promise<Json> => setGroup(sim, delivery, body),
  user: (body: Args): Promise<Json> => setUser(sim, delivery, body),
  channel: (body: Args): Promise<Json> => setChannel(sim, delivery, body),
  scopes: (body: Args): Promise<Json> => setScopes(sim, delivery, body),
  message: (body: Args): Promise<Json> => writeMessage(sim, delivery, body),
  delete: (body: Args): Promise<Json> => deleteMessage(sim, delivery, body),
  faults: async (body: Args): Promise<Json> => addFault(sim, body),
  clearFaults: async (): Promise<Json> => {
    sim.faults.clear();
    return { ok: true };
  },
  socket: async (body: Args): Promise<Json> => disturbSockets(delivery, body),
  requestUrl: async (body: Args): Promise<Json> => setRequestUrl(sim, body),
  /** Resolves with the change counter once it exceeds `since`, at the latest after 25 s. */
  changes: async (since: number): Promise<Json> => ({ change: await sim.changes.wait(since, WAIT_MS) }),
});

export type Control = ReturnType<typeof createControl>;
