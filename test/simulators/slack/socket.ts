import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Any, Bench } from './support.ts';

/** What a plain Socket Mode client saw, and its connection. */
export interface RawSocket {
  readonly socket: WebSocket;
  readonly hello: Any;
  /** Envelopes in the order they came. */
  readonly received: Any[];
  readonly disconnects: string[];
  send(message: object): void;
  closed: Promise<number>;
}

/** What to put into the ack of an envelope; undefined = an ack without payload, `null` = no ack at all. */
export type Answer = (envelope: Any) => unknown;

/** Answers a submitted view with this, everything else with a plain ack. */
export const answerSubmission =
  (payload: unknown): Answer =>
  (envelope) =>
    envelope.payload.type === 'view_submission' ? payload : undefined;

/** Lets everything that is due on the real event loop happen once. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves when so many envelopes have come. */
export const arrived = async (received: readonly Any[], count: number): Promise<void> => {
  while (received.length < count) await turn();
};

/** Opens one Socket Mode connection without any SDK and waits for the first message. */
export const openSocket = async (b: Bench, answer: Answer = () => undefined): Promise<RawSocket> => {
  const { url } = await b.api('apps.connections.open', {}, 'xapp-sim');
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  const received: Any[] = [];
  const disconnects: string[] = [];
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const send = (message: object): void => socket.send(JSON.stringify(message));
  const hello = await new Promise<Any>((resolve, reject) => {
    socket.once('error', reject);
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'disconnect') disconnects.push(message.reason);
      if (message.envelope_id === undefined) return resolve(message);
      received.push(message);
      const payload = answer(message);
      if (payload !== null)
        send({ envelope_id: message.envelope_id, ...(payload === undefined ? {} : { payload }) });
    });
  });
  return { socket, hello, received, disconnects, send, closed };
};
