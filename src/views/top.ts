import type { Button, TableBlock } from '@slack/types';
import type { Message } from '../core/ports.ts';
import { counted, grouped } from '../core/text.ts';
import { csv } from './csv.ts';
import { actions, context, md, message, richText, table } from './parts.ts';

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
  /** Rows before those shown. */
  readonly from: number;
  /** The first of the whole list. */
  readonly leader: Row | undefined;
  /** To the other pages, and to the file of all. */
  readonly buttons: readonly Button[];
}

export const topView = (top: ShownTop): Message => {
  const { title, rows, basis, buttons } = top;
  if (rows.length === 0)
    return message(`${title}: nothing`, [
      richText([{ bold: title }], ['No traffic was reported for this.']),
      basisLine(basis),
    ]);
  return message(title, [
    richText([{ bold: title }], [leader(top)], [decisionText(top)]),
    topTable(top),
    ...(buttons.length === 0 ? [] : [actions(...buttons)]),
    basisLine(basis),
  ]);
};

/** Three columns, as a phone shows them: the rank stands before the name, and bytes only where somebody reported some. */
const topTable = ({ rows, others, measure, from }: ShownTop): TableBlock => {
  const bytes = measure === 'bytes' || others.bytes > 0 || rows.some((row) => row.bytes > 0);
  const last = measure === 'flows' ? 'Flows' : 'Peers';
  const line = (name: string, connections: number, sent: number, end: string): string[] => [
    name,
    grouped(connections),
    ...(bytes ? [bytesText(sent)] : []),
    end,
  ];
  return table(
    ['Name', 'Connections', ...(bytes ? ['Bytes'] : []), last],
    [
      ...rows.map((row, at) =>
        line(
          `${from + at + 1}. ${row.name}`,
          row.connections,
          row.bytes,
          grouped(measure === 'flows' ? row.flows : row.peers),
        ),
      ),
      // Peers of many rows cannot be added up: one peer may talk to several of them.
      ...(others.count === 0
        ? []
        : [
            line(
              counted(others.count, 'other'),
              others.connections,
              others.bytes,
              measure === 'flows' ? grouped(others.flows) : '–',
            ),
          ]),
    ],
    bytes ? [1, 2, 3] : [1, 2],
  );
};

/** The complete list for a file. */
export const topCsv = (rows: readonly (Row & { readonly key: string })[]): string =>
  csv(
    ['key', 'name', 'connections', 'bytes', 'peers', 'flows'],
    rows.map(({ key, name, connections, bytes, peers, flows }) => [
      key,
      name,
      connections,
      bytes,
      peers,
      flows,
    ]),
  );

const basisLine = (basis: readonly string[]) => context(md`${basis.join(' · ')}`);

/** Something is never "0 %", and not everything is never "100 %". */
const percent = (part: number, whole: number): string => {
  if (part === 0 || whole === 0) return '0 %';
  const value = (100 * part) / whole;
  if (value < 1) return '<1 %';
  const rounded = Math.round(10 * value) / 10;
  return rounded === 100 && part < whole ? '>99.9 %' : `${rounded} %`;
};

const leader = ({ leader: first, measure, connections, bytes }: ShownTop): string => {
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
  return `${at === 0 ? value : value.toFixed(value < 99.95 ? 1 : 0)} ${units[at]}`;
};
