/** Bytes that JSON is made of. */
export const BYTE = {
  quote: 0x22,
  comma: 0x2c,
  minus: 0x2d,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openArray: 0x5b,
  backslash: 0x5c,
  closeArray: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
  newline: 0x0a,
} as const;

/** What a scan gives instead of a position: the text goes on beyond the bytes at hand. */
export const MORE = -1;
/** What a scan gives instead of a position: not the plain shape it knows. JSON.parse decides. */
export const ODD = -2;

/** The first position from `at` that is no JSON white space. */
export const skipSpace = (bytes: Uint8Array, at: number): number => {
  let here = at;
  for (;;) {
    const byte = bytes[here] as number;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return here;
    here += 1;
  }
};

/** True when the literal stands at `at`. */
export const standsAt = (bytes: Uint8Array, at: number, literal: Uint8Array): boolean => {
  for (let i = 0; i < literal.length; i += 1) if (bytes[at + i] !== literal[i]) return false;
  return true;
};

/** After the object or array that opens at `at`, told by brackets and quotes alone; MORE when it does not close before `end`. */
export const afterBrackets = (bytes: Uint8Array, at: number, end: number): number => {
  let depth = 0;
  for (let here = at; here < end; here += 1) {
    const byte = bytes[here] as number;
    if (byte === BYTE.quote) {
      here = closingQuote(bytes, here + 1, end);
      if (here < 0) return MORE;
    } else if (byte === BYTE.openObject || byte === BYTE.openArray) depth += 1;
    else if (byte === BYTE.closeObject || byte === BYTE.closeArray) {
      depth -= 1;
      if (depth === 0) return here + 1;
    }
  }
  return MORE;
};

/** Where the string ends whose first byte is at `at`; MORE when it does not before `end`. */
const closingQuote = (bytes: Uint8Array, at: number, end: number): number => {
  for (let here = at; here < end; here += 1) {
    const byte = bytes[here] as number;
    if (byte === BYTE.quote) return here;
    if (byte === BYTE.backslash) here += 1;
  }
  return MORE;
};

/**
 * Where an element of an array ends: the comma or closing bracket after it, told by brackets and quotes alone. `[{]}` stays
 * inside: JSON.parse refuses it. MORE when that is not before `end`; ODD when a brace closes what is no object.
 */
export const elementEnd = (bytes: Uint8Array, at: number, end: number): number => {
  for (let here = at; here < end; here += 1) {
    const byte = bytes[here] as number;
    if (byte === BYTE.comma || byte === BYTE.closeArray) return here;
    if (byte === BYTE.closeObject) return ODD;
    if (byte === BYTE.quote) here = closingQuote(bytes, here + 1, end);
    else if (byte === BYTE.openObject || byte === BYTE.openArray) here = afterBrackets(bytes, here, end) - 1;
    if (here < 0) return MORE;
  }
  return MORE;
};

/** After a string without escapes; ODD for one with escapes or control characters, MORE when it does not close before `end`. */
export const afterString = (bytes: Uint8Array, at: number, end: number): number => {
  let here = at + 1;
  for (;;) {
    const byte = bytes[here] as number;
    if (byte === BYTE.quote) return here < end ? here + 1 : MORE;
    // The bytes after `end` are zero or old: whatever is met there, the text goes on.
    if (byte < 0x20 || byte === BYTE.backslash || here >= end) return here >= end ? MORE : ODD;
    here += 1;
  }
};
