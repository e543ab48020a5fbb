/** What a SIEM makes of a line, written from the formats' own pages and sharing no code with the bot. */
export interface SiemLine {
  readonly header: readonly string[];
  readonly fields: ReadonlyMap<string, string>;
}

/** ArcSight CEF, "Implementing ArcSight CEF" revision 25: `\|` and `\\` in the header, `\=`, `\\` and `\n` in values. */
export const parseCef = (line: string): SiemLine => {
  const header: string[] = [];
  let rest = line;
  while (header.length < 7) {
    const found = /^((?:[^|\\]|\\[|\\])*)\|/.exec(rest);
    if (found === null) throw new Error(`not a CEF header: ${line.slice(0, 80)}`);
    header.push((found[1] ?? '').replace(/\\([|\\])/g, '$1'));
    rest = rest.slice(found[0].length);
  }
  const fields = new Map<string, string>();
  const keys = [...rest.matchAll(/(?<=^| )([A-Za-z0-9_]+)=/g)].filter(
    ({ index }) => rest.charAt(index - 1) !== '\\',
  );
  for (const [n, key] of keys.entries()) {
    const raw = rest.slice(key.index + key[0].length, keys[n + 1]?.index ?? rest.length).trimEnd();
    if (/(?<!\\)(?:\\\\)*=/.test(raw)) throw new Error(`an = that is not escaped in ${key[1]}`);
    fields.set(
      key[1] ?? '',
      raw.replace(/\\([=\\n])/g, (_, one) => (one === 'n' ? '\n' : one)),
    );
  }
  return { header, fields };
};

/** IBM LEEF 2.0: five header fields, the delimiter, then pairs; nothing is escaped. */
export const parseLeef = (line: string): SiemLine => {
  const [version, vendor, product, release, event, delimiter, ...rest] = line.split('|');
  if (version !== 'LEEF:2.0' || delimiter !== 'x09') throw new Error(`not LEEF 2.0: ${line.slice(0, 80)}`);
  return {
    header: [version, vendor, product, release, event].map((field) => field ?? ''),
    fields: new Map(
      rest
        .join('|')
        .split('\t')
        .map((pair): [string, string] => [
          pair.slice(0, pair.indexOf('=')),
          pair.slice(pair.indexOf('=') + 1),
        ]),
    ),
  };
};
