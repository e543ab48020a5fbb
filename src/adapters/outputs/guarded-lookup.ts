import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { inNetwork, parseNetwork } from '../../core/address.ts';

/**
 * Where a webhook must not lead by itself: this machine, link-local addresses and the others where clouds answer with credentials,
 * and every form of IPv6 that carries one of IPv4. RFC 1918 addresses are ordinary receivers here.
 */
const FORBIDDEN = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '::/96',
  'fe80::/10',
  'fd00:ec2::254',
  '::ffff:0:0/96',
  '64:ff9b::/96',
  '2002::/16',
].flatMap((text) => parseNetwork(text) ?? []);

/**
 * A DNS look-up that gives only addresses which may be called: what a name resolves to is checked at the moment of connecting, so a name
 * that changes its mind (DNS rebinding) gains nothing. @param allow addresses and networks that the operator lists
 */
export const guardedLookup = (allow: readonly string[]): LookupFunction => {
  const allowed = allow.flatMap((text) => parseNetwork(text) ?? []);
  const may = (address: string): boolean =>
    allowed.some((network) => inNetwork(address, network)) ||
    !FORBIDDEN.some((network) => inNetwork(address, network));
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: readonly LookupAddress[]) => {
      if (error !== null) return callback(error, '', 0);
      const good = addresses.filter(({ address }) => may(address));
      const [first] = good;
      if (first === undefined) return callback(forbidden(hostname), '', 0);
      return options.all === true ? callback(null, [...good]) : callback(null, first.address, first.family);
    });
  };
};

/** An address written as such is never looked up: it is checked when the configuration is read. */
export const forbiddenAddress = (host: string, allow: readonly string[]): boolean => {
  const bare = host.replace(/^\[|\]$/g, '');
  const allowed = allow.flatMap((text) => parseNetwork(text) ?? []);
  return (
    FORBIDDEN.some((network) => inNetwork(bare, network)) &&
    !allowed.some((network) => inNetwork(bare, network))
  );
};

const forbidden = (hostname: string): NodeJS.ErrnoException =>
  Object.assign(
    new Error(
      `${hostname} resolves to an address of this machine or its link; list it under allow if that is meant`,
    ),
    {
      code: 'EFORBIDDENADDRESS',
    },
  );
