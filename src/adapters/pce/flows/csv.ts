import { type End, type Flow, parseFlow } from '../../../core/flow.ts';
import { type Columns, columnsOf, type Field, type LabelColumn } from './columns.ts';
import type { FlowText } from './format.ts';
import { BYTE, MORE } from './scan.ts';
import { oneOf } from './shared.ts';

/** Rows of a CSV file (RFC 4180, any line end). Throws SyntaxError for a header that lacks what is needed, or a quote that never ends. */
export const csvText = (row: (flow: Flow) => void): FlowText => {
  let read: ((fields: readonly string[]) => Flow | undefined) | undefined;
  let records = 0;
  let rows = 0;

  const take = (text: string): void => {
    const fields = fieldsOf(text);
    if (read === undefined) {
      read = rowOf(columnsOf(fields));
      return;
    }
    records += 1;
    const flow = read(fields);
    if (flow === undefined) return;
    rows += 1;
    row(flow);
  };

  return {
    use({ bytes }, from, end, last) {
      let done = from;
      while (done < end) {
        const stop = recordEnd(bytes, done, end);
        if (stop === MORE && !last) return done;
        if (stop === MORE && oddQuotes(bytes, done, end))
          throw new SyntaxError(`cut short after ${records} records`);
        const to = stop === MORE ? end : stop;
        const text = bytes.toString('utf8', done, to).replace(/\r$/, '');
        if (text !== '') take(text);
        done = Math.min(to + 1, end);
      }
      return done;
    },
    finish() {
      if (read === undefined) throw new SyntaxError('an empty answer');
      return { rows, rejected: records - rows };
    },
  };
};

/** The line end of the record at `at`: the first one outside quotes. */
const recordEnd = (bytes: Buffer, at: number, end: number): number => {
  let quoted = false;
  for (let here = at; here < end; here += 1) {
    const byte = bytes[here] as number;
    if (byte === BYTE.quote) quoted = !quoted;
    else if (byte === BYTE.newline && !quoted) return here;
  }
  return MORE;
};

const oddQuotes = (bytes: Buffer, at: number, end: number): boolean => {
  let quotes = 0;
  for (let here = at; here < end; here += 1) if (bytes[here] === BYTE.quote) quotes += 1;
  return quotes % 2 === 1;
};

const FIELD = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/gy;

const fieldsOf = (record: string): string[] => {
  if (!record.includes('"')) return record.split(',');
  return [...record.matchAll(FIELD)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
};

const PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  icmpv6: 58,
  sctp: 132,
};
const DIRECTIONS: Readonly<Record<string, string>> = {
  source: 'outbound',
  consumer: 'outbound',
  destination: 'inbound',
  provider: 'inbound',
};

/** A row out of fields, by way of the JSON it stands for, so that both are judged by one reader. */
const rowOf = ({ at, src, dst, width }: Columns): ((fields: readonly string[]) => Flow | undefined) => {
  const one = oneOf<End>((end) => JSON.stringify(end));
  return (fields) => {
    if (fields.length !== width) return undefined;
    const value = (field: Field): string => fields[at[field] ?? -1] ?? '';
    const proto = value('proto').toLowerCase();
    const direction = value('direction').toLowerCase();
    const side = (name: 'src' | 'dst', labels: readonly LabelColumn[]): object => ({
      ip: value(`${name}_ip`),
      workload: {
        href: value(`${name}_href`),
        hostname: value(`${name}_hostname`),
        name: value(`${name}_name`),
        labels: labels.flatMap((column) => labelsIn(fields[column.at] ?? '', column.key)),
      },
    });
    const parsed = parseFlow({
      src: side('src', src),
      dst: side('dst', dst),
      service: { proto: PROTOCOLS[proto] ?? proto, port: value('port'), process_name: value('process') },
      num_connections: value('connections'),
      policy_decision: value('decision').toLowerCase().replace(/[ -]/g, '_'),
      flow_direction: DIRECTIONS[direction] ?? direction,
      dst_bi: value('bytes_in'),
      dst_bo: value('bytes_out'),
      timestamp_range: { first_detected: value('first'), last_detected: value('last') },
    });
    if (!parsed.ok) return undefined;
    const { flow } = parsed;
    return { ...flow, source: one(flow.source), destination: one(flow.destination) };
  };
};

/** CSV has no hrefs of labels; within one file `key=value` tells them apart as well. */
const labelsIn = (text: string, key: string | undefined): object[] => {
  const pairs = key === undefined ? text.split('; ') : text === '' ? [] : [`${key}=${text}`];
  return pairs.flatMap((pair) => {
    const at = pair.indexOf('=');
    return at <= 0 ? [] : [{ href: pair, key: pair.slice(0, at), value: pair.slice(at + 1) }];
  });
};
