import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { OutputError } from '../../core/output/failure.ts';
import type { OutputSettings } from '../../core/settings.ts';
import { forbiddenAddress, guardedLookup } from './guarded-lookup.ts';

interface Place {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly caFile?: string | undefined;
  readonly lookup?: LookupFunction;
}

/**
 * Connects to where an output leads, as `openOutput` would, and hangs up: nothing is sent. Whether it would take a notice is not known by that.
 * @returns host and port. Rejects with OutputError that says why it cannot be reached
 */
export const reachOutput = async (settings: OutputSettings): Promise<string> => {
  const place = placeOf(settings);
  let socket: Socket | undefined;
  const timeout = setTimeout(
    () => socket?.destroy(new Error(`no answer within ${settings.timeoutMs} ms`)),
    settings.timeoutMs,
  );
  try {
    socket = open(place);
    await once(socket, place.tls ? 'secureConnect' : 'connect');
    return `${place.host}:${place.port}`;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message || cause.name : String(cause);
    throw new OutputError(`${place.host}:${place.port}: ${why}`, { again: true, cause });
  } finally {
    clearTimeout(timeout);
    socket?.destroy();
  }
};

const placeOf = (settings: OutputSettings): Place => {
  if (settings.type === 'syslog') return settings;
  if (settings.type === 'smtp') return { ...settings, tls: settings.security === 'tls' };
  const { protocol, hostname, port } = new URL(settings.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (forbiddenAddress(host, settings.allow))
    throw new OutputError(
      `${host} is this machine or its link; list the address under allow if that is meant`,
      {
        again: false,
      },
    );
  const tls = protocol === 'https:';
  return { host, port: Number(port) || (tls ? 443 : 80), tls, lookup: guardedLookup(settings.allow) };
};

const open = ({ host, port, tls, caFile, lookup }: Place): Socket => {
  const to = { host, port, ...(lookup === undefined ? {} : { lookup }) };
  const ca = caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') };
  return tls ? connectTls({ ...to, ...ca, servername: host, minVersion: 'TLSv1.2' }) : connectTcp(to);
};
