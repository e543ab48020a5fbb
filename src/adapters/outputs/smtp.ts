import { createTransport } from 'nodemailer';
import { OutputError } from '../../core/output/failure.ts';
import { mailOf } from '../../core/output/mail.ts';
import type { Output } from '../../core/ports.ts';

export interface SmtpOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte, `starttls` required before anything is said, or `none` for a relay on this machine. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly ca: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
  readonly timeoutMs: number;
}

/**
 * Sends notices by mail, text and HTML. SMTP has no way to ask whether a mail was taken, so a repeat after a lost answer may be a second copy:
 * all copies carry the same Message-ID, by which mail programs and people know them, and mails about one alert refer to the same thread.
 */
export const createSmtp = (options: SmtpOptions): Output => {
  const transport = createTransport({
    host: options.host,
    port: options.port,
    secure: options.security === 'tls',
    requireTLS: options.security === 'starttls',
    ignoreTLS: options.security === 'none',
    ...(options.user === undefined ? {} : { auth: { user: options.user, pass: options.password ?? '' } }),
    ...(options.ca === undefined ? {} : { tls: { ca: options.ca } }),
    connectionTimeout: options.timeoutMs,
    greetingTimeout: options.timeoutMs,
    socketTimeout: options.timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = options.from.replace(/^.*@/, '').replace(/>.*$/, '');
  return {
    name: options.name,
    async send(notice) {
      const { subject, text, html } = mailOf(notice);
      try {
        await transport.sendMail({
          from: options.from,
          to: [...options.to],
          subject,
          text,
          html,
          messageId: `<${idPart(notice.id)}@${domain}>`,
          references: `<${idPart(notice.dedupe)}@${domain}>`,
          date: new Date(notice.at),
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
      } catch (cause) {
        throw failure(cause);
      }
    },
    close: async () => transport.close(),
  };
};

/** What RFC 5322 allows left of the @ without quotes. */
const idPart = (text: string): string => text.replace(/[^A-Za-z0-9._-]/g, '_');

/**
 * 4xx asks for another try later (greylisting among them); 5xx to the mail itself will never do. What is refused before it, a login or an
 * address, is for the operator to mend, and the mail waits. Silence after DATA leaves it open.
 */
const failure = (cause: unknown): OutputError => {
  const { responseCode, code, command, message } = cause as {
    readonly responseCode?: number;
    readonly code?: string;
    readonly command?: string;
    readonly message?: string;
  };
  const beforeMail = code === 'EAUTH' || code === 'EENVELOPE';
  const said =
    responseCode === undefined ? (message ?? String(cause)) : `the mail server answered ${responseCode}`;
  return new OutputError(said, {
    again: beforeMail || responseCode === undefined || responseCode < 500,
    unclear: responseCode === undefined && command === 'DATA',
    cause,
  });
};
