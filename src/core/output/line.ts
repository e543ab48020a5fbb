import { writeCef } from '../formats/cef.ts';
import { writeLeef } from '../formats/leef.ts';
import type { Severity } from '../severity.ts';
import { headline, type Notice } from './notice.ts';

export const LINE_FORMATS = ['json', 'cef', 'leef'] as const;
export type LineFormat = (typeof LINE_FORMATS)[number];

/** Of RFC 5424 §6.2.1; facility 13 is "log audit". */
const SYSLOG: Readonly<Record<Severity, number>> = { info: 6, warning: 4, error: 3, critical: 2 };
const FACILITY = 13;
const CEF: Readonly<Record<Severity, number>> = { info: 3, warning: 6, error: 8, critical: 10 };

/**
 * A notice as one syslog message of RFC 5424 without its frame. @param host this machine's name @param version of the bot
 */
export const lineOf = (
  notice: Notice,
  format: LineFormat,
  { host, version }: { readonly host: string; readonly version: string },
): string => {
  const priority = FACILITY * 8 + SYSLOG[notice.severity];
  return `<${priority}>1 ${notice.at} ${token(host, 255)} illumio-chatops - ${token(notice.kind, 32)} - ${BODIES[format](notice, version)}`;
};

const BODIES: Readonly<Record<LineFormat, (notice: Notice, version: string) => string>> = {
  json: (notice) => JSON.stringify(notice),
  cef: (notice, version) =>
    writeCef({
      vendor: 'illumio-chatops',
      product: 'illumio-chatops',
      version,
      signature: `${notice.rule}.${notice.kind}`,
      name: headline(notice),
      severity: CEF[notice.severity],
      extension: fields(notice).map(([key, cef, value]) => [cef ?? key, value]),
    }),
  leef: (notice, version) =>
    writeLeef({
      vendor: 'illumio-chatops',
      product: 'illumio-chatops',
      version,
      event: `${notice.rule}.${notice.kind}`,
      attributes: [
        ['sev', String(CEF[notice.severity])],
        ...fields(notice).map(([key, , value]) => [key, value] as const),
      ],
    }),
};

/** Name in LEEF, name in CEF where that has one of its own, value. */
const fields = (notice: Notice): readonly (readonly [string, string | undefined, string])[] => [
  ['externalId', undefined, notice.id],
  ['devTime', 'rt', String(Date.parse(notice.at))],
  ['cat', undefined, notice.rule],
  ['pce', 'dvchost', notice.pce],
  ['identHostName', 'dhost', notice.hosts[0]?.name ?? ''],
  ['hostCount', 'cnt', String(Math.max(1, notice.hosts.length))],
  ['outcome', undefined, notice.kind],
  ['dedupe', 'cs1', notice.dedupe],
  ['msg', undefined, notice.story],
];

/** Printable ASCII without blanks, or the nil value (RFC 5424 §6). */
const token = (text: string, most: number): string =>
  text.replace(/[^\x21-\x7e]/g, '_').slice(0, most) || '-';
