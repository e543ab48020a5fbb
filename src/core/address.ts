/** An IP address as a number, with how many bits its family has. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** A network of addresses. */
export interface Network extends Address {
  readonly prefix: number;
}

/** `10.1.0.0/16`, `2001:db8::/32`, or a single address; undefined for anything else. */
export const parseNetwork = (text: string): Network | undefined => {
  const [, base, length] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = base === undefined ? undefined : parseAddress(base);
  if (address === undefined) return undefined;
  const prefix = length === undefined ? address.bits : Number(length);
  return prefix <= address.bits ? { ...address, prefix } : undefined;
};

/** What is not on the Internet: RFC 1918, loopback, link-local, CGNAT, multicast, documentation, and their like in IPv6. */
const NOT_PUBLIC = [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.168.0.0/16',
  '198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3',
  '::/127 ::ffff:0:0/96 2001:db8::/32 fc00::/7 fe80::/10 ff00::/8',
].flatMap((line) => line.split(' '));

let notPublic: readonly Network[] | undefined;

/** True for an address of the Internet; text that is no address is none (IANA special-purpose registries). */
export const isPublic = (text: string): boolean => {
  notPublic ??= NOT_PUBLIC.flatMap((one) => parseNetwork(one) ?? []);
  return parseAddress(text) !== undefined && !notPublic.some((network) => inNetwork(text, network));
};

/** True when the address lies in the network; text that is no address lies in none. */
export const inNetwork = (text: string, network: Network): boolean => {
  const address = parseAddress(text);
  return address !== undefined && liesIn(address, network);
};

/** `inNetwork` for an address that was read before. */
const liesIn = (address: Address, network: Network): boolean => {
  if (address.bits !== network.bits) return false;
  const shift = BigInt(network.bits - network.prefix);
  return address.value >> shift === network.value >> shift;
};

/** `10.0.0.1`, `2001:db8::1`; undefined for anything else. */
export const parseAddress = (text: string): Address | undefined =>
  text.includes(':') ? parseV6(text) : parseV4(text);

/** Sign by sign: a search of a network reads the addresses of every host in it, and patterns take four times as long. */
const parseV4 = (text: string): Address | undefined => {
  let value = 0;
  let part = 0;
  let digits = 0;
  let parts = 1;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    if (sign === DOT) {
      if (digits === 0) return undefined;
      value = value * 256 + part;
      part = 0;
      digits = 0;
      parts += 1;
    } else {
      if (sign < ZERO || sign > ZERO + 9) return undefined;
      part = part * 10 + sign - ZERO;
      digits += 1;
      if (digits > 3 || part > 255) return undefined;
    }
  }
  return parts === 4 && digits > 0 ? { bits: 32, value: BigInt(value * 256 + part) } : undefined;
};

const DOT = 0x2e;
const ZERO = 0x30;

const parseV6 = (text: string): Address | undefined => {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return undefined;
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...left, ...Array<string>(missing).fill('0'), ...right];
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return { bits: 128, value: all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n) };
};

/** An address as people write it; IPv6 without `::`. */
export const addressText = ({ bits, value }: Address): string => {
  const width = bits === 32 ? 8n : 16n;
  const parts = Array.from({ length: bits === 32 ? 4 : 8 }, (_, i, all = bits === 32 ? 3 : 7) => {
    const part = (value >> (BigInt(all - i) * width)) & ((1n << width) - 1n);
    return part.toString(bits === 32 ? 10 : 16);
  });
  return parts.join(bits === 32 ? '.' : ':');
};

/** A network as people write it: `10.1.2.0/24`. */
export const networkText = ({ bits, value, prefix }: Network): string => {
  const shift = BigInt(bits - prefix);
  return `${addressText({ bits, value: (value >> shift) << shift })}/${prefix}`;
};
