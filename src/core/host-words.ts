import { parseAddress } from './address.ts';

/** More candidates than this in one message are log files, not lists of hosts. */
const MOST = 80;
const LONGEST = 253;

/**
 * Words of free text that may name a host: addresses, and names with a digit, a dash or a dot in them (RFC 1123 letters). Each once, in
 * their order, without ports and the marks around them. Whether they are hosts only the inventory knows.
 */
export const hostWords = (text: string): readonly string[] => {
  const found = new Set<string>();
  for (const [token] of text.matchAll(/[\w:][\w.:-]*/g)) {
    if (found.size >= MOST) break;
    const word = trimmed(token);
    if (word.length <= LONGEST && (parseAddress(word) !== undefined || isName(word))) found.add(word);
  }
  return [...found];
};

/** `web-01:443,` → `web-01`; an IPv6 address keeps its colons. */
const trimmed = (token: string): string => {
  const bare = token.replace(/[.:-]+$/, '');
  if (parseAddress(bare) !== undefined) return bare;
  const [host = '', port = '', more] = bare.split(':');
  return more === undefined && /^\d{0,5}$/.test(port) ? host : bare;
};

const isName = (word: string): boolean =>
  /^[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?$/.test(word) && /[A-Za-z]/.test(word) && /[\d.-]/.test(word);
