import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openProbes, openProcessFigures, ping, type Routes } from '../../../src/adapters/http/index.ts';
import { fakeLog } from '../../support/fakes.ts';

const routes: Routes = {
  '/healthz': async () => ({ status: 200, body: 'ok\n' }),
  '/readyz': async () => ({ status: 503, body: 'Slack: no connection\n' }),
  '/metrics': async () => ({ status: 200, type: 'text/plain; version=0.0.4', body: 'up 1\n' }),
  '/broken': async () => {
    throw new Error('on purpose');
  },
};

const aServer = async () => {
  const log = fakeLog();
  const server = await openProbes({ port: 0 }, routes, log);
  onTestFinished(server.close);
  const ask = (path: string, options: { method?: string; host?: string; body?: string } = {}) =>
    new Promise<{ status: number | undefined; type: string | undefined; body: string }>((resolve, reject) => {
      const { method = 'GET', host = '127.0.0.1', body } = options;
      const sent = request({ port: server.port, path, method, headers: { host } }, (answer) => {
        let text = '';
        answer.on('data', (piece) => {
          text += String(piece);
        });
        answer.on('end', () =>
          resolve({ status: answer.statusCode, type: answer.headers['content-type'], body: text }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  return { ...server, ask, log };
};

describe('the server for probes', () => {
  it.each<[string, string, { method?: string; host?: string }, number, RegExp]>([
    ['answers a path it knows', '/healthz', {}, 200, /^ok\n$/],
    ['says why not, in plain text', '/readyz', {}, 503, /Slack: no connection/],
    ['leaves out what follows a ?', '/healthz?x=1', {}, 200, /ok/],
    ['lists its paths for one it does not know', '/', {}, 404, /\/healthz\n\/readyz/],
    ['does not know what every object knows', '/constructor', {}, 404, /healthz/],
    ['answers HEAD without a body', '/healthz', { method: 'HEAD' }, 200, /^$/],
    ['takes nothing but GET', '/healthz', { method: 'POST' }, 405, /GET only/],
    ['answers to localhost', '/healthz', { host: 'localhost:9464' }, 200, /ok/],
    ['answers to ::1', '/healthz', { host: '[::1]:9464' }, 200, /ok/],
    ['not to a foreign name that leads here', '/metrics', { host: 'evil.example.com' }, 421, /127/],
    ['nor to one that begins like ours', '/metrics', { host: '127.0.0.1.example.com' }, 421, /127/],
    ['says that an answer failed, and no more', '/broken', {}, 500, /^failed, see the log\n$/],
  ])('%s', async (_, path, options, status, body) => {
    const { ask } = await aServer();
    const answer = await ask(path, options);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(body);
  });

  it('names the type of an answer that has one', async () => {
    expect((await (await aServer()).ask('/metrics')).type).toBe('text/plain; version=0.0.4');
  });

  it('refuses a request without a name, and hangs up', async () => {
    const { port } = await aServer();
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write('GET /healthz HTTP/1.0\r\n\r\n');
    let text = '';
    socket.on('data', (piece) => {
      text += String(piece);
    });
    await once(socket, 'end');
    expect(text).toMatch(/^HTTP\/1\.1 421 /);
    expect(text).toMatch(/connection: close/i);
  });

  it('rejects when the port is taken', async () => {
    const { port } = await aServer();
    await expect(openProbes({ port }, routes, fakeLog())).rejects.toThrow('EADDRINUSE');
  });
});

/** A service that is pinged, and what it got. */
const aService = async (status: number | undefined, headers: Record<string, string> = {}) => {
  const asked: string[] = [];
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    if (status !== undefined) response.writeHead(status, headers).end('x');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret?a=b` };
};

describe('ping', () => {
  it('makes one GET of the address as it stands', async () => {
    const { asked, url } = await aService(200);
    await ping(url);
    expect(asked).toEqual(['GET /secret?a=b']);
  });

  it.each<[string, number | undefined, Record<string, string>, string]>([
    ['an error', 500, {}, 'the ping was answered with HTTP 500'],
    [
      'a redirect, which is not followed',
      302,
      { location: '/elsewhere' },
      'the ping did not arrive: redirected',
    ],
    ['no answer', undefined, {}, 'the ping did not arrive: timeout'],
  ])('rejects for %s, without naming the address', async (_, status, headers, message) => {
    const { asked, url } = await aService(status, headers);
    await expect(ping(url, 200)).rejects.toThrow(new Error(message));
    expect(asked).toHaveLength(1);
  });

  it('rejects for a service that is away', async () => {
    await expect(ping('http://127.0.0.1:1/secret')).rejects.toThrow(/^the ping did not arrive: \w+( \w+)?$/);
  });
});

it('the figures of the process are plausible, and its delays begin anew with each reading', () => {
  const meter = openProcessFigures();
  onTestFinished(meter.close);
  const first = meter.read();
  expect(first.rssBytes).toBeGreaterThan(first.heapUsedBytes);
  expect(first.heapUsedBytes).toBeGreaterThan(1e6);
  expect(meter.read().loopDelayMs).toEqual({ p99: 0, max: 0 });
});
