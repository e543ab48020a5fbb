/** What a row needs of a CSV file. */
export const FIELDS = [
  'src_ip',
  'src_href',
  'src_name',
  'src_hostname',
  'dst_ip',
  'dst_href',
  'dst_name',
  'dst_hostname',
  'port',
  'proto',
  'process',
  'connections',
  'decision',
  'direction',
  'bytes_in',
  'bytes_out',
  'first',
  'last',
] as const;
export type Field = (typeof FIELDS)[number];

const NEEDED: readonly Field[] = ['src_ip', 'dst_ip', 'proto', 'first', 'last'];

/** Where the fields of a row stand, by column number. */
export interface Columns {
  readonly at: Readonly<Partial<Record<Field, number>>>;
  /** Columns of whole label sets, `env=prod; app=erp`, and of one label key each. */
  readonly src: readonly LabelColumn[];
  readonly dst: readonly LabelColumn[];
  readonly width: number;
}

export interface LabelColumn {
  readonly at: number;
  /** undefined: the column holds `key=value; key=value`. */
  readonly key: string | undefined;
}

/**
 * The accepted names of columns. The vendor's header of a download is not known (facts §7.2): these are the simulator's and those
 * of the console's export, older ones with consumer and provider.
 */
const NAMES: Readonly<Record<Field, readonly string[]>> = {
  src_ip: ['src_ip', 'source ip', 'consumer ip'],
  src_href: ['src_href', 'source href', 'consumer href'],
  src_name: ['src_name', 'source name', 'consumer name'],
  src_hostname: ['src_hostname', 'source hostname', 'consumer hostname'],
  dst_ip: ['dst_ip', 'destination ip', 'provider ip'],
  dst_href: ['dst_href', 'destination href', 'provider href'],
  dst_name: ['dst_name', 'destination name', 'provider name'],
  dst_hostname: ['dst_hostname', 'destination hostname', 'provider hostname'],
  port: ['port'],
  proto: ['proto', 'protocol'],
  process: ['process_name', 'process', 'providing process', 'destination process'],
  connections: ['num_connections', 'num flows', 'flows'],
  decision: ['policy_decision', 'reported policy decision', 'policy decision'],
  direction: ['flow_direction', 'reported by'],
  bytes_in: ['dst_bi', 'bytes in'],
  bytes_out: ['dst_bo', 'bytes out'],
  first: ['first_detected', 'first detected'],
  last: ['last_detected', 'last detected'],
};

/** The console's words for label keys. Further keys stand in the export as they are called. */
const LABEL_KEYS: Readonly<Record<string, string>> = {
  application: 'app',
  app: 'app',
  environment: 'env',
  env: 'env',
  location: 'loc',
  loc: 'loc',
  role: 'role',
};

/** Reads a header. Throws SyntaxError that names the columns found and those needed. */
export const columnsOf = (header: readonly string[]): Columns => {
  const names = header.map((name) => name.trim().toLowerCase());
  const at: Partial<Record<Field, number>> = {};
  for (const field of FIELDS) {
    const found = names.findIndex((name) => NAMES[field].includes(name));
    if (found >= 0) at[field] = found;
  }
  const missing = NEEDED.filter((field) => at[field] === undefined);
  if (missing.length > 0)
    throw new SyntaxError(
      `a CSV header I do not know: it has ${header.slice(0, 60).map(shown).join(', ')}; I also need ${missing
        .map((field) => NAMES[field].map((name) => `"${name}"`).join(' or '))
        .join(', ')}`,
    );
  return {
    at,
    src: labelColumns(names, ['src', 'source', 'consumer']),
    dst: labelColumns(names, ['dst', 'destination', 'provider']),
    width: header.length,
  };
};

const shown = (name: string): string => `"${name.slice(0, 40)}"`;

const labelColumns = (names: readonly string[], sides: readonly string[]): LabelColumn[] =>
  names.flatMap((name, at): LabelColumn[] => {
    const [side, rest = ''] = [name.slice(0, name.search(/[ _]/)), name.slice(name.search(/[ _]/) + 1)];
    if (!sides.includes(side)) return [];
    if (rest === 'labels') return [{ at, key: undefined }];
    const key = LABEL_KEYS[rest];
    return key === undefined ? [] : [{ at, key }];
  });
