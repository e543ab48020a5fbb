/** IBM's Log Event Extended Format, 1.0 and 2.0: five header fields between pipes, then `key=value` pairs between a delimiter. */
export interface LeefRecord {
  readonly vendor: string;
  readonly product: string;
  readonly version: string;
  readonly event: string;
  readonly attributes: readonly (readonly [key: string, value: string])[];
}

export type ReadLeef =
  | { readonly ok: true; readonly record: LeefRecord }
  | { readonly ok: false; readonly why: string };

/** The format has no escape: what would end a pair becomes a blank, what would end a header field a `/`. */
const DELIMITER = '\t';

/** One line of version 2.0 with tabs, without an end. */
export const writeLeef = (record: LeefRecord): string => {
  const header = [record.vendor, record.product, record.version, record.event].map((field) =>
    field.replace(/[\r\n\t]+/g, ' ').replace(/\|/g, '/'),
  );
  const pairs = record.attributes.map(([key, value]) => `${key}=${value.replace(/[\r\n\t]+/g, ' ')}`);
  return `LEEF:2.0|${header.join('|')}|x09|${pairs.join(DELIMITER)}`;
};

/** Reads a line that begins with `LEEF:`. Never throws. */
export const readLeef = (line: string): ReadLeef => {
  const [first = '', vendor, product, version, event, ...rest] = line.split('|');
  const two = first === 'LEEF:2.0';
  if (!two && first !== 'LEEF:1.0') return { ok: false, why: 'not LEEF 1.0 or 2.0' };
  if (vendor === undefined || product === undefined || version === undefined || event === undefined)
    return { ok: false, why: 'not five LEEF header fields' };
  const given = two ? delimiterOf(rest[0] ?? '') : undefined;
  const body = (given === undefined ? rest : rest.slice(1)).join('|');
  const attributes = body
    .split(given ?? DELIMITER)
    .map((pair) => [pair, pair.indexOf('=')] as const)
    .filter(([, at]) => at > 0)
    .map(([pair, at]) => [pair.slice(0, at).trim(), pair.slice(at + 1)] as const);
  return { ok: true, record: { vendor, product, version, event, attributes } };
};

/** A single character, or its code in hexadecimal: `^`, `x09`, `0x7c`; undefined for a header without that field. */
const delimiterOf = (field: string): string | undefined => {
  const code = /^0?x([0-9a-fA-F]{2,4})$/.exec(field)?.[1];
  if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
  if (field === '') return DELIMITER;
  return [...field].length === 1 ? field : undefined;
};
