import { readFileSync } from 'node:fs';
import type { PceSettings } from '../../core/settings.ts';

/** Where a PCE is reached. */
export interface PceAddress {
  /** `https://pce.example.com:8443` */
  readonly origin: string;
  /** What every path begins with: `/api/v2`, after the path of the URL if it has one. */
  readonly prefix: string;
  /** The operator's own certificate authority, PEM; it replaces the system's for this PCE. */
  readonly ca: string | undefined;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Reads the address out of the settings. Throws an Error with a sentence for the operator. */
export const addressOf = ({
  name,
  url,
  caFile,
}: Pick<PceSettings, 'name' | 'url' | 'caFile'>): PceAddress => {
  const parsed = parsedUrl(name, url);
  if (parsed.username !== '' || parsed.password !== '') {
    throw new Error(`PCE ${name}: the key belongs into "key" and "secret", not into the url.`);
  }
  if (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && LOOPBACK.test(parsed.hostname))) {
    throw new Error(
      `PCE ${name}: ${parsed.protocol}//${parsed.host} is not https. Plain http is for this machine alone (localhost, 127.0.0.1, [::1]).`,
    );
  }
  const path = parsed.pathname.replace(/\/+$/, '').replace(/\/api\/v2$/, '');
  return {
    origin: parsed.origin,
    prefix: `${path}/api/v2`,
    ca: caFile === undefined ? undefined : authorityIn(name, caFile),
  };
};

const parsedUrl = (name: string, url: string): URL => {
  try {
    return new URL(url);
  } catch {
    throw new Error(`PCE ${name}: the url is not a URL like https://pce.example.com:8443.`);
  }
};

const authorityIn = (name: string, file: string): string => {
  try {
    const pem = readFileSync(file, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  } catch (cause) {
    throw new Error(`PCE ${name}: ca_file ${file} cannot be read.`, { cause });
  }
  throw new Error(`PCE ${name}: ca_file ${file} holds no PEM certificate.`);
};
