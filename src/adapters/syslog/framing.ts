/** Cuts a stream of bytes into messages (RFC 6587): counted in bytes, or ended by a line feed; each message shows which by its first byte. */
export interface Framer {
  /** Messages that are whole with these bytes; `broken` = how many were too long or not framed at all, and are skipped. */
  feed(bytes: Buffer): { readonly lines: readonly string[]; readonly broken: number };
}

const LF = 0x0a;
const BLANK = 0x20;
/** More digits count more than any message may hold. */
const MOST_DIGITS = 7;

/** @param most bytes of one message; a peer can make this hold no more than that */
export const createFramer = (most: number): Framer => {
  let rest: Buffer = Buffer.alloc(0);
  /** Bytes of a message that is too long, still to come; Infinity = up to the next line feed. */
  let skip = 0;

  const skipped = (): boolean => {
    if (skip === Number.POSITIVE_INFINITY) {
      const end = rest.indexOf(LF);
      rest = end < 0 ? Buffer.alloc(0) : rest.subarray(end + 1);
      if (end < 0) return false;
      skip = 0;
      return true;
    }
    const now = Math.min(skip, rest.length);
    rest = rest.subarray(now);
    skip -= now;
    return skip === 0;
  };

  /** The next message; `more` = not whole yet, `broken` = what stands here is none. */
  const next = (): string | 'more' | 'broken' => {
    const first = rest[0] ?? 0;
    if (first < 0x31 || first > 0x39) return byLine();
    const blank = rest.subarray(0, MOST_DIGITS + 1).indexOf(BLANK);
    if (blank < 0) return rest.length <= MOST_DIGITS ? 'more' : byLine();
    const digits = rest.subarray(0, blank).toString('latin1');
    if (!/^\d+$/.test(digits)) return byLine();
    const length = Number(digits);
    if (length > most) {
      skip = blank + 1 + length;
      return 'broken';
    }
    if (rest.length < blank + 1 + length) return 'more';
    const line = rest.toString('utf8', blank + 1, blank + 1 + length);
    rest = rest.subarray(blank + 1 + length);
    return line;
  };

  const byLine = (): string | 'more' | 'broken' => {
    const end = rest.indexOf(LF);
    if (end >= 0 && end <= most) {
      const line = rest.toString('utf8', 0, end);
      rest = rest.subarray(end + 1);
      return line;
    }
    if (end < 0 && rest.length <= most) return 'more';
    skip = Number.POSITIVE_INFINITY;
    return 'broken';
  };

  return {
    feed(bytes) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const lines: string[] = [];
      let broken = 0;
      while (rest.length > 0) {
        if (skip > 0 && !skipped()) break;
        if (rest.length === 0) break;
        const line = next();
        if (line === 'more') break;
        if (line === 'broken') broken += 1;
        else if (line.trim() !== '') lines.push(line.trimEnd());
      }
      return { lines, broken };
    },
  };
};
