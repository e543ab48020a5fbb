import type { Message } from '../core/ports.ts';
import { counted, grouped } from '../core/text.ts';
import { context, md, message, richText, table } from './parts.ts';

interface Row {
  readonly name: string;
  readonly connections: number;
  readonly bytes: number;
  readonly peers: number;
  readonly flows: number;
}

/** A top list as its table shows it. `basis` is the line that says what the numbers rest on (definitions §0). */
export interface ShownTop {
  /** "Top sources by connections". */
  readonly title: string;
  readonly measure: 'connections' | 'bytes' | 'peers' | 'flows';
  readonly rows: readonly Row[];
  readonly others: {
    readonly count: number;
    readonly connections: number;
    readonly bytes: number;
    readonly flows: number;
  };
  readonly connections: number;
  readonly bytes: number;
  readonly decisions: Readonly<Record<string, number>>;
  readonly basis: readonly string[];
}

export const topView = (top: ShownTop): Message => {
  const { title, rows, others, basis } = top;
  if (rows.length === 0)
    return message(`${title}: nothing`, [
      richText([{ bold: title }], ['No traffic was reported for this.']),
      basisLine(basis),
    ]);
  return message(title, [
    richText([{ bold: title }], [leader(top)], [decisionText(top)]),
    table(
      ['', 'Name', 'Connections', 'Bytes', top.measure === 'flows' ? 'Flows' : 'Peers'],
      [
        ...rows.map((row, at) => [
          String(at + 1),
          row.name,
          grouped(row.connections),
          bytesText(row.bytes),
          grouped(top.measure === 'flows' ? row.flows : row.peers),
        ]),
        ...(others.count === 0
          ? []
          : [
              [
                '',
                counted(others.count, 'other'),
                grouped(others.connections),
                bytesText(others.bytes),
                top.measure === 'flows' ? grouped(others.flows) : '',
              ],
            ]),
      ],
      [0, 2, 3, 4],
    ),
    basisLine(basis),
  ]);
};

/** The complete list for a file: spreadsheets run what begins with = + - @, so such names are quoted. */
export const topCsv = (rows: readonly (Row & { readonly key: string })[]): string =>
  [
    'key,name,connections,bytes,peers,flows',
    ...rows.map(({ key, name, connections, bytes, peers, flows }) =>
      [csvText(key), csvText(name), connections, bytes, peers, flows].join(','),
    ),
    '',
  ].join('\r\n');

const csvText = (text: string): string =>
  `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

const basisLine = (basis: readonly string[]) => context(md`${basis.join(' · ')}`);

const percent = (part: number, whole: number): string =>
  whole === 0 ? '0 %' : `${Math.round((1_000 * part) / whole) / 10} %`;

const leader = ({ rows, measure, connections, bytes }: ShownTop): string => {
  const [first] = rows;
  if (first === undefined) return '';
  if (measure === 'bytes')
    return `${first.name} leads with ${bytesText(first.bytes)}, ${percent(first.bytes, bytes)} of all bytes.`;
  if (measure === 'connections')
    return `${first.name} leads with ${counted(first.connections, 'connection')}, ${percent(first.connections, connections)} of all.`;
  return `${first.name} leads with ${counted(first[measure], measure === 'peers' ? 'peer' : 'flow')}.`;
};

const NAMES: Readonly<Record<string, string>> = { potentially_blocked: 'potentially blocked' };

const decisionText = ({ decisions, connections }: ShownTop): string => {
  const said = Object.entries(decisions)
    .filter(([, count]) => count > 0)
    .map(([decision, count]) => `${NAMES[decision] ?? decision} ${percent(count, connections)}`);
  return said.length === 0
    ? 'Decisions: none counted.'
    : `Decisions: ${said.join(', ')} of ${counted(connections, 'connection')}.`;
};

/** `1.2 GB`, powers of 1,000. Zero is the common case without enhanced data collection (facts §7.3), so it is not "0 B sent". */
const bytesText = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const at = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** at;
  return `${at === 0 ? value : value.toFixed(1)} ${units[at]}`;
};
