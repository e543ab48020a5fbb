import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { createLedger, type Mishap, type Receiver } from './receiver.ts';

/** A mail server that greylists now and then, or takes a mail and hangs up before it says so. */
export const openMail = async (): Promise<Receiver> => {
  const ledger = createLedger();
  let mishap: Mishap | undefined;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo(_address, _session, done) {
      mishap = ledger.called();
      if (mishap === 'before') return done(later());
      done();
    },
    onData(stream, session, done) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('error', () => {});
      stream.on('end', () => {
        const mail = Buffer.concat(pieces).toString('utf8');
        const [id, subject] = [header(mail, 'Message-ID'), header(mail, 'Subject')];
        if (id === undefined || subject === undefined) ledger.reject();
        else ledger.keep({ id, words: subject });
        if (mishap === 'after') return void connectionOf(server, session.id)?.resetAndDestroy();
        done();
      });
    },
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    ...ledger,
    name: 'mail',
    yaml: `{name: mail, type: smtp, host: 127.0.0.1, port: ${port}, security: none, from: bot@example.com, to: [soc@example.com], timeout: 1s}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};

const later = (): Error => Object.assign(new Error('greylisted, try again later'), { responseCode: 451 });

/** A header's value with its folded lines (RFC 5322 §2.2.3). */
const header = (mail: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\\r?\\n[ \\t].*)*)`, 'im').exec(mail)?.[1]?.replace(/\r?\n[ \t]/g, ' ');

interface Connection {
  readonly id: string;
  readonly _socket: { resetAndDestroy(): void };
}

/** The library has no way to break a connection: its own list of them is used. */
const connectionOf = (server: SMTPServer, id: string): Connection['_socket'] | undefined =>
  [...(server as SMTPServer & { readonly connections: ReadonlySet<Connection> }).connections].find(
    (connection) => connection.id === id,
  )?._socket;
