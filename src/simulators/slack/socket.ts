import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { isObject, tryJson } from './args.ts';
import { pick } from './random.ts';
import { APP } from './seed.ts';
import type { Sim } from './sim.ts';
import type { Json } from './types.ts';

/** Connections an app may have at once (facts/slack §2). */
const MAX_CONNECTIONS = 10;
/** How long a connection lives, and with `debug_reconnects=true` (facts/slack §2). */
const LIFE_MS = 18_060_000;
const DEBUG_LIFE_MS = 360_000;
/** Between a `disconnect` message and Slack's own end of the connection (facts/slack §2). */
const GRACE_MS = 10_000;

/** After how long the server gives up a silent connection: missed pongs, as facts/slack §2 has it for clients. */
const SILENT_MS = 30_000;

/** The ways to disturb connections: a disconnect message, silence on an open TCP connection, or its end. */
export type Disturbance = { readonly reason: string } | 'halfopen' | 'drop';

/** Socket Mode's server side. */
export interface Hub {
  /** A ws:// URL with a ticket for one connection. */
  openUrl(): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Connections that take envelopes. */
  size(): number;
  /** Sends to ONE random open connection; false when there is none. */
  send(envelope: Json): boolean;
  /** Disturbs the oldest `count` connections (default all); the number disturbed. */
  disturb(what: Disturbance, count?: number): number;
  close(): void;
}

interface Connection {
  readonly socket: WebSocket;
  /** Told to go: gets no further envelopes. */
  leaving: boolean;
  /** Half-open: nothing arrives in either direction. */
  silent: boolean;
}

/** `onMessage` gets what the app sends: acks. */
export const createHub = (sim: Sim, onMessage: (message: Json) => void): Hub => {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const connections = new Set<Connection>();

  const open = (): Connection[] =>
    [...connections].filter((one) => !one.leaving && one.socket.readyState === one.socket.OPEN);

  const tell = (connection: Connection, message: Json): void => {
    if (!connection.silent) connection.socket.send(JSON.stringify(message));
  };

  const dismiss = (connection: Connection, reason: string): void => {
    tell(connection, { type: 'disconnect', reason, debug_info: { host: 'applink-sim' } });
    connection.leaving = reason !== 'warning';
    sim.clock.after(GRACE_MS, () => connection.socket.close(1000));
    sim.changes.bump();
  };

  const ping = (connection: Connection): void => {
    sim.clock.after(sim.pingMs, () => {
      if (!connections.has(connection) || connection.silent) return;
      connection.socket.ping('Ping from applink-sim');
      ping(connection);
    });
  };

  const welcome = (socket: WebSocket, lifeMs: number): void => {
    const connection: Connection = { socket, leaving: false, silent: false };
    socket.on('error', () => socket.terminate());
    if (connections.size >= MAX_CONNECTIONS) {
      tell(connection, {
        type: 'disconnect',
        reason: 'too_many_websockets',
        debug_info: { host: 'applink-sim' },
      });
      socket.close(1000);
      return;
    }
    connections.add(connection);
    socket.on('close', () => {
      connections.delete(connection);
      sim.changes.bump();
    });
    socket.on('message', (data) => {
      const message = tryJson(String(data));
      if (isObject(message)) onMessage(message);
    });
    tell(connection, {
      type: 'hello',
      num_connections: connections.size,
      connection_info: { app_id: APP.app },
      debug_info: { host: 'applink-sim', build_number: 1, approximate_connection_time: lifeMs / 1000 },
    });
    ping(connection);
    sim.clock.after(lifeMs - GRACE_MS, () => connections.has(connection) && dismiss(connection, 'warning'));
    sim.changes.bump();
  };

  const disturbOne = (connection: Connection, what: Disturbance): void => {
    if (what === 'drop') connection.socket.terminate();
    else if (what === 'halfopen') {
      connection.silent = true;
      connection.socket.pause();
      sim.clock.after(SILENT_MS, () => connection.socket.terminate());
    } else dismiss(connection, what.reason);
  };

  return {
    openUrl: () => {
      const ticket = sim.ids.secret();
      tickets.add(ticket);
      return `${sim.url.replace('http', 'ws')}/link?ticket=${ticket}&app_id=${APP.app}`;
    },
    upgrade: (request, socket, head) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (url.pathname !== '/link' || !tickets.delete(url.searchParams.get('ticket') ?? '')) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
        return;
      }
      const lifeMs = url.searchParams.get('debug_reconnects') === 'true' ? DEBUG_LIFE_MS : LIFE_MS;
      server.handleUpgrade(request, socket, head, (accepted) => welcome(accepted, lifeMs));
    },
    size: () => open().length,
    send: (envelope) => {
      const connection = pick(sim.random, open());
      if (connection === undefined) return false;
      tell(connection, envelope);
      return true;
    },
    disturb: (what, count = Infinity) => {
      const targets = open().slice(0, count);
      for (const connection of targets) disturbOne(connection, what);
      return targets.length;
    },
    close: () => {
      for (const { socket } of connections) socket.terminate();
      server.close();
    },
  };
};
