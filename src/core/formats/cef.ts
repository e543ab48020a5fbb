/**
 * ArcSight Common Event Format, version 0: seven header fields between pipes, then `key=value` pairs.
 * One module writes and reads it as the format's own page says; what the PCE does differently stands in `pce-cef.ts`.
 */
export interface CefRecord {
  readonly vendor: string;
  readonly product: string;
  readonly version: string;
  readonly signature: string;
  readonly name: string;
  /** 0 to 10. */
  readonly severity: number;
  /** In the order in which they stand in the line. */
  readonly extension: readonly (readonly [key: string, value: string])[];
}

export type ReadCef =
  | { readonly ok: true; readonly record: CefRecord }
  | { readonly ok: false; readonly why: string };

/** One line without an end. Header: `\` and `|` are escaped; values: `\`, `=` and line ends. Keys are ours: letters, digits, `_`, `.`. */
export const writeCef = (record: CefRecord): string => {
  const header = [record.vendor, record.product, record.version, record.signature, record.name].map(inHeader);
  const values = record.extension.map(([key, value]) => `${key}=${inValue(value)}`);
  return `CEF:0|${header.join('|')}|${record.severity}|${values.join(' ')}`;
};

/** Reads a line that begins with `CEF:`. Never throws. */
export const readCef = (line: string): ReadCef => {
  const header = readHeader(line);
  if (header === undefined) return { ok: false, why: 'not seven CEF header fields' };
  const [first = '', vendor = '', product = '', version = '', signature = '', name = '', severity = ''] =
    header.fields;
  if (!/^CEF:\s?[01]$/.test(first)) return { ok: false, why: 'not CEF version 0 or 1' };
  return {
    ok: true,
    record: {
      vendor,
      product,
      version,
      signature,
      name,
      severity: severityOf(severity),
      extension: readExtension(line.slice(header.end)),
    },
  };
};

const inHeader = (text: string): string => oneLine(text).replace(/[\\|]/g, '\\$&');

const inValue = (text: string): string =>
  text
    .replace(/[\\=]/g, '\\$&')
    .replace(/\r\n|\n/g, '\\n')
    .replace(/\r/g, '\\r');

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');

/** The header's fields and where the extension begins. */
const readHeader = (line: string): { fields: string[]; end: number } | undefined => {
  const fields: string[] = [];
  let field = '';
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    const next = line.charAt(at + 1);
    if (character === '\\' && (next === '\\' || next === '|')) {
      field += next;
      at += 1;
    } else if (character !== '|') field += character;
    else {
      fields.push(field);
      field = '';
      if (fields.length === 7) return { fields, end: at + 1 };
    }
  }
  return undefined;
};

/** Severity words of the format's page, for products that write them. */
const WORDS: Readonly<Record<string, number>> = { unknown: 0, low: 3, medium: 6, high: 8, 'very-high': 10 };

const severityOf = (text: string): number => {
  const number = Number(text.trim() || Number.NaN);
  return Number.isFinite(number) ? number : (WORDS[text.trim().toLowerCase()] ?? 0);
};

/** A value goes on until the next blank that is followed by a key and an `=` that is not escaped. */
const readExtension = (text: string): [string, string][] => {
  const starts = [...text.matchAll(/(?:^|\s)([\w.-]+)=/g)];
  return starts.map((start, at) => {
    const from = start.index + start[0].length;
    const to = starts[at + 1]?.index ?? text.length;
    return [start[1] ?? '', unescaped(text.slice(from, to))];
  });
};

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r' };

const unescaped = (text: string): string =>
  text.replace(/\\([\\=|nr])/g, (_, character: string) => ESCAPED[character] ?? character);
