import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { forbiddenAddress, guardedLookup } from '../../../src/adapters/outputs/guarded-lookup.ts';
import { createSmtp } from '../../../src/adapters/outputs/smtp.ts';
import { createSyslog, type SyslogOptions } from '../../../src/adapters/outputs/syslog.ts';
import { createWebhook, signature } from '../../../src/adapters/outputs/webhook.ts';

import { OutputError } from '../../../src/core/output/failure.ts';
import type { Output } from '../../../src/core/ports.ts';
import { aNotice } from '../../support/notices.ts';
import { GOOD, KEY } from '../pce/support/certificates.ts';

const NOW = Date.UTC(2026, 10, 22, 10, 2, 11);

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

interface Seen {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An HTTP receiver that keeps what it gets and answers as told. */
const receiver = async (answer: (response: ServerResponse, request: IncomingMessage) => void) => {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push({ headers: request.headers, body });
      answer(response, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, url: `http://127.0.0.1:${portOf(server)}/hook` };
};

const webhook = (url: string, over: { timeoutMs?: number; allow?: readonly string[] } = {}): Output => {
  const output = createWebhook(
    {
      name: 'hook',
      url,
      preset: 'plain',
      secret: 'shared',
      headers: {},
      allow: ['127.0.0.1'],
      timeoutMs: 2_000,
      ...over,
    },
    { now: () => NOW },
  );
  onTestFinished(() => output.close());
  return output;
};

const failureOf = async (sent: Promise<void>): Promise<OutputError> => {
  const error = await sent.then(
    () => new Error('it was taken'),
    (cause: unknown) => cause,
  );
  if (error instanceof OutputError) return error;
  throw error;
};

describe('a webhook', () => {
  it('is signed over time and body, and a repeat carries the same key', async () => {
    const { seen, url } = await receiver((response) => response.end('ok'));
    const output = webhook(url);
    await output.send(aNotice());
    await output.send(aNotice());
    const [first, second] = seen;
    const seconds = String(NOW / 1_000);
    expect(JSON.parse(first?.body ?? '')).toEqual(aNotice());
    expect(first?.headers['x-chatops-timestamp']).toBe(seconds);
    expect(first?.headers['x-chatops-signature']).toBe(signature('shared', seconds, first?.body ?? ''));
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
  });

  const rows: readonly (readonly [string, (response: ServerResponse) => void, Partial<OutputError>])[] = [
    [
      'an error page that says 200 is not a success',
      (r) => r.setHeader('content-type', 'text/html').end('<h1>Sign in</h1>'),
      { again: true },
    ],
    [
      '429 waits as long as it is asked to',
      (r) => r.writeHead(429, { 'retry-after': '7' }).end(),
      { again: true, waitMs: 7_000 },
    ],
    [
      'an absurd Retry-After is bounded',
      (r) => r.writeHead(429, { 'retry-after': '864000' }).end(),
      { again: true, waitMs: 900_000 },
    ],
    ['503 is tried again', (r) => r.writeHead(503).end(), { again: true, unclear: true }],
    ['400 will never work', (r) => r.writeHead(400).end(), { again: false }],
    ['422 neither', (r) => r.writeHead(422).end(), { again: false }],
    ['a key that is refused can be mended: the notice waits', (r) => r.writeHead(401).end(), { again: true }],
    ['an address that leads nowhere, too', (r) => r.writeHead(404).end(), { again: true }],
    [
      'a redirect is not followed',
      (r) => r.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      { again: true },
    ],
    ['a connection that breaks leaves it open', (r) => r.destroy(), { again: true, unclear: true }],
  ];
  it.each(rows)('%s', async (_, answer, expected) => {
    const { url } = await receiver(answer);
    expect(await failureOf(webhook(url).send(aNotice()))).toMatchObject(expected);
  });

  it('that never answers is given up after its time-out, and it is open whether it was taken', async () => {
    const { url } = await receiver(() => {});
    expect(await failureOf(webhook(url, { timeoutMs: 100 }).send(aNotice()))).toMatchObject({
      again: true,
      unclear: true,
    });
  });

  it('that nobody listens at was certainly not taken', async () => {
    expect(await failureOf(webhook('http://127.0.0.1:9/').send(aNotice()))).toMatchObject({
      again: true,
      unclear: false,
    });
  });

  it.each([
    'http://127.0.0.1:1/',
    'http://2130706433:1/',
    'http://169.254.169.254/latest',
    'http://168.63.129.16/',
    'http://[::1]:1/',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[fd00:ec2::254]/',
  ])('does not call %s unless it is listed', async (url) => {
    expect(await failureOf(webhook(url, { allow: [] }).send(aNotice()))).toMatchObject({ again: true });
  });

  it('a name that resolves to this machine is refused when connecting', async () => {
    const failure = await failureOf(webhook('http://localhost:9/', { allow: [] }).send(aNotice()));
    expect(failure.message).toContain('resolves to an address of this machine');
  });

  it('an ordinary private address is a receiver like any other', () => {
    expect(forbiddenAddress('10.1.2.3', [])).toBe(false);
    expect(guardedLookup([])).toBeTypeOf('function');
  });
});

const mailServer = async (options: SMTPServerOptions) => {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      let text = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      stream.on('end', () => {
        mails.push(text);
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  const output = createSmtp({
    name: 'mail',
    host: '127.0.0.1',
    port: portOf(server.server),
    security: 'none',
    ca: undefined,
    user: undefined,
    password: undefined,
    from: 'Illumio ChatOps <bot@example.com>',
    to: ['soc@example.com'],
    timeoutMs: 2_000,
  });
  onTestFinished(() => output.close());
  return { mails, output };
};

const smtpError = (code: number): Error => Object.assign(new Error('not now'), { responseCode: code });

describe('mail', () => {
  it('goes out as text and HTML, and every copy of one notice has the same Message-ID', async () => {
    const { mails, output } = await mailServer({});
    await output.send(aNotice());
    await output.send(aNotice());
    const ids = mails.map((mail) => /^Message-ID: (.*)$/im.exec(mail)?.[1]?.trim());
    expect(ids).toEqual(['<k1@example.com>', '<k1@example.com>']);
    expect(mails[0]).toContain('Subject: Error: firewall tampering on web-01 (prod-east)');
    expect(mails[0]).toMatch(/text\/plain[\s\S]*text\/html/);
  });

  it('greylisting is tried again later', async () => {
    const { output } = await mailServer({ onRcptTo: (_address, _session, done) => done(smtpError(450)) });
    expect(await failureOf(output.send(aNotice()))).toMatchObject({ again: true, unclear: false });
  });

  it('a recipient that does not exist is for the operator to mend: mails wait', async () => {
    const { output } = await mailServer({ onRcptTo: (_address, _session, done) => done(smtpError(550)) });
    expect(await failureOf(output.send(aNotice()))).toMatchObject({ again: true });
  });

  it('greylisted first, it is taken at the next try, once', async () => {
    let tries = 0;
    const { mails, output } = await mailServer({
      onRcptTo: (_address, _session, done) => {
        tries += 1;
        if (tries === 1) return done(smtpError(451));
        done();
      },
    });
    await failureOf(output.send(aNotice()));
    await output.send(aNotice());
    expect(mails).toHaveLength(1);
  });

  it('a server that refuses the mail itself will never take it', async () => {
    const { output } = await mailServer({
      onData(stream, _session, done) {
        stream.resume();
        stream.on('end', () => done(smtpError(554)));
      },
    });
    expect(await failureOf(output.send(aNotice()))).toMatchObject({ again: false });
  });

  it('a server without STARTTLS gets nothing where STARTTLS is asked for', async () => {
    const { mails, output } = await mailServer({});
    const strict = createSmtp({
      name: 'mail',
      host: '127.0.0.1',
      port: 9,
      security: 'starttls',
      ca: undefined,
      user: undefined,
      password: undefined,
      from: 'bot@example.com',
      to: ['soc@example.com'],
      timeoutMs: 500,
    });
    onTestFinished(() => strict.close());
    await failureOf(strict.send(aNotice()));
    expect(mails).toEqual([]);
    await output.send(aNotice());
    expect(mails).toHaveLength(1);
  });
});

const syslogServer = async (server: Server) => {
  const lines: string[] = [];
  server.on('connection', () => {});
  const take = (socket: NodeJS.ReadableStream): void => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.on('end', () => lines.push(text));
    socket.on('error', () => {});
  };
  server.on(server instanceof createTlsServer().constructor ? 'secureConnection' : 'connection', take);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { lines, port: portOf(server) };
};

const syslog = (over: Partial<SyslogOptions>): Output =>
  createSyslog({
    name: 'siem',
    host: '127.0.0.1',
    port: 0,
    tls: false,
    ca: undefined,
    format: 'json',
    self: { host: 'bot-1', version: '0.1.0' },
    timeoutMs: 2_000,
    ...over,
  });

describe('syslog', () => {
  it('a line is counted in bytes, so that text of more than one byte a letter stays whole', async () => {
    const { lines, port } = await syslogServer(createTcp());
    await syslog({ port }).send(aNotice({ story: 'Größe — 日本' }));
    const [, count, line] = /^(\d+) ([\s\S]*)$/.exec(lines[0] ?? '') ?? [];
    expect(Number(count)).toBe(Buffer.byteLength(line ?? ''));
    expect(line).toContain('Größe — 日本');
  });

  it('over TLS with an authority of one’s own', async () => {
    const { lines, port } = await syslogServer(createTlsServer({ cert: GOOD, key: KEY }));
    await syslog({ port, tls: true, ca: GOOD }).send(aNotice());
    expect(lines).toHaveLength(1);
  });

  it('a certificate that is not trusted gets nothing', async () => {
    const { lines, port } = await syslogServer(createTlsServer({ cert: GOOD, key: KEY }));
    expect(await failureOf(syslog({ port, tls: true }).send(aNotice()))).toMatchObject({
      again: true,
      unclear: false,
    });
    expect(lines).toEqual([]);
  });

  it('a server that breaks the connection did not take it', async () => {
    const { port } = await syslogServer(createTcp((socket) => socket.resetAndDestroy()));
    expect(await failureOf(syslog({ port }).send(aNotice()))).toMatchObject({ again: true });
  });

  it('a server that hangs up by itself after it has taken the bytes may not have read them: they are sent again', async () => {
    const { port } = await syslogServer(createTcp((socket) => socket.end()));
    expect(await failureOf(syslog({ port }).send(aNotice()))).toMatchObject({ again: true, unclear: true });
  });

  it('a server that stalls before the handshake is given up after the time-out, and got nothing', async () => {
    const { lines, port } = await syslogServer(createTcp());
    const stalled = syslog({ port, tls: true, ca: GOOD, timeoutMs: 150 });
    expect(await failureOf(stalled.send(aNotice()))).toMatchObject({ again: true, unclear: false });
    expect(lines.join('')).not.toContain('illumio-chatops');
  });

  it('a server that floods us with answers is neither read nor waited for', async () => {
    const flood = createTcp((socket) => {
      const pour = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 'x')));
      };
      socket.on('drain', pour);
      socket.on('error', () => {});
      pour();
    });
    const { lines, port } = await syslogServer(flood);
    await syslog({ port }).send(aNotice());
    expect(lines.join('')).toContain('firewall tampering');
  });

  it('nobody there: tried again', async () => {
    expect(await failureOf(syslog({ port: 9 }).send(aNotice()))).toMatchObject({
      again: true,
      unclear: false,
    });
  });
});
