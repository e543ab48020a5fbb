import { afterEach } from 'vitest';
import type { PceSimulator, PceSimulatorOptions } from '../../../src/simulators/pce/index.ts';
import { startPceSimulator } from '../../../src/simulators/pce/index.ts';

/** Where the clock of every test stands until the test moves it. */
const NOON = Date.parse('2026-09-10T12:00:00.000Z');

/** An answer, read. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; read only when the test expects JSON. */
  json<T = Row[]>(): T;
}

export type Row = Record<string, unknown>;

/** A simulator and the calls a test makes to it, with the right key unless it says otherwise. */
export interface Client {
  readonly sim: PceSimulator;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  put(path: string, body: unknown): Promise<Reply>;
  post(path: string, body: unknown): Promise<Reply>;
  /** POST to /_sim/…, which must succeed. */
  drive(path: string, body: unknown): Promise<Reply>;
  /** The first workload with this hostname. */
  workload(hostname: string): Promise<Workload>;
  /** The href of a label. */
  label(key: string, value: string): Promise<string>;
}

export interface Workload extends Row {
  readonly href: string;
  readonly hostname: string;
  readonly labels: readonly { readonly href: string; readonly key: string; readonly value: string }[];
  readonly agent: { readonly status: Readonly<Record<string, unknown>> };
}

const running: PceSimulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sim) => sim.close()));
});

/** Basic credentials as a header. */
export const basic = (key: string, secret: string): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`,
});

/** Starts a simulator whose clock stands still at NOON; it is stopped after the test. */
export const start = async (options: PceSimulatorOptions = {}): Promise<Client> => {
  const sim = await startPceSimulator({ now: NOON, realTime: () => 0, ...options });
  running.push(sim);
  const call: Client['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${sim.url}${path.startsWith('/_sim') ? '' : '/api/v2'}${path}`, {
      method,
      headers: { ...basic('api_sim', 'simsecret'), Accept: 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: <T>() => JSON.parse(text) as T };
  };
  const client: Client = {
    sim,
    call,
    get: (path, headers) => call('GET', path, undefined, headers),
    put: (path, body) => call('PUT', path, body),
    post: (path, body) => call('POST', path, body),
    drive: async (path, body) => {
      const reply = await call('POST', `/_sim/${path}`, body);
      if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`);
      return reply;
    },
    workload: async (hostname) => {
      const rows = (await client.get(`/orgs/1/workloads?hostname=${hostname}`)).json<Workload[]>();
      const found = rows.find((row) => row.hostname === hostname);
      if (!found) throw new Error(`no workload ${hostname}`);
      return found;
    },
    label: async (key, value) => {
      const rows = (await client.get(`/orgs/1/labels?key=${key}&value=${value}`)).json<Row[]>();
      const found = rows.find((row) => row['value'] === value);
      if (!found) throw new Error(`no label ${key}=${value}`);
      return String(found['href']);
    },
  };
  return client;
};

/** The tokens of an error body, which is always an array (facts §1). */
export const tokens = (reply: Reply): readonly unknown[] => reply.json().map((item) => item['token']);

/** A time of the test's clock, `minutes` after NOON. */
export const at = (minutes: number): string => new Date(NOON + minutes * 60_000).toISOString();
