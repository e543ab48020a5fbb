import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

/** A request that a server of this process took, or whose answer has been handed to the network. */
export interface Seen {
  readonly when: 'started' | 'answered';
  /** Without query. */
  readonly path: string;
  /** performance.now() */
  readonly at: number;
}

/**
 * Watches a simulator from outside through Node's own diagnostics channels: no proxy stands in between that would take time of its own.
 * `started` is told before the server has seen the request. @returns ends the watching
 */
export const watchRequests = (port: number, listener: (seen: Seen) => void): (() => void) => {
  const tell = (when: Seen['when']) => (message: unknown) => {
    const { request } = message as { readonly request: IncomingMessage };
    if (request.socket.localPort !== port) return;
    listener({ when, path: (request.url ?? '').split('?')[0] ?? '', at: performance.now() });
  };
  const started = tell('started');
  const answered = tell('answered');
  subscribe('http.server.request.start', started);
  subscribe('http.server.response.finish', answered);
  return () => {
    unsubscribe('http.server.request.start', started);
    unsubscribe('http.server.response.finish', answered);
  };
};
