import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { GOOD, KEY } from '../pce/support/certificates.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MESSAGES = 2_000;

/** A server for 127.0.0.1 that sends everything in one go and goes when all of it is answered. `named` = the names it was asked for. */
const aServer = async () => {
  const named: string[] = [];
  const answered: number[] = [];
  const server = createServer({
    cert: GOOD,
    key: KEY,
    SNICallback: (name, done) => {
      named.push(name);
      done(null);
    },
  });
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.on('message', (data) => {
      if (answered.push(JSON.parse(String(data)).n) === MESSAGES) socket.close(1000);
    });
    for (let n = 0; n < MESSAGES; n += 1) socket.send(JSON.stringify({ n, pad: 'ü'.repeat(400) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, named, answered };
};

/** Answers all it hears, in a process of its own: what a process trusts is settled when it starts. @returns how it ended */
const answering = async (url: string, trusting: boolean): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'wire-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, GOOD);
  const script = `
    const { dial } = await import(${JSON.stringify(new URL('dist/adapters/slack/wire.js', `file://${ROOT}`).href)});
    const { socket, send } = dial(${JSON.stringify(url)});
    socket.on('message', (data) => void send({ n: JSON.parse(data).n }));
    const ended = await new Promise((resolve) => socket.on('error', ({ code }) => resolve(code)).on('close', resolve));
    console.log(ended);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
    env: { ...process.env, ...(trusting ? { NODE_EXTRA_CA_CERTS: ca } : {}) },
  });
  return stdout.trim();
};

describe('a connection to Slack over TLS', () => {
  it.each<[string, boolean, string, string, readonly string[], number]>([
    ['127.0.0.1', true, '1000', 'all is heard and answered in order', [], MESSAGES],
    ['127.0.0.1', false, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'nobody is spoken to whom nobody vouches for', [], 0],
    ['localhost', true, 'ERR_TLS_CERT_ALTNAME_INVALID', 'nor who answers to another name', ['localhost'], 0],
  ])(
    'to %s, its authority trusted: %s, ends with %s: %s',
    async (host, trusting, ended, _, names, answers) => {
      const server = await aServer();
      expect(await answering(`wss://${host}:${server.port}/link?ticket=1`, trusting)).toBe(ended);
      expect(server.named).toEqual(names);
      expect(server.answered).toEqual(Array.from({ length: answers }, (_, n) => n));
    },
  );
});
